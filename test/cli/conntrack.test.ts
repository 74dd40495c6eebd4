/** The conntrack command: options, filters, formats, messages and exit statuses. */
import { beforeEach, describe, expect, test } from 'vitest';
import { runConntrack, runConntrackLine, splitLine } from '../../src/cli/conntrack.ts';
import { Datapath } from '../../src/datapath/index.ts';
import { profileOf } from '../../src/datapath/releases.ts';
import { filesOf, hearing } from './io.ts';

const HELP = "Try `conntrack -h' or 'conntrack --help' for more information.\n";
const said = (text: string): string => `conntrack v1.4.8 (conntrack-tools): ${text}\n`;

const CREATE = [
  '-I -p tcp -s 1.1.1.1 -d 2.2.2.2 --sport 10 --dport 20 --state ESTABLISHED -u SEEN_REPLY,ASSURED -t 100 -m 5 -w 7',
  '-I -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 10 --dport 20 -t 100 -n 9.9.9.9:77',
  '-I -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 11 --dport 20 -t 100 -g 9.9.9.9',
  '-I -p icmp -s 1.1.1.1 -d 2.2.2.2 --icmp-type 8 --icmp-code 0 --icmp-id 77 -t 100',
  '-I -p udplite -s 2001:db8::1 -d 2001:db8::2 --sport 10 --dport 20 -t 100',
];
const TCP =
  'tcp      6 100 ESTABLISHED src=1.1.1.1 dst=2.2.2.2 sport=10 dport=20 src=2.2.2.2 dst=1.1.1.1 sport=20 dport=10 [ASSURED] mark=5 zone=7 use=1';
const SNAT =
  'udp      17 100 src=1.1.1.1 dst=2.2.2.2 sport=10 dport=20 [UNREPLIED] src=2.2.2.2 dst=9.9.9.9 sport=20 dport=77 mark=0 use=1';
const DNAT =
  'udp      17 100 src=1.1.1.1 dst=2.2.2.2 sport=11 dport=20 [UNREPLIED] src=9.9.9.9 dst=1.1.1.1 sport=20 dport=11 mark=0 use=1';
const ICMP =
  'icmp     1 100 src=1.1.1.1 dst=2.2.2.2 type=8 code=0 id=77 [UNREPLIED] src=2.2.2.2 dst=1.1.1.1 type=0 code=0 id=77 mark=0 use=1';
const UDPLITE =
  'udplite  136 100 src=2001:db8::1 dst=2001:db8::2 sport=10 dport=20 [UNREPLIED] src=2001:db8::2 dst=2001:db8::1 sport=20 dport=10 mark=0 use=1';

let machine = new Datapath();
const run = (line: string) => runConntrackLine(line, machine);
const lines = (line: string): string[] => run(line).out.split('\n').slice(0, -1);

beforeEach(() => {
  machine = new Datapath();
  for (const line of CREATE)
    expect(run(line)).toEqual({
      status: 0,
      out: '',
      err: said('1 flow entries have been created.'),
    });
});

describe('-L', () => {
  test.each([
    ['-L', [TCP, SNAT, DNAT, ICMP, UDPLITE]],
    ['-L conntrack -f ipv6', [UDPLITE]],
    ['--dump --family=ipv4 -p udp', [SNAT, DNAT]],
    ['-L -w 0', [SNAT, DNAT, ICMP, UDPLITE]],
    ['-L -w 7', [TCP]],
    ['-L -n', [SNAT]],
    ['-L -n 9.9.9.9', [SNAT]],
    ['-L -n 9.9.9.9:78', []],
    ['-L --dst-nat', [DNAT]],
    ['-L -j', [SNAT, DNAT]],
    ['-L -s 1.1.1.0/24 -p tcp', [TCP]],
    ['-L -s 1.1.2.0/24', []],
    ['-L -u ASSURED', [TCP]],
    ['-L -u UNREPLIED -p icmp', [ICMP]],
    ['-L -m 5/0xf', [TCP]],
    ['-L -p tcp --state ESTABLISHED', [TCP]],
    ['-L -p tcp --state CLOSE', []],
    ['-L -p udp --reply-port-dst 77', [SNAT]],
    ['-L -p icmp --icmp-id 77', [ICMP]],
  ])('%s', (line, expected) => {
    const { status, out, err } = run(line);
    expect(out.split('\n').slice(0, -1)).toEqual(expected);
    expect(err).toBe(said(`${expected.length} flow entries have been shown.`));
    expect(status).toBe(0);
  });

  test('-o extended, id, save and xml', () => {
    const id = machine.conntrack.id(machine.conntrack.table.first);
    expect(lines('-L -p tcp -o extended,id')).toEqual([`ipv4     2 ${TCP} id=${id}`]);
    expect(lines('-L -p tcp -o save')).toEqual([
      '-A -t 100 -u SEEN_REPLY,ASSURED -w 7 -s 1.1.1.1 -d 2.2.2.2 -r 2.2.2.2 -q 1.1.1.1 -p tcp ' +
        '--sport 10 --dport 20 --reply-port-src 20 --reply-port-dst 10 --state ESTABLISHED',
    ]);
    expect(lines('-L -p tcp -o xml')).toEqual([
      '<?xml version="1.0" encoding="utf-8"?>',
      '<conntrack>',
      '<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>1.1.1.1</src>' +
        '<dst>2.2.2.2</dst></layer3><layer4 protonum="6" protoname="tcp"><sport>10</sport>' +
        '<dport>20</dport></layer4></meta><meta direction="reply"><layer3 protonum="2" ' +
        'protoname="ipv4"><src>2.2.2.2</src><dst>1.1.1.1</dst></layer3><layer4 protonum="6" ' +
        'protoname="tcp"><sport>20</sport><dport>10</dport></layer4></meta>' +
        '<meta direction="independent"><state>ESTABLISHED</state><timeout>100</timeout>' +
        `<mark>5</mark><zone>7</zone><use>1</use><id>${id}</id><assured/></meta></flow>`,
      '</conntrack>',
    ]);
  });

  test('what -o save prints makes the same entries again', () => {
    const saved = lines('-L -o save');
    const before = lines('-L');
    run('-F');
    for (const line of saved) expect(run(line).status).toBe(0);
    const unmarked = before.map((line) => line.replace(/mark=\d+/, 'mark=0'));
    expect(lines('-L')).toEqual(unmarked);
  });

  test('-z shows counters and zeroes them', () => {
    machine.ns.sysctl.set('net.netfilter.nf_conntrack_acct', 1);
    run('-I -p 50 -s 1.1.1.1 -d 2.2.2.2 -t 5');
    const row = machine.conntrack.rows().at(-1)!;
    machine.conntrack.account(row, 0, 3, 99);
    expect(lines('-L -z').at(-1)).toMatch(/packets=3 bytes=99/);
    expect(lines('-L').at(-1)).toMatch(/packets=0 bytes=0/);
  });
});

describe('changing', () => {
  test('-U prints what it changed; entries of a zone are not found', () => {
    const { status, out, err } = run('-U -m 9');
    expect(out.split('\n').slice(0, -1)).toEqual(
      [SNAT, DNAT, ICMP, UDPLITE].map((line) => line.replace('mark=0 use=1', 'mark=9 use=2')),
    );
    expect([status, err]).toEqual([0, said('4 flow entries have been updated.')]);
    expect(run('-U -p udp -m 3/1').out).toMatch(/mark=11 use=2/);
  });

  test('-U of nothing fails', () => {
    expect(run('-U -p tcp -m 8')).toEqual({
      status: 1,
      out: '',
      err: said('0 flow entries have been updated.'),
    });
  });

  test('-D deletes what fits, prints it, and fails where nothing does', () => {
    expect(run('-D -p udp --orig-port-src 10')).toEqual({
      status: 0,
      out: `${SNAT}\n`,
      err: said('1 flow entries have been deleted.'),
    });
    expect(run('-D -p udp --orig-port-src 10').status).toBe(1);
    expect(run('conntrack -D --zone 7').out).toBe(`${TCP}\n`);
    expect(run('-C').out).toBe('3\n');
  });

  test('-F empties, -G finds, -I refuses what is there, -A does not', () => {
    expect(run('-G -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 11 --dport 20').out).toBe(
      `${DNAT.replace('use=1', 'use=2')}\n`,
    );
    expect(run('-G -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 12 --dport 20')).toEqual({
      status: 1,
      out: '',
      err: said("Operation failed: such conntrack doesn't exist"),
    });
    const again = '-p udp -s 1.1.1.1 -d 2.2.2.2 --sport 11 --dport 20 -t 50';
    expect(run(`-I ${again}`).err).toBe(
      said('Operation failed: Such conntrack exists, try -U to update'),
    );
    expect(run(`-A ${again}`).err).toBe(said('1 flow entries have been added.'));
    expect(run('-F').err).toBe(said('connection tracking table has been emptied.'));
    expect(run('-C').out).toBe('0\n');
  });
});

test.each([
  ['-I -p tcp -s 1.1.1.1 -d 2.2.2.2', "You need to supply the `--timeout' option for this command"],
  [
    '-I -p tcp -s 1.1.1.1 -d 2.2.2.2 -t 5',
    "You need to supply the `--state' option for this command",
  ],
  ['-I -p gre -s 1.1.1.1 -d 2.2.2.2 -t 5', "you have to specify `--srckey' and `--dstkey'"],
  ['-I -p 50 -s 1.1.1.1 -t 5', "you have to specify `--src' and `--dst'"],
  ['-L -z -p tcp', "Can't use -z with filtering parameters"],
  ['-L --mask-src 255.0.0.0', "Can't use --mask-src without --src"],
  ['-L -r 1.1.1.0/24', "CIDR notation unavailable for `--reply-src'"],
  ['-L -s foo', "Invalid IP address `foo'"],
  ['-L -s 1.1.1.1/44', 'Invalid netmask'],
  ['-L -s 1.1.1.1 -d 2001::1', 'mismatched address family'],
  ['-L -p foo', "`foo' unsupported protocol"],
  ['-L --bogus', "unknown option `--bogus'"],
  ['-L -p', "option `-p' requires an argument"],
  ['-L foo', "unknown type `foo'"],
  ['-U expect', "Can't do --update on expectations"],
  ['-D dying', "Can't do that command with tables `dying' and `unconfirmed'"],
  ['-L -n 1.1.1.1 -j', "cannot specify `--src-nat' or `--dst-nat' with `--any-nat'"],
  ['-L -D', 'Invalid commands combination'],
  ['-L -u FOO', "Bad parameter `FOO'"],
  ['-L -o foo', "Bad parameter `foo'"],
  ['-L -t 5', "Illegal option `--timeout' with this command"],
  ['-L -n 1.1.1.1:', "No port specified after `:'"],
  ['-L -n 1.1.1.1:x', "Invalid port `x'"],
])('%s is wrong usage', (line, message) => {
  expect(run(line)).toEqual({ status: 2, out: '', err: said(message) + HELP });
});

test('save goes with no other format', () => {
  const message = 'cannot combine save output with any other output type, use -o save only';
  expect(run('-L -o save,id')).toEqual({ status: 1, out: '', err: said(message) });
});

test('-S, -V, -h and expectations', () => {
  expect(run('-S').out).toBe(
    'cpu=0   \tfound=0 invalid=0 insert=5 insert_failed=0 drop=0 early_drop=0 error=0 ' +
      'search_restart=0 clash_resolve=0 chaintoolong=0 \n',
  );
  expect(run('-V').out).toBe('conntrack v1.4.8 (conntrack-tools)\n');
  expect(run('-h -p tcp').out).toMatch(/--state/);
  expect(run('-L expect').err).toBe(said('0 expectations have been shown.'));
  expect(run('-C expect').out).toBe('0\n');
});

test('labels need the file of their names', () => {
  const { status, err } = run('-L -l web');
  expect(status).toBe(2);
  expect(err).toBe(
    `nfct_labelmap_new: No such file or directory\n${said("unknown label 'web'")}${HELP}`,
  );
});

test('labels are set, shown and matched by name', () => {
  const named = {
    conntrack: machine.conntrack,
    labels: new Map([
      [3, 'web'],
      [70, 'mail'],
    ]),
  };
  machine.conntrack.labelUsers++;
  const line = (text: string) => runConntrackLine(text, named);
  line('-I -p 50 -s 1.1.1.1 -d 2.2.2.2 -t 5 --label-add web,mail');
  expect(line('-L -l mail -o labels').out).toMatch(/use=1 labels=web,mail\n$/);
  expect(line('-U -p 50 --label-del web -o labels').out).toMatch(/use=2 labels=mail\n$/);
  expect(line('-L -l web').out).toBe('');
});

describe('-R', () => {
  const WORK = '# a comment\n-D -p udp\n\n-I -p 50 -s 3.3.3.3 -d 4.4.4.4 -t 9\n';

  test.each([
    ['standard input', '-', { stdin: () => WORK }],
    ['a file', 'work.txt', { files: filesOf({ 'work.txt': WORK }) }],
  ])('runs the lines of %s', (_, name, io) => {
    expect(runConntrack(['-R', name], hearing(io), machine)).toBe(0);
    expect(lines('-L')).toHaveLength(4);
  });

  test('takes no commands that list', () => {
    const io = hearing({ stdin: () => '-L\n' });
    expect(runConntrack(['-R', '-'], io, machine)).toBe(2);
    expect(io.heard.err).toMatch(/Cannot use command `-L' with --load-file/);
  });

  test('reads no files in a trace', () => {
    expect(run('-R /dev/null')).toMatchObject({
      status: 2,
      err: said('Failed to open file /dev/null for reading') + HELP,
    });
  });
});

test('conntrack 1.4.6 knows no status that is not set, and none of hardware', () => {
  machine = new Datapath({ profile: profileOf('5.10')! });
  for (const word of ['UNREPLIED', 'HW_OFFLOAD']) {
    const err = said(`Bad parameter \`${word}'`) + HELP;
    expect(run(`-D -u ${word}`)).toMatchObject({ status: 2, err });
  }
  expect(run('-D -u ASSURED').status).toBe(1);
});

test('a line is split as a shell would', () => {
  expect(splitLine('  -D  -s "1.1.1.1"\t-p "t\\"cp" ')).toEqual([
    '-D',
    '-s',
    '1.1.1.1',
    '-p',
    't"cp',
  ]);
});
