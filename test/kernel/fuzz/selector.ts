/**
 * Selectors out of the vocabulary: every row's phrase says how it may be written, nft's own
 * `describe` what type it has.
 */
import { keyRows } from '../../../src/eval/expr/index.ts';
import type { Item, Phrase } from '../../../src/parser/phrase.ts';
import { Router } from '../../../src/replay/router.ts';
import type { Random } from './random.ts';
import type { Datatype } from './value.ts';

export interface Selector {
  readonly text: string;
  readonly type: Datatype;
  /** Compares with `exists` and `missing` too. */
  readonly optional: boolean;
  /** Of those that most packets answer. */
  readonly usual: boolean;
}

/**
 * What the kernel draws, what depends on when and on which processor it runs, and what nft 1.1.3
 * itself dies of when it lists it.
 */
const UNFORESEEN =
  /tcp option @|\b(random|cpu|time|hour|day|secmark|cgroup|cgroupv2|symhash|osf|ct id|ipsec|ct expiration|ip id|jhash|igmp group)\b/;

/** Rows that read a value in a way of their own: a number drawn, a place in the packet. */
const HAND_MADE: Readonly<Record<string, (r: Random) => string>> = {
  '@': (r) => {
    const bits = r.pick([1, 4, 8, 8, 16, 16, 32, 3, 12]);
    return `@${r.pick(['ll', 'nh', 'nh', 'th', 'th'])},${r.below(200)},${bits}`;
  },
  numgen: (r) => `numgen inc mod ${r.between(2, 5)} offset ${r.below(3)}`,
  jhash: (r) =>
    `jhash ${r.pick(['ip saddr', 'ip saddr . ip daddr', 'tcp dport', 'meta mark', 'ip6 saddr'])} mod ${r.between(2, 8)} seed 0x${r.hex(2)}`,
};

/** What is asked most in rulesets; the rest comes from the rows. */
const USUAL = [
  'ip saddr',
  'ip daddr',
  'ip6 saddr',
  'ip6 daddr',
  'tcp dport',
  'tcp sport',
  'udp dport',
  'th dport',
  'meta l4proto',
  'meta mark',
  'ct mark',
  'ct state',
  'ct status',
  'ct direction',
  'ct original packets',
  'iifname',
  'oifname',
  'iif',
  'oif',
  'tcp flags',
  'icmp type',
  'icmpv6 type',
  'meta length',
  'ip ttl',
  'ip6 hoplimit',
  'ip protocol',
  'ip6 nexthdr',
  'meta protocol',
  'ether type',
  'vlan id',
  'fib daddr type',
  'fib saddr . iif oif',
  'meta pkttype',
];

function item(r: Random, it: Item): string {
  switch (it.item) {
    case 'kw':
      return it.words.join(' ');
    case 'choice':
      return r.pick(it.words);
    case 'word':
      return it.known ? r.pick(it.known) : '';
    case 'num':
      return String(r.pick([0, 1, 2, 4, 8, 34, 253]));
    case 'opt':
      return r.percent(50) ? phrase(r, it.items) : '';
    case 'alt':
      return phrase(r, r.pick(Object.values(it.of)));
    case 'many':
      return r.times(r.between(1, 2), () => phrase(r, it.of)).join(` ${it.separator ?? ''} `);
    default:
      return '';
  }
}

const phrase = (r: Random, items: Phrase): string => items.map((it) => item(r, it)).join(' ');

const machine = new Router();
const known = new Map<string, Selector | undefined>();

/** What nft says of it; undefined: it is none. */
export function describe(text: string): Selector | undefined {
  if (known.has(text)) return known.get(text);
  const { ok, output } = machine.nft(`describe ${text}`);
  const m = ok ? /^(\w+) expression, datatype (\S+) \(.*\), (\d+) bits/.exec(output) : null;
  const type = m && { name: m[2]!, bits: Number(m[3]) };
  const optional = m?.[1] === 'exthdr' || m?.[1] === 'fib';
  const usual = USUAL.includes(text);
  const found = type ? { text, type, optional, usual } : undefined;
  known.set(text, found);
  return found;
}

function written(r: Random): string {
  if (r.percent(55)) return r.pick(USUAL);
  const row = r.pick(keyRows);
  const own = HAND_MADE[row.name];
  if (own) return own(r);
  return `${row.name} ${phrase(r, row.phrase)}`.replace(/\s+/g, ' ').trim();
}

export function selector(r: Random): Selector {
  for (;;) {
    const text = written(r);
    if (UNFORESEEN.test(text) && !text.startsWith('jhash')) continue;
    const found = describe(text);
    if (found) return found;
  }
}
