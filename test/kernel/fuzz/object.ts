/** Named objects and maps of a table: how each is declared, and the statement that rules use it by. */
import type { Random } from './random.ts';

interface Kind {
  /** What stands before its name. */
  readonly words: string;
  /** What stands between its name and its end. */
  readonly body: (r: Random) => string;
  readonly use: (name: string) => string;
}

const by =
  (statement: string) =>
  (name: string): string =>
    `${statement} "${name}"`;

/** A map that a statement takes its argument from, and what it is looked up by. */
const map = (types: string, elements: readonly string[], use: string): Kind => ({
  words: 'map',
  body: (r) =>
    `type ${types}; flags interval; elements = { ${r.some(elements, r.between(1, elements.length)).join(', ')} };`,
  use: (name) => `${use} map @${name}`,
});

const KINDS: readonly Kind[] = [
  {
    words: 'counter',
    body: (r) => (r.percent(30) ? `packets ${r.below(9)} bytes ${r.below(999)}` : ''),
    use: by('counter name'),
  },
  {
    words: 'quota',
    body: (r) => `${r.pick(['over', 'until'])} ${r.pick([100, 500, 3000])} bytes`,
    use: by('quota name'),
  },
  {
    words: 'limit',
    body: (r) =>
      r.percent(70)
        ? `rate ${r.between(1, 5)}/minute burst ${r.between(1, 3)} packets`
        : `rate over 200 bytes/hour burst 400 bytes`,
    use: by('limit name'),
  },
  {
    words: 'ct timeout',
    body: (r) =>
      `protocol ${r.pick(['tcp', 'udp'])}; l3proto ip; policy = { ${r.pick(['established : 100', 'syn_sent : 9', 'unreplied : 9', 'replied : 51'])} };`,
    use: by('ct timeout set'),
  },
  {
    words: 'ct expectation',
    body: (r) =>
      `protocol ${r.pick(['tcp', 'udp'])}; dport ${r.pick([8080, 5001])}; timeout 1m; size 3; l3proto ip;`,
    use: by('ct expectation set'),
  },
  {
    words: 'ct helper',
    body: (r) => r.pick(['type "ftp" protocol tcp;', 'type "tftp" protocol udp;']),
    use: by('ct helper set'),
  },
];

/** Named maps of addresses and ports, for chains that translate. */
const NAT_MAPS: readonly Kind[] = [
  map(
    'inet_service : ipv4_addr',
    ['80 : 192.168.1.10', '1-79 : 10.0.0.10', '443-9000 : 192.168.1.11'],
    'dnat ip to th dport',
  ),
  map(
    'inet_service : interval ipv4_addr',
    [
      '1-99 : 192.168.1.10-192.168.1.12',
      '443 : 10.0.0.10-10.0.0.11',
      '5001-8080 : 10.0.0.11-10.0.0.12',
    ],
    'dnat ip to th dport',
  ),
  map(
    'ipv4_addr . inet_service : interval ipv4_addr . inet_service',
    [
      '203.0.113.0/24 . 80 : 192.168.1.10-192.168.1.11 . 8080-8090',
      '198.51.100.0/24 . 1-1000 : 10.0.0.10-10.0.0.11 . 81-82',
      '192.168.1.0/24 . 5001-8080 : 10.0.0.10-10.0.0.11 . 5001-5002',
    ],
    'meta l4proto { tcp, udp } dnat ip to ip daddr . th dport',
  ),
  map(
    'ipv4_addr : interval ipv4_addr',
    ['198.51.100.0/24 : 10.0.0.0/24', '203.0.113.0/25 : 192.168.1.0/25'],
    'dnat ip prefix to ip daddr',
  ),
  map(
    'ipv6_addr : interval ipv6_addr',
    ['2001:db8:2::/64 : 2001:db8:1::/64', '2001:db8:ff::/64 : fd00::/64'],
    'dnat ip6 prefix to ip6 daddr',
  ),
  map(
    'inet_service : inet_service',
    ['80 : 8080', '443-500 : 81', '22 : 22'],
    'meta l4proto { tcp, udp } redirect to :th dport',
  ),
  map(
    'ipv4_addr : interval ipv4_addr',
    ['192.168.1.0/24 : 203.0.113.50-203.0.113.53', '10.0.0.0/8 : 203.0.113.60-203.0.113.61'],
    'snat ip to ip saddr',
  ),
  map(
    'ipv4_addr : interval ipv4_addr',
    ['192.168.1.0/24 : 203.0.113.0/24', '10.0.0.0/24 : 203.0.113.0/24'],
    'snat ip prefix to ip saddr',
  ),
  map(
    'ipv6_addr : interval ipv6_addr',
    ['2001:db8:1::/64 : 2001:db8:2::/64', 'fd00::/64 : 2001:db8:2::10-2001:db8:2::13'],
    'snat ip6 to ip6 saddr',
  ),
];

export interface NamedObject {
  readonly text: string;
  readonly use: string;
}

const made = (r: Random, kinds: readonly Kind[], name: string): NamedObject => {
  const { words, body, use } = r.pick(kinds);
  return { text: `${words} ${name} { ${body(r)} }`, use: use(name) };
};

export const objectOf = (r: Random, i: number): NamedObject => made(r, KINDS, `o${i}`);

export function natMapOf(r: Random, i: number): { text: string; translation: string } {
  const { text, use } = made(r, NAT_MAPS, `n${i}`);
  return { text, translation: use };
}
