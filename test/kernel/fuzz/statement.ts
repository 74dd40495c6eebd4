/** Statements: what rules do, by the kind of chain that they stand in. */
import { type Scope, type SetName, verdictMap } from './match.ts';
import type { Random } from './random.ts';
import { selector } from './selector.ts';
import { literal, PORTS } from './value.ts';

/** Where a rule stands, and what it may name. */
export interface Place extends Scope {
  readonly family: string;
  readonly type: 'filter' | 'nat' | 'route' | 'regular';
  readonly hook: string;
  /** Statements that use named objects. */
  readonly uses: readonly string[];
  /** Translations by named maps. */
  readonly translations: readonly string[];
  readonly flowtables: readonly string[];
  /** Chains that may be jumped to. */
  readonly chains: readonly string[];
}

type Make = (r: Random, place: Place) => string | undefined;

const count: Make = () => 'counter';

const SIZES = ['60 bytes', '100 bytes', '300 bytes', '2000 bytes', '1 kbytes'];

const limit: Make = (r) => {
  const over = r.percent(40) ? 'over ' : '';
  if (r.percent(25)) {
    return `limit rate ${over}${r.pick([50, 300, 1000])} bytes/hour burst ${r.pick([100, 500])} bytes`;
  }
  // slow ones: that of a second would tell how fast a machine is
  const rate = `${r.pick([1, 3, 7])}/${r.pick(['minute', 'hour'])}`;
  return `limit rate ${over}${rate}${r.percent(60) ? ` burst ${r.between(1, 4)} packets` : ''}`;
};

const quota: Make = (r) => `quota ${r.pick(['over ', 'until ', ''])}${r.pick(SIZES)}`;

const connlimit: Make = (r) => `ct count ${r.percent(50) ? 'over ' : ''}${r.between(1, 4)}`;

const log: Make = (r) => `log prefix "${r.pick(['a', 'b '])}"`;

/** A mark out of a named map. */
function marked(r: Random, { sets }: Place): string | undefined {
  const maps = sets.filter((set) => set.data === 'mark');
  if (maps.length === 0) return undefined;
  const map = r.pick(maps);
  return `${r.pick(['meta', 'ct'])} mark set ${map.selectors.join(' . ')} map @${map.name}`;
}

const metaSet: Make = (r, place) =>
  (r.percent(30) ? marked(r, place) : undefined) ??
  r.weighted([
    [10, `meta mark set ${r.between(0, 3)}`],
    [3, `meta mark set meta mark | ${r.pick(['0x10', '0x1'])}`],
    [2, 'meta mark set ct mark'],
    [1, `meta mark set ip saddr & 0xff`],
    [2, `meta mark set numgen inc mod 3`],
    [2, `meta mark set jhash ip saddr . ip daddr mod 4 seed 0x5`],
    [2, `meta mark set tcp dport map { 80 : 1, 443 : 2, 22-53 : 3 }`],
    [1, `meta priority set 1:${r.below(5)}`],
    [1, `meta pkttype set ${r.pick(['host', 'broadcast', 'multicast', 'other'])}`],
  ]);

const ctSet: Make = (r) =>
  r.weighted([
    [10, `ct mark set ${r.between(0, 3)}`],
    [4, 'ct mark set meta mark'],
    [2, 'ct mark set ct mark or 0x20'],
    [2, `ct label set ${r.below(8)}`],
    [1, `ct zone set ${r.between(1, 2)}`],
    [1, `ct original zone set ${r.between(1, 2)}`],
    [1, `ct event set new`],
  ]);

const WRITES = [
  'ip ttl set 9',
  'ip6 hoplimit set 7',
  'ip dscp set af21',
  'ip6 dscp set ef',
  'ip ecn set ce',
  'ip id set 77',
  'tcp dport set 8080',
  'tcp sport set 4000',
  'udp dport set 5353',
  'udp sport set 4001',
  'th dport set 81',
  'tcp flags set syn',
  'tcp option maxseg size set 1200',
  'tcp option maxseg size set rt mtu',
  'reset tcp option sack-perm',
  'reset tcp option timestamp',
  'sctp dport set 99',
  'icmp code set 1',
  'icmp id set 9',
  'tcp window set 100',
  'udp checksum set 0',
  'ether saddr set 02:aa:00:00:00:01',
  'ip6 flowlabel set 5',
];

/** Writes a usual field, or any that a row reads. */
const mangle: Make = (r, place) => {
  if (r.percent(15)) {
    const host = r.pick(place.machine.hosts);
    return r.pick([
      `ip daddr set ${host.ip}`,
      `ip saddr set ${host.ip}`,
      `ip6 daddr set ${host.ip6}`,
      `ip6 saddr set ${host.ip6}`,
    ]);
  }
  if (r.percent(70)) return r.pick(WRITES);
  const s = selector(r);
  const value = literal(r, s.type, place.machine);
  return value === undefined ? undefined : `${s.text} set ${value}`;
};

const setChange: Make = (r, { sets }) => {
  const dynamic = sets.filter((set) => set.dynamic);
  if (dynamic.length === 0) return undefined;
  const set = r.pick(dynamic);
  const verb = r.weighted([
    [5, 'add'],
    [5, 'update'],
    [2, 'delete'],
  ]);
  const own = verb !== 'delete' && set.data === undefined;
  const timeout = own && r.percent(20) ? ' timeout 40s' : '';
  const state =
    own && r.percent(30)
      ? ` ${r.pick(['counter', 'limit rate over 2/minute', 'quota over 100 bytes', 'ct count over 1'])}`
      : '';
  return `${verb} @${set.name} { ${set.selectors.join(' . ')}${timeout}${state}${dataOf(r, set)} }`;
};

const dataOf = (r: Random, set: SetName): string =>
  set.data === 'mark' ? ` : ${r.pick(['1', '2', 'meta mark'])}` : '';

const flow: Make = (r, { flowtables }) =>
  flowtables.length > 0 ? `flow add @${r.pick(flowtables)}` : undefined;

const objectRef: Make = (r, { uses }) => (uses.length > 0 ? r.pick(uses) : undefined);

const jump: Make = (r, { chains }) =>
  chains.length > 0 ? `${r.percent(75) ? 'jump' : 'goto'} ${r.pick(chains)}` : undefined;

const verdict: Make = (r, place) =>
  r.weighted<() => string | undefined>([
    [30, () => jump(r, place)],
    [20, () => 'accept'],
    [7, () => 'drop'],
    [10, () => 'return'],
    [3, () => 'continue'],
  ])();

const reject: Make = (r) =>
  r.pick([
    'reject',
    'reject with tcp reset',
    'reject with icmp admin-prohibited',
    'reject with icmp host-unreachable',
    'reject with icmpv6 admin-prohibited',
    'reject with icmpx port-unreachable',
    'reject with icmpx admin-prohibited',
  ]);

const family = (r: Random, place: Place): 'ip' | 'ip6' => {
  if (place.family === 'ip' || place.family === 'ip6') return place.family;
  return r.percent(70) ? 'ip' : 'ip6';
};

const flags = (r: Random): string => (r.percent(10) ? ' persistent' : '');

const bracket = (address: string): string => (address.includes(':') ? `[${address}]` : address);

const dnat: Make = (r, place) => {
  const fam = family(r, place);
  const to = r.pick(place.machine.hosts)[fam];
  const lead = place.family === 'inet' ? `dnat ${fam} to` : 'dnat to';
  return r.weighted([
    [6, `${lead} ${to}${flags(r)}`],
    [6, `${lead} ${bracket(to)}:${r.pick(PORTS)}`],
    [2, fam === 'ip' ? `${lead} 192.168.1.10-192.168.1.12${flags(r)}` : `${lead} ${to}`],
    [2, fam === 'ip' ? `${lead} tcp dport map { 80 : 192.168.1.10, 22 : 10.0.0.10 }` : undefined],
    [1, `dnat to :${r.pick(PORTS)}`],
    [1, fam === 'ip' ? `${lead} 192.168.1.11:5000-5010` : undefined],
    [
      1,
      fam === 'ip'
        ? `dnat ${fam} prefix to ip daddr map { 198.51.100.0/24 : 10.0.0.0/24 }`
        : undefined,
    ],
  ]);
};

const redirect: Make = (r) => r.pick(['redirect', `redirect to :${r.pick(PORTS)}`]);

const snat: Make = (r, place) => {
  const fam = family(r, place);
  const to = r.pick(place.machine.own)[fam];
  const lead = place.family === 'inet' ? `snat ${fam} to` : 'snat to';
  return r.weighted([
    [5, `${lead} ${to}${flags(r)}`],
    [2, fam === 'ip' ? `${lead} 203.0.113.100-203.0.113.103${flags(r)}` : `${lead} ${to}`],
    [2, `${lead} ${bracket(to)}:1024-65535`],
    [7, 'masquerade'],
  ]);
};

function nat(r: Random, place: Place): string | undefined {
  const source = place.hook !== 'prerouting' && place.hook !== 'output';
  const mapped = place.translations.filter((one) => one.includes('snat ') === source);
  if (mapped.length > 0 && r.percent(50)) return r.pick(mapped);
  if (source) return snat(r, place);
  return r.percent(20) ? redirect(r, place) : dnat(r, place);
}

const copy: Make = (r, place) => {
  const host = r.pick(place.machine.hosts);
  const device = r.pick(place.machine.wires);
  if (place.family === 'netdev') return r.pick([`dup to "${device}"`, `fwd to "${device}"`]);
  const to = host[family(r, place)];
  return r.pick([`dup to ${to}`, `dup to ${to} device "${device}"`]);
};

const rare: Make = (r, place) =>
  r.pick([
    'notrack',
    'notrack',
    'last',
    'meta nftrace set 1',
    'queue flags bypass to 1',
    'tproxy to :50080',
    `tproxy ip to ${r.pick(place.machine.own).ip}:50080`,
  ]);

/** What is mostly done at each kind of chain, by weights; the last one ends the rule. */
const MIDDLE: readonly (readonly [number, Make])[] = [
  [30, count],
  [8, limit],
  [6, quota],
  [3, connlimit],
  [1, log],
  [9, metaSet],
  [7, ctSet],
  [9, mangle],
  [8, setChange],
  [6, objectRef],
  [10, flow],
  [3, rare],
];

const END: readonly (readonly [number, Make])[] = [
  [45, () => ''],
  [28, verdict],
  [4, reject],
  [7, (r, place) => verdictMap(r, place, () => verdict(r, place) ?? 'continue')],
  [2, copy],
];

/** The statements of a rule; some may not be allowed where it stands. */
export function statements(r: Random, place: Place): string {
  const found: (string | undefined)[] = [];
  if (r.percent(70)) found.push('counter');
  const middle = r.weighted([
    [5, 0],
    [5, 1],
    [2, 2],
  ]);
  for (let i = 0; i < middle; i++) found.push(r.weighted(MIDDLE)(r, place));
  const ends = place.type === 'nat' && r.percent(75) ? nat : r.weighted(END);
  found.push(ends(r, place));
  return found.filter(Boolean).join(' ');
}
