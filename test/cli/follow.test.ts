/** `nft monitor` and `conntrack -E`: what other commands do to the state. Real nft 1.1.3 printed nft's lines. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { load } from '../../src/cli/load.ts';
import { tool } from '../../src/cli/tool.ts';
import { filesOf, hearing } from './io.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'nftsim-monitor-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const RULESETS: Readonly<Record<string, string>> = {
  'new.nft': 'table ip6 n {\n\tchain c {\n\t\taccept\n\t}\n}\n',
};

const machine = (pid: number, between: readonly (() => Promise<unknown>)[] = []) =>
  hearing({
    files: filesOf(RULESETS),
    async *versions() {
      yield;
      for (const step of between) {
        await step();
        yield;
      }
    },
    pid,
  });

const state = () => ({ state: dir });
const nft = (line: string) => () => tool('nft', [line], state(), machine(7));

/** What `nft ARGS` tells while the lines run. */
async function told(args: readonly string[], lines: readonly string[]): Promise<string[]> {
  const io = machine(1, lines.map(nft));
  expect(await tool('nft', args, state(), io)).toBe(130);
  return io.heard.both.split('\n').slice(0, -1);
}

const LIFE = [
  'add table ip t { flags dormant; }',
  'add chain ip t c { type filter hook input priority 0; }',
  'add rule ip t c tcp dport { 80, 22 } counter accept',
  'insert rule ip t c ip saddr 1.2.3.4 drop',
  'add set ip t s { type ipv4_addr; flags interval; }; add element ip t s { 10.0.0.0/8, 1.1.1.1-1.1.1.5 }',
  'delete element ip t s { 10.0.0.0/8 }',
  'add quota ip t q 25 mbytes',
  'replace rule ip t c handle 3 udp dport 53 accept',
  'rename chain ip t c d',
  'list ruleset',
  'add rule ip t none accept',
  'delete table ip t',
];

describe('a ruleset', () => {
  test('with everything', async () => {
    expect(await told(['monitor'], LIFE)).toEqual([
      'add table ip t { flags dormant; }',
      '# new generation 2 by process 7 (nft)',
      'add chain ip t c { type filter hook input priority filter; policy accept; }',
      '# new generation 3 by process 7 (nft)',
      'add rule ip t c tcp dport { 80, 22 } counter packets 0 bytes 0 accept',
      '# new generation 4 by process 7 (nft)',
      'insert rule ip t c ip saddr 1.2.3.4 drop',
      '# new generation 5 by process 7 (nft)',
      'add set ip t s { type ipv4_addr; flags interval; } ',
      'add element ip t s { 1.1.1.1-1.1.1.5 }',
      'add element ip t s { 10.0.0.0/8 }',
      '# new generation 6 by process 7 (nft)',
      'delete element ip t s { 10.0.0.0/8 }',
      '# new generation 7 by process 7 (nft)',
      'add quota ip t q { 25 mbytes } ',
      '# new generation 8 by process 7 (nft)',
      'delete rule ip t c handle 3',
      'delete set ip t __set0',
      'add rule ip t c udp dport 53 accept',
      '# new generation 9 by process 7 (nft)',
      'add chain ip t d { type filter hook input priority filter; policy accept; }',
      '# new generation 10 by process 7 (nft)',
      'delete rule ip t d handle 4',
      'delete rule ip t d handle 3',
      'delete set ip t s',
      'delete quota ip t q',
      'delete chain ip t d',
      'delete table ip t',
      '# new generation 11 by process 7 (nft)',
    ]);
  });

  test('a flushed set of intervals from the greatest down', async () => {
    const lines = await told(
      ['monitor', 'elements'],
      [
        'add table ip t',
        'add set ip t s { type mark; flags interval; }; add element ip t s { 1-5, 7, 10-20 }',
        'flush set ip t s',
      ],
    );
    expect(lines.slice(3)).toEqual([
      'delete element ip t s { 0x0000000a-0x00000014 }',
      'delete element ip t s { 0x00000007 }',
      'delete element ip t s { 0x00000001-0x00000005 }',
    ]);
  });

  test.each([
    [
      ['monitor', 'sets'],
      [
        'add set ip t s { type ipv4_addr; flags interval; } ',
        'delete set ip t __set0',
        'delete set ip t s',
      ],
    ],
    [
      ['-a', 'monitor', 'rules'],
      [
        'add rule ip t c tcp dport { 80, 22 } counter packets 0 bytes 0 accept # handle 3',
        'insert rule ip t c ip saddr 1.2.3.4 drop # handle 4',
        'delete rule ip t c handle 3',
        'add rule ip t c udp dport 53 accept # handle 3',
        'delete rule ip t d handle 4',
        'delete rule ip t d handle 3',
      ],
    ],
    [['monitor', 'new', 'tables'], ['add table ip t { flags dormant; }']],
    [
      ['monitor', 'elements', 'json'],
      [
        '{"add": {"element": {"family": "ip", "table": "t", "name": "s", "elem": {"set": [{"range": ["1.1.1.1", "1.1.1.5"]}]}}}}',
        '{"add": {"element": {"family": "ip", "table": "t", "name": "s", "elem": {"set": [{"prefix": {"addr": "10.0.0.0", "len": 8}}]}}}}',
        '{"delete": {"element": {"family": "ip", "table": "t", "name": "s", "elem": {"set": [{"prefix": {"addr": "10.0.0.0", "len": 8}}]}}}}',
      ],
    ],
  ])('of which %j wants a part', async (args, lines) => {
    expect(await told(args, LIFE)).toEqual(lines);
  });

  test('that another takes the place of', async () => {
    await nft('add table ip old')();
    const io = machine(1, [() => load('new.nft', state(), machine(9))]);
    await tool('nft', ['monitor', 'ruleset'], state(), io);
    expect(io.heard.both.split('\n')).toEqual([
      'delete table ip old',
      'add table ip6 n',
      'add chain ip6 n c',
      'add rule ip6 n c accept',
      '',
    ]);
  });
});

test('nothing to follow, or not alone', async () => {
  const memory = machine(1);
  expect(await tool('nft', ['monitor'], { state: false }, memory)).toBe(2);
  expect(memory.heard.both).toBe('error: without a state directory there is nothing to follow\n');
  const io = machine(1);
  expect(await tool('nft', ['list tables; monitor'], state(), io)).toBe(1);
  expect(io.heard.both).toBe(
    'Error: nftsim does not support `monitor` with other commands\n' +
      'list tables; monitor\n             ^^^^^^^^\n',
  );
});

describe('conntrack -E', () => {
  const ct =
    (...argv: string[]) =>
    () =>
      tool('conntrack', argv, state(), machine(7));
  const ENTRY = '-p tcp -s 1.1.1.1 -d 2.2.2.2 --sport 1 --dport 2'.split(' ');
  const deeds = [
    ct('-I', ...ENTRY, '-t', '60', '--state', 'SYN_SENT'),
    ct('-U', ...ENTRY, '-m', '5'),
    ct(
      '-I',
      '-p',
      'udp',
      '-s',
      '1.1.1.1',
      '-d',
      '2.2.2.2',
      '--sport',
      '3',
      '--dport',
      '4',
      '-t',
      '9',
    ),
    ct('-D', '-p', 'tcp'),
  ];

  async function shown(...argv: string[]): Promise<string[]> {
    const io = machine(1, deeds);
    expect(await tool('conntrack', ['-E', ...argv], state(), io)).toBe(0);
    return io.heard.both.split('\n').slice(0, -1);
  }

  test('shows what processes do', async () => {
    const tuples =
      'src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 [UNREPLIED] src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1';
    expect(await shown('-p', 'tcp')).toEqual([
      `    [NEW] tcp      6 60 SYN_SENT ${tuples} mark=0 [USERSPACE] portid=7 progname=conntrack`,
      ` [UPDATE] tcp      6 60 SYN_SENT ${tuples} mark=5 [USERSPACE] portid=7 progname=conntrack`,
      `[DESTROY] tcp      6 60 SYN_SENT ${tuples} mark=5 [USERSPACE] portid=7 progname=conntrack`,
      'conntrack v1.4.8 (conntrack-tools): 3 flow events have been shown.',
    ]);
  });

  test('of some kinds, as commands', async () => {
    expect(await shown('-e', 'NEW', '-o', 'save')).toEqual([
      expect.stringMatching(/^-A -t 60 -u \S+ -s 1.1.1.1 -d 2.2.2.2 .* --state SYN_SENT/),
      expect.stringMatching(/^-A -t 9 .* -p udp/),
      'conntrack v1.4.8 (conntrack-tools): 2 flow events have been shown.',
    ]);
    expect(await shown('-e', 'DESTROY', '-o', 'timestamp,id', '-p', 'tcp')).toEqual([
      expect.stringMatching(/^\[\d{8}\.\d{6}\]\t\[DESTROY\] tcp .* id=\d+ \[USERSPACE\]/),
      'conntrack v1.4.8 (conntrack-tools): 1 flow events have been shown.',
    ]);
  });

  test('as XML', async () => {
    const tuples =
      '<meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>1.1.1.1</src><dst>2.2.2.2</dst></layer3><layer4 protonum="6" protoname="tcp"><sport>1</sport><dport>2</dport></layer4></meta><meta direction="reply"><layer3 protonum="2" protoname="ipv4"><src>2.2.2.2</src><dst>1.1.1.1</dst></layer3><layer4 protonum="6" protoname="tcp"><sport>2</sport><dport>1</dport></layer4></meta>';
    const [header, open, made, changed, gone, close, ...rest] = await shown(
      ...['-o', 'xml,timestamp', '-p', 'tcp'],
    );
    expect([header, open, close]).toEqual([
      '<?xml version="1.0" encoding="utf-8"?>',
      '<conntrack>',
      '</conntrack>',
    ]);
    const independent = (mark: number) =>
      `<meta direction="independent"><state>SYN_SENT</state><timeout>60</timeout><mark>${mark}</mark><id>ID</id><unreplied/></meta>`;
    const when =
      '<when><hour>0</hour><min>00</min><sec>00</sec><wday>5</wday><day>1</day><month>1</month><year>1970</year></when>';
    const by = ' [USERSPACE] portid=7 progname=conntrack';
    const told = [made, changed, gone].map((line) => line!.replace(/<id>\d+</, '<id>ID<'));
    expect(told).toEqual([
      `<flow type="new">${tuples}${independent(0)}${when}</flow>${by}`,
      `<flow type="update">${tuples}${independent(5)}${when}</flow>${by}`,
      `<flow type="destroy">${tuples}${independent(5)}${when}</flow>${by}`,
    ]);
    expect(rest).toEqual(['conntrack v1.4.8 (conntrack-tools): 3 flow events have been shown.']);
  });
});
