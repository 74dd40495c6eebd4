/** The program's own commands as one types them: which options count, exit statuses, what is refused. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { diskReader } from '../../src/cli/nft/files.ts';
import { hearing } from './io.ts';

let dir: string;
const at = (name: string): string => path.join(dir, name);
const write = (name: string, content: unknown): string => {
  writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content));
  return at(name);
};

const MACHINE = {
  link: ['eth0', 'eth1'].map((ifname, n) => ({
    ifname,
    addr_info: [{ local: `10.0.${n}.1`, prefixlen: 24 }],
  })),
  neigh: [{ dst: '10.0.1.2', dev: 'eth1', lladdr: '02:ff:00:00:00:02' }],
};
const forwarded = (verdict = 'forwarded') => [
  {
    iif: 'eth0',
    ip: { saddr: '10.0.0.2', daddr: '10.0.1.2' },
    udp: { sport: 1, dport: 2 },
    expect: { verdict },
  },
];
const DROPS =
  'table ip t {\n\tchain f {\n\t\ttype filter hook forward priority 0\n\t\toif eth1 drop\n\t}\n}\n';

/** Linux has such hooks since 5.16. */
const EGRESS =
  'add table netdev e { chain c { type filter hook egress device eth0 priority 0; }; }';

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'nftsim-program-'));
  write('drops.nft', DROPS);
  write('machine.json', MACHINE);
  write('trace.json', { events: forwarded('dropped') });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function nftsim(argv: readonly string[], more: Partial<Io> = {}) {
  const io = hearing({ files: diskReader, ...more });
  const status = await main(argv, io);
  return { status, ...io.heard };
}
/** On the state `s`; what was said, without the folder. */
async function onState(...argv: string[]) {
  const { status, both } = await nftsim(['--state', at('s'), ...argv]);
  return { status, said: both.replaceAll(`${dir}/`, '') };
}

describe('--state', () => {
  test.each([
    ['after the command', [], ['--state', 'later'], 'later'],
    ['before the command', ['--state', 'early'], [], 'early'],
    ['twice', ['--state', 'early'], ['--state', 'later'], 'later'],
    ['not given', [], [], 'environment'],
    ['taken back', ['--state', 'early'], ['--no-state'], undefined],
  ])('%s', async (_, before, after, used) => {
    const inDir = (words: readonly string[]) => words.map((w) => (w.startsWith('-') ? w : at(w)));
    const argv = [...inDir(before), 'load', ...inDir(after), at('drops.nft')];
    expect(await nftsim(argv, { env: { NFTSIM_STATE: at('environment') } })).toMatchObject({
      status: 0,
    });
    const made = ['early', 'later', 'environment'].filter((name) => existsSync(at(name)));
    expect(made).toEqual(used === undefined ? [] : [used]);
  });
});

test.each([
  ['--engine', 'fast', 'Allowed choices are emit, step.'],
  ['--seed', 'x', 'It wants a number from 0 to 4294967295.'],
  ['--seed', '-1', 'It wants a number from 0 to 4294967295.'],
  ['-D', 'x', 'It wants name=value.'],
  ['--state', '', 'It wants a folder.'],
  ['--kernel', '2.4', 'Allowed choices are 4.16, 5.2, 5.10, 6.1, 6.12, 6.12.117.'],
])('%s %s is wrong usage', async (option, value, why) => {
  const { status, err } = await nftsim(['replay', option, value, at('trace.json')]);
  expect(status).toBe(2);
  expect(err).toContain(why);
});

describe('the machine of a trace', () => {
  test('is that of --env where one is given', async () => {
    write('other.json', { env: { link: [] }, events: forwarded() });
    expect(await onState('replay', '--env', at('machine.json'), at('other.json'))).toEqual({
      status: 0,
      said: 'packets: 1 (1 forwarded; 1 slow)\n',
    });
  });

  test('is that of the loaded ruleset where it names neither', async () => {
    await onState('load', '--env', at('machine.json'), at('drops.nft'));
    expect(await onState('replay', at('trace.json'))).toMatchObject({ status: 0 });
  });

  test('may refuse what was loaded', async () => {
    await onState('load', '--env', at('machine.json'), at('drops.nft'));
    write('other.json', { env: { link: [{ ifname: 'wan0' }] }, events: [] });
    const { status, said } = await onState('replay', at('other.json'));
    expect(status).toBe(1);
    expect(said).toMatch(
      /^other.json: this machine refuses what was loaded before:\ndrops.nft:4:7-10: Error: /,
    );
  });

  test('runs the kernel that is asked for', async () => {
    await onState('load', '--env', at('machine.json'), at('drops.nft'));
    await onState('nft', EGRESS);
    const { status, said } = await onState('replay', '--kernel', '5.10', at('trace.json'));
    expect(status).toBe(1);
    expect(said).toContain('this machine refuses what was loaded before');
    expect(await onState('replay', '--kernel', '6.1', at('trace.json'))).toMatchObject({
      status: 0,
    });
  });
});

describe('a machine that cannot be', () => {
  const routes = { ...MACHINE, route: [{ dst: 'default', nexthops: [] }] };

  test.each(['load', 'check'])('%s', async (command) => {
    const env = write('routes.json', routes);
    const run = await onState(command, '--env', env, at('drops.nft'));
    expect(run).toEqual({
      status: 3,
      said: 'routes.json: env: route default: nexthops: not supported\n',
    });
  });

  test('replay', async () => {
    const trace = write('x.json', { env: routes, events: [] });
    expect(await onState('replay', trace)).toEqual({
      status: 3,
      said: 'x.json: env: route default: nexthops: not supported\n',
    });
  });
});

test('another kernel boots a new machine', async () => {
  await onState('load', '--env', at('machine.json'), at('drops.nft'));
  await onState('conntrack', ...'-I -p 50 -s 10.0.0.2 -d 10.0.1.2 -t 100'.split(' '));
  await onState('load', '--kernel', '5.10', at('drops.nft'));
  expect((await onState('conntrack', '-L')).said).toMatch(/: 0 flow entries/);
  expect((await onState('nft', EGRESS)).status).toBe(1);
});

describe('files that cannot be used', () => {
  test.each([
    ['a ruleset', ['-f', 'none.nft'], 'none.nft: No such file or directory\n'],
    ['an env', ['--env', 'none.json'], 'none.json: no such file\n'],
    ['a folder for answers', ['--out', 'drops.nft/x'], 'drops.nft/x: '],
    ['one where nothing may be made', ['--out', '/proc/x'], '/proc/x: no such file'],
  ])('%s', async (_, [option, name], message) => {
    const file = name!.startsWith('/') ? name! : at(name!);
    const { status, said } = await onState('replay', option!, file, at('trace.json'));
    expect(status).toBe(3);
    expect(said.startsWith(message)).toBe(true);
  });

  test('a state in a folder where nothing may be made', async () => {
    const { status, err } = await nftsim(['--state', '/proc/x', 'list', 'ruleset']);
    expect(status).toBe(3);
    expect(err).toMatch(/^error: ENOENT/);
  });
});

describe('what is wrong with a ruleset', () => {
  const typo = 'table ip t {\n\tchain c {\n\t\ttcp dprot 22 acept\n\t}\n}\n';
  const said = (red: string, cyan: string, off: string) =>
    `typo.nft:3:7-11: ${red}Error:${off} syntax error, unexpected string\n` +
    `\t\ttcp dprot 22 acept\n\t\t    ^^^^^\n${cyan}hint:${off} tcp has no 'dprot'; did you mean 'dport'?\n`;

  test.each(['load', 'check'])('has hints in %s', async (command) => {
    write('typo.nft', typo);
    const { status, said: all } = await onState(command, '--color', 'never', at('typo.nft'));
    expect({ status, all }).toEqual({ status: 1, all: said('', '', '') });
  });

  test.each(['load', 'check'])('is in colour in %s', async (command) => {
    write('typo.nft', typo);
    const { err } = await nftsim(['--no-state', command, '--color', 'always', at('typo.nft')]);
    expect(err).toMatch(/\x1b\[31mError:/);
    expect(err).toMatch(/\x1b\[31m\t\t {4}\^{5}/);
  });

  test.each([
    ['tcp sprt 5', "tcp has no 'sprt'; did you mean 'sport'?"],
    ['tcpp dport 5', "no match or statement begins with 'tcpp'; did you mean 'tcp'?"],
    ['counter acept', "no match or statement begins with 'acept'; did you mean 'accept'?"],
    ['limit rat 5/second', "limit has no 'rat'; did you mean 'rate'?"],
  ])('%s', async (rule, hint) => {
    write('typo.nft', `table ip t {\n\tchain c {\n\t\t${rule}\n\t}\n}\n`);
    const { said: all } = await onState('check', at('typo.nft'));
    expect(all).toContain(`hint: ${hint}\n`);
  });

  test('nothing near', async () => {
    write('typo.nft', 'table ip t {\n\tchain c {\n\t\ttcp wobble 5\n\t}\n}\n');
    expect((await onState('check', at('typo.nft'))).said).not.toContain('hint:');
  });
});
