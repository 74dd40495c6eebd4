/** The nft command line: options, files, sessions, exit statuses. */
import { describe, expect, test } from 'vitest';
import { runNft } from '../../src/cli/nft.ts';
import { nft } from '../eval/ruleset/nft.ts';
import { filesOf, hearing } from './io.ts';
import { command } from './session.ts';

describe('options', () => {
  test.each([
    [['-v'], 'nftables v1.1.3 (Commodore Bullmoose #4)\n'],
    [['--version'], 'nftables v1.1.3 (Commodore Bullmoose #4)\n'],
  ])('%s', (argv, out) => {
    expect(command()(...argv)).toEqual({ status: 0, out, err: '' });
  });

  test('help names every option', () => {
    const { out } = command()('--help');
    expect(out).toMatch(/^Usage: nft \[ options \] \[ cmds\.\.\. \]\n/);
    expect(out).toContain('  -f, --file <filename>           Read input from <filename>\n');
    expect(out).toContain('  -V                              Show extended version information\n');
  });

  test.each([
    [['-z'], "nft: invalid option -- 'z'\n"],
    [['--foo'], "nft: unrecognized option '--foo'\n"],
    [['-f'], "nft: option requires an argument -- 'f'\n"],
    [[], 'nft: no command specified\n'],
    [['-d', 'foo', 'list', 'tables'], "Error: invalid debug parameter `foo'\n"],
    [['-f', 'F', '-i'], 'Error: -i/--interactive and -f/--file options cannot be combined\n'],
  ])('%s is wrong', (argv, err) => {
    expect(command()(...argv)).toEqual({ status: 1, out: '', err });
  });

  test('stand before the command', () => {
    const { status, err, out } = command()('list', 'ruleset', '-a');
    expect(status).toBe(1);
    expect(err).toBe(
      'Error: syntax error, options must be specified before commands\nnft list ruleset -a ',
    );
    // nft itself writes the marks to stdout.
    expect(out).toBe('\n   ^             ~~\n');
  });
});

test('what is wrong with -D is told before the file is read', () => {
  const run = command({ F: 'add nonsense\n' });
  expect(run('-D', 'x=1', '-D', 'y=2 z', '-f', 'F')).toEqual({
    status: 1,
    out: '',
    err: `Error: syntax error, unexpected string, expecting newline or semicolon\n${[
      'define x=1; define y=2 z; ',
      '                       ^',
      '',
    ].join('\n')}`,
  });
});

describe('checking', () => {
  const text = 'table t { chain c { type filter hook input priority 0; dnat to 1.2.3.4; }; }\n';

  test('leaves to loading where a rule may stand', () => {
    const run = command({ F: text });
    expect(run('-c', '-f', 'F')).toEqual({ status: 0, out: '', err: '' });
    expect(run('-f', 'F').err).toContain('Could not process rule: Operation not supported');
  });

  test.each(['6.1', '5.10'])('asks Linux %s for that, too', (kernel) => {
    const run = command({ F: text }, '', kernel);
    const { err } = run('-c', '-f', 'F');
    expect(err).toContain('Could not process rule: Operation not supported');
    expect(run('-f', 'F').err).toBe(err);
  });
});

describe('echo', () => {
  test('tells of ranges without what else they have, of tables without owner', () => {
    const run = command();
    run('add table t { flags persist; }');
    const { out } = run('-e', 'add table u { flags dormant; }; add table v { flags persist; }');
    expect(out).toBe('add table ip u { flags dormant; }\nadd table ip v\n');
    const set = 'add set t s { type mark; flags interval; counter; elements = { 1-5 }; }';
    expect(run('-e', set).out).toContain('add element ip t s { 0x00000001-0x00000005 }\n');
  });
});

describe('listings', () => {
  const setup = () => {
    const run = command();
    run('add table t; add chain t c { type filter hook input priority 0; }');
    run('add', 'rule', 't', 'c', 'tcp', 'dport', '22', 'counter');
    run('add set t s { type inet_service; elements = { 1, 2 }; }');
    return run;
  };

  test.each([
    ['-a', 'tcp dport 22 counter packets 0 bytes 0 # handle 2'],
    ['-s', 'tcp dport 22 counter\n'],
    ['-S', 'tcp dport "ssh" counter'],
    ['-y', 'priority 0;'],
  ])('%s', (option, text) => {
    expect(setup()(option, 'list', 'ruleset').out).toContain(text);
  });

  test('-n tells answers of reject by number', () => {
    const run = setup();
    run('add rule t c reject with icmp type net-prohibited');
    expect(run('-n', 'list', 'ruleset').out).toContain('reject with icmp 9\n');
    expect(run('-j', '-n', 'list', 'ruleset').out).toContain('"expr": 9');
  });

  test('-t leaves elements out', () => {
    expect(setup()('-t', 'list', 'ruleset').out).not.toContain('elements');
  });

  test('-j', () => {
    const { nftables } = JSON.parse(setup()('-j', 'list', 'tables').out);
    expect(nftables).toEqual([
      {
        metainfo: {
          version: '1.1.3',
          release_name: 'Commodore Bullmoose #4',
          json_schema_version: 1,
        },
      },
      { table: { family: 'ip', name: 't', handle: 1 } },
    ]);
  });
});

test('-I of nothing warns', () => {
  expect(command()('-I', '/nope', 'list', 'tables')).toEqual({
    status: 0,
    out: '',
    err: "Warning: Cannot include path '/nope'\n",
  });
});

test('-c changes nothing', () => {
  const run = command();
  expect(run('-c', 'add table t').status).toBe(0);
  expect(run('-c', 'add chain t c').status).toBe(1);
  expect(run('list tables').out).toBe('');
});

test('-e echoes what was added', () => {
  const run = command();
  expect(run('-e', 'add table t; add chain t c').out).toBe('add table ip t\nadd chain ip t c\n');
  expect(run('-e', '-a', 'insert rule t c drop').out).toBe('insert rule ip t c drop # handle 2\n');
  expect(run('-e', 'add set t s { type ipv4_addr; elements = { 1.1.1.1 }; }').out).toBe(
    'add set ip t s { type ipv4_addr; } \nadd element ip t s { 1.1.1.1 }\n',
  );
  expect(JSON.parse(run('-e', '-j', 'add rule t c accept').out).nftables[0].add.rule).toMatchObject(
    {
      chain: 'c',
      expr: [{ accept: null }],
    },
  );
  expect(run('-e', 'flush ruleset').out).toBe('');
});

describe('files', () => {
  test('are one batch', () => {
    const run = command({ 'a.nft': 'add table t\nadd chain x c\n', 'b.nft': 'add table t\n' });
    const { status, err } = run('-f', 'a.nft');
    expect(status).toBe(1);
    expect(err).toBe(
      'a.nft:2:11-11: Error: No such file or directory\nadd chain x c\n          ^\n',
    );
    expect(run('list tables').out).toBe('');
    expect(run('-f', 'b.nft').status).toBe(0);
    expect(run('list tables').out).toBe('table ip t\n');
  });

  test('take definitions', () => {
    const run = command({
      'a.nft': 'add table t\nadd chain t c\nadd rule t c ip saddr $who accept\n',
    });
    expect(run('-D', 'who=1.2.3.4', '-f', 'a.nft').status).toBe(0);
    expect(run('list ruleset').out).toContain('ip saddr 1.2.3.4 accept');
  });

  test('of several the last counts', () => {
    const run = command({ a: 'add table a\n', b: 'add table b\n' });
    expect(run('-f', 'a', '-f', 'b').status).toBe(0);
    expect(run('list tables').out).toBe('table ip b\n');
  });

  test('that are not there', () => {
    expect(command()('-f', 'no.nft')).toMatchObject({ status: 1, out: '' });
  });

  test('from standard input', () => {
    const run = command({}, 'add table t\n');
    expect(run('-f', '-').status).toBe(0);
    expect(run('list tables').out).toBe('table ip t\n');
  });
});

test('a session goes on after errors', () => {
  const lines = ['add table t', 'add chain x c', 'define n = 5', 'add chain t c'];
  lines.push('add rule t c meta mark \\', '$n accept', 'list chain t c', 'quit', 'flush ruleset');
  const run = command({}, `${lines.join('\n')}\n`);
  const { status, out, err } = run('-i');
  expect(status).toBe(0);
  expect(err).toContain('No such file or directory');
  expect(out).toContain('meta mark 0x00000005 accept');
  expect(run('list tables').out).toBe('table ip t\n');
});

describe('counters', () => {
  const GREAT = '18446744073709551615';
  const run = () => {
    const on = command({
      f:
        `table ip t {\n\tcounter c { packets ${GREAT} bytes 9007199254740993; }\n` +
        '\tset s { type mark; counter; elements = { 1 counter packets 3 bytes 99, 2 }; }\n' +
        '\tset q { type mark; quota 5 bytes; elements = { 1 quota 5 bytes used 3 bytes }; }\n}\n',
    });
    on('-f', 'f');
    return on;
  };

  test('are exact up to 2^64', () => {
    const on = run();
    expect(on('list counters').out).toContain(`packets ${GREAT} bytes 9007199254740993\n`);
    expect(on('-j', 'list counters').out).toContain('"packets": -1, "bytes": 9007199254740993');
  });

  test('of elements begin anew', () => {
    const on = run();
    expect(on('reset set ip t s').out).toContain('counter packets 3 bytes 99');
    expect(on('list set ip t s').out).toContain('0x00000001 counter packets 0 bytes 0,');
    on('reset element ip t q { 1 }');
    expect(on('list set ip t q').out).toContain('0x00000001 quota 5 bytes }');
  });
});

test('debugging levels that show nothing are named', () => {
  const { status, out, err } = command()('-d', 'mnl,netlink', 'add', 'table', 't');
  expect({ status, err }).toEqual({
    status: 0,
    err: 'Warning: nftsim does not support --debug=mnl\n',
  });
  expect(out).toBe('');
});

describe('the echo tells of the new generation', () => {
  test.each([
    ['add table t', true],
    ['create table t', true],
    ['list tables\nadd table t', true],
    ['add table t\nflush ruleset\nadd table u', true],
    ['flush ruleset\nadd table t', false],
    ['destroy table u\nadd table t', false],
  ])('%j: %s', (text, told) => {
    const { target } = nft();
    const io = hearing({ files: filesOf({ f: `${text}\n` }), pid: 7 });
    expect(runNft(['-e', '-f', 'f'], io, target)).toBe(0);
    expect(io.heard.out.includes('# new generation')).toBe(told);
  });
});
