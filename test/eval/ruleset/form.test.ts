/** Rules that go by the form of earlier ones: what they come to is what each alone comes to. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandLine } from '../../../src/parser/index.ts';
import { nftParser } from '../../../src/replay/language.ts';
import { complaint, nft } from './nft.ts';

/** Few values, so that they tell protocols and contradict each other, and some that are wrong. */
const values: Readonly<Record<string, readonly string[]>> = {
  N: [
    ...['0', '1', '2', '6', '8', '17', '22', '33', '47', '58', '64', '128', '255', '256'],
    ...[
      '2048',
      '33024',
      '34525',
      '65535',
      '65536',
      '4294967295',
      '4294967296',
      '18446744073709551616',
    ],
    ...['0x10', '010'],
  ],
  L: ['0', '1', '7', '8', '24', '31', '32', '33', '64', '128', '129'],
  A: ['0.0.0.0', '10.0.0.1', '10.0.1.0', '224.0.0.1', '255.255.255.255', '300.0.0.1'],
  B: ['::', '::1', '2001:db8::1', 'ffff::ffff', '::ffff:1.2.3.4', '1:2'],
  M: ['00:00:00:00:00:00', '02:00:00:00:00:01', '1:2:3:4:5:6'],
  Q: [
    '""',
    '"a"',
    '"eth0"',
    '"eth1*"',
    '"12:30"',
    '"echo-request"',
    '"a-name-of-twenty-two"',
    '"6"',
  ],
  C: ['x', 'y', 'none', 'c'],
};

const forms = [
  'tcp dport N counter accept',
  'tcp dport != N',
  'tcp dport N-N',
  'tcp sport N tcp dport N',
  'tcp dport N udp dport N',
  'th dport N',
  'ip saddr A',
  'ip saddr A ip daddr A tcp dport N counter',
  'ip saddr A/L',
  'ip daddr != A-A drop',
  'ip6 saddr B',
  'ip6 daddr B/L',
  'ip6 saddr B-B',
  'ether saddr M',
  'ip saddr A ip6 daddr B',
  'ip protocol N tcp dport N',
  'meta l4proto N th dport N',
  'meta protocol N',
  'meta protocol N ip saddr A',
  'meta nfproto N ip6 nexthdr N',
  'ether type N ip ttl N',
  'vlan type N vlan id N',
  'icmp type N icmp id N',
  'icmpv6 type N icmpv6 mtu N',
  'icmp code N icmp type N icmp gateway N',
  'ip dscp N',
  'ip6 flowlabel N',
  'ip frag-off N',
  'frag id N',
  'tcp option maxseg size N',
  'tcp flags N',
  'tcp flags N / N',
  'tcp flags & N == N',
  'ct state N',
  'ct mark N ct zone N',
  'ct direction N',
  'ct original saddr A',
  'ct original ip saddr A',
  'ct original proto-dst N',
  'meta mark N',
  'meta mark & N == N',
  'meta mark set N',
  'meta mark set meta mark or N',
  'meta length > N',
  'meta length N-N',
  'meta skuid N',
  'meta hour Q',
  'meta day N',
  'iif N',
  'iifname Q',
  'iifname N',
  'iifname Q oifname != Q',
  'icmp type Q',
  '@nh,72,8 N tcp dport N',
  '@th,0,16 N @th,16,N N',
  'fib saddr type N',
  'rt ip nexthop A',
  'exthdr hbh N',
  'limit rate N/second burst N packets',
  'log prefix Q group N',
  'counter packets N bytes N',
  'quota over N bytes',
  'ct count N',
  'queue num N',
  'jump C',
  'meta mark N goto C',
  'tcp dport N jump C',
  'accept tcp dport N',
  'dnat to A:N',
  'tcp dport N snat to A-A',
  'ct helper set Q',
  'reject with icmp type N',
  'ip protocol N reject with tcp reset',
  'ip saddr (A)',
  'meta priority N:N',
  'numgen inc mod N N',
  'jhash ip saddr mod N N',
  'gre version N gre ip saddr A',
  'vxlan vni N',
  'udp dport N vxlan ip saddr A',
  'esp spi N',
  'sctp vtag N',
  'dccp type N',
  'ip version N ip hdrlength N',
  'arp operation N arp saddr ip A',
  'ip saddr A tcp dport { 22, 80 } counter',
  'tcp dport { N, N }',
  'tcp dport { N, N-N } ip saddr A',
  'tcp dport != { N }',
  'ip saddr { A, A/L, A-A } accept',
  'ip6 daddr { B, B/L }',
  'iifname { Q, Q }',
  'icmp type { N, N } icmp id N',
  'ip protocol { N, N } th dport N',
  'ct state { N, N }',
  'ip saddr . tcp dport { A . N, A . N }',
  'tcp dport vmap { N : accept, N : jump C } ip saddr A',
  'tcp dport N ip saddr @blocked',
  'ip saddr A tcp dport @ports drop',
  'ip saddr A tcp dport @none',
  'ip daddr A dnat to tcp dport map { N : A }',
  'tcp dport N add @blocked { ip saddr }',
  'tcp dport N update @seen { ip saddr timeout 1m }',
  'ip saddr A meter m { ip daddr limit rate N/second }',
  'tcp dport N jump { ip saddr A drop }',
  'meta mark set ip saddr map { A : N, A : N }',
  'ip dscp { N, N }',
  'meta mark { N, N-N }',
];

const filled = (form: string): fc.Arbitrary<string> => {
  const parts = form
    .split(/\b([NLABMQC])\b/)
    .map((part, i) => (i % 2 === 0 ? fc.constant(part) : fc.constantFrom(...values[part]!)));
  return fc.tuple(...parts).map((all) => all.join(''));
};

type Place = readonly [family: string, hook: string];

/** No table: the kernel refuses all of a rule, its sets first. */
const NOWHERE: Place = ['ip', 'nowhere'];

const places: readonly Place[] = [
  NOWHERE,
  ['inet', 'type filter hook forward priority 0;'],
  ['ip', 'type nat hook prerouting priority dstnat;'],
  ['ip6', ''],
  ['bridge', 'type filter hook input priority 0;'],
  ['netdev', 'type filter hook ingress device eth0 priority 0;'],
];

let unique = 1_000_000;

const SETS = `set blocked { type ipv4_addr; flags dynamic; }
set ports { type inet_service; flags interval; elements = { 1-5, 7 }; }
set seen { type ipv4_addr; flags dynamic, timeout; }
`;

/** A comment without quotes makes a rule one of its own kind; both are as long. */
const comment = (alone: boolean) => (alone ? `c${unique++}` : '"cccccc"');

function text(rules: readonly string[], [family, hook]: Place, alone: boolean) {
  const lines = rules.map((rule) => `${rule} comment ${comment(alone)}\n`);
  if (hook === 'nowhere') return lines.map((line) => `add rule ${family} n c ${line}`).join('');
  return `table ${family} t {\n${SETS}chain x { }\nchain y { }\nchain c {\n${hook}\n${lines.join('')}}\n}`;
}

function run(written: string) {
  const one = nft();
  const { ok, err } = one(written);
  const table = [...one.target.ruleset.tables.values()][0];
  const sent = table?.chains.get('c')?.rules.map(({ ops, stateful }) => ({ ops, stateful }));
  return { ok, err: told(err), listing: told(one.list()), sent };
}

/** What differs by the comments alone is left out. */
const told = (said: string): string => said.replace(/ comment [^\n]*/g, '');

const formedRules = (written: string): readonly boolean[] =>
  nftParser()
    .parse(commandLine(written))
    .ruleset.commands.flatMap(({ block }) => (block?.kind === 'table' ? block.items : []))
    .flatMap(({ block }) => (block?.kind === 'chain' ? block.rules : []))
    .map(({ formed }) => formed !== undefined);

test('the third of its kind is the first that goes by a form', () => {
  const rules = [1, 2, 3, 65536].map((port) => `counter name nobodys tcp dport ${port}`);
  const place: Place = ['inet', ''];
  const written = text(rules, place, false);
  expect(formedRules(written)).toEqual([false, false, true, true]);
  expect(formedRules(text(rules, place, true))).toEqual([false, false, false, false]);
});

test.each([
  ['"one"', '"two"', '"three"', '"four"', '""', '"one"'],
  ['a', 'b', 'a', 'b', '1.2.3.4', 'a', 'b', '1.2.3.4', '1.2.3.4'],
])('comments %s, …', (...comments) => {
  const one = nft();
  for (const word of comments)
    one(`add table t; add chain t c; add rule t c mark 7 comment ${word}`);
  const rules = one.json().flatMap(({ rule }) => (rule ? [rule.comment] : []));
  expect(rules).toEqual(comments.map((word) => word.replaceAll('"', '')));
  const long = one(`add rule t c mark 7 comment "${'x'.repeat(129)}"`);
  expect(complaint(long)).toContain('comment too long');
});

test.each(forms)('%s', (form) => {
  const rules = fc.array(filled(form), { minLength: 4, maxLength: 8 });
  fc.assert(
    fc.property(rules, fc.constantFrom(...places), (written, place) => {
      expect(run(text(written, place, false))).toEqual(run(text(written, place, true)));
    }),
    { numRuns: 20 },
  );
});
