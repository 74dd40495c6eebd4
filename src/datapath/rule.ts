/**
 * Policy routing: rules in order of priority that say which table is asked.
 *
 * Mirrors core/fib_rules.c, fib_rules.c of IPv4 and fib6_rules.c. Addresses are int32 words.
 */
import { mask6 } from './address.ts';

export const FR_TABLE = 1;
export const FR_GOTO = 2;
export const FR_NOP = 3;
export const FR_BLACKHOLE = 6;
export const FR_UNREACHABLE = 7;
export const FR_PROHIBIT = 8;

/** An inclusive range of ports; null: any. */
export type PortRange = readonly [low: number, high: number] | null;

export interface RuleSpec {
  readonly priority: number;
  readonly action: number;
  readonly table: number;
  readonly src: Int32Array | null;
  readonly srclen: number;
  readonly dst: Int32Array | null;
  readonly dstlen: number;
  readonly tos: number;
  readonly fwmark: number;
  readonly fwmask: number;
  /** Device names; '' any. */
  readonly iif: string;
  readonly oif: string;
  readonly ipproto: number;
  readonly sport: PortRange;
  readonly dport: PortRange;
  readonly not: boolean;
  readonly l3mdev: boolean;
  /** -1: none. */
  readonly suppressPrefixlength: number;
  /** Priority to go on at (FR_GOTO); where no rule has it, the rule is passed over. */
  readonly goto: number;
}

export interface Rule extends RuleSpec {
  /** Resolved from the names; -1: no such device now, 0: any. */
  iifindex: number;
  oifindex: number;
}

export const ANY_RULE: RuleSpec = {
  priority: 0,
  action: FR_TABLE,
  table: 0,
  src: null,
  srclen: 0,
  dst: null,
  dstlen: 0,
  tos: 0,
  fwmark: 0,
  fwmask: 0,
  iif: '',
  oif: '',
  ipproto: 0,
  sport: null,
  dport: null,
  not: false,
  l3mdev: false,
  suppressPrefixlength: -1,
  goto: 0,
};

/** What a lookup asks for: flowi4 and flowi6 in one, refilled for each lookup. */
export class Flow {
  /** One word for IPv4, four for IPv6. */
  readonly daddr: Int32Array;
  readonly saddr: Int32Array;
  tos = 0;
  mark = 0;
  iif = 0;
  oif = 0;
  /** ifindex of the VRF whose table is meant; 0: none. */
  l3mdev = 0;
  proto = 0;
  sport = 0;
  dport = 0;
  scope = 0;
  /** FLOWI_FLAG_ANYSRC: the source need not be an address of this machine. */
  anysrc = false;
  /** RT6_LOOKUP_F_IFACE: the device must be that of `oif` (or `iif` on input). */
  strict = false;

  constructor(words: number) {
    this.daddr = new Int32Array(words);
    this.saddr = new Int32Array(words);
  }

  clear(): void {
    this.daddr.fill(0);
    this.saddr.fill(0);
    this.tos = this.mark = this.iif = this.oif = this.l3mdev = 0;
    this.proto = this.sport = this.dport = this.scope = 0;
    this.anysrc = this.strict = false;
  }
}

function prefixMatches(prefix: Int32Array, length: number, address: Int32Array): boolean {
  for (let i = 0; i < prefix.length; i++)
    if ((prefix[i]! ^ address[i]!) & mask6(length, i)) return false;
  return true;
}

const within = (range: PortRange, port: number) =>
  range === null || (port >= range[0] && port <= range[1]);

function selects(rule: Rule, flow: Flow): boolean {
  if (rule.iifindex !== 0 && rule.iifindex !== flow.iif) return false;
  if (rule.oifindex !== 0 && rule.oifindex !== flow.oif) return false;
  if ((rule.fwmark ^ flow.mark) & rule.fwmask) return false;
  if (rule.l3mdev && flow.l3mdev === 0) return false;
  if (rule.src !== null && !prefixMatches(rule.src, rule.srclen, flow.saddr)) return false;
  if (rule.dst !== null && !prefixMatches(rule.dst, rule.dstlen, flow.daddr)) return false;
  if (rule.tos !== 0 && rule.tos !== flow.tos) return false;
  if (rule.ipproto !== 0 && rule.ipproto !== flow.proto) return false;
  return within(rule.sport, flow.sport) && within(rule.dport, flow.dport);
}

export class Rules {
  private list: readonly Rule[] = [];

  [Symbol.iterator](): Iterator<Rule> {
    return this.list[Symbol.iterator]();
  }

  /** Inserts behind the rules of the same priority. */
  add(spec: RuleSpec, ifindexOf: (name: string) => number): void {
    const rule = { ...spec, iifindex: 0, oifindex: 0 };
    resolve(rule, ifindexOf);
    const at = this.list.findIndex((r) => r.priority > rule.priority);
    this.list =
      at < 0 ? [...this.list, rule] : [...this.list.slice(0, at), rule, ...this.list.slice(at)];
  }

  remove(rule: Rule): void {
    this.list = this.list.filter((r) => r !== rule);
  }

  /** The priority of a rule that is added without one: one below the second rule's. */
  defaultPriority(): number {
    const second = this.list[1];
    return second !== undefined && second.priority > 0 ? second.priority - 1 : 0;
  }

  /** Devices came or went. */
  resolve(ifindexOf: (name: string) => number): void {
    for (const rule of this.list) resolve(rule, ifindexOf);
  }

  /** Rules that make source validation look up routes (fib4_has_custom_rules). */
  get custom(): boolean {
    return this.list.some((r) => r.l3mdev || ![0, 32766, 32767].includes(r.priority));
  }

  /** Whether a rule reads ports or protocol, so that flows must carry them. */
  get readsPorts(): boolean {
    return this.list.some((r) => r.ipproto !== 0 || r.sport !== null || r.dport !== null);
  }

  /** The first rule from position `from` on that selects the flow; its position, or -1. */
  match(flow: Flow, from: number): number {
    const list = this.list;
    for (let i = from; i < list.length; i++) {
      const rule = list[i]!;
      if (selects(rule, flow) === rule.not) continue;
      if (rule.action === FR_NOP) continue;
      if (rule.action === FR_GOTO) {
        const target = list.findIndex((r) => r.priority === rule.goto);
        if (target < 0) continue;
        i = target - 1;
        continue;
      }
      return i;
    }
    return -1;
  }

  at(i: number): Rule {
    return this.list[i]!;
  }
}

function resolve(rule: Rule, ifindexOf: (name: string) => number): void {
  rule.iifindex = rule.iif === '' ? 0 : ifindexOf(rule.iif) || -1;
  rule.oifindex = rule.oif === '' ? 0 : ifindexOf(rule.oif) || -1;
}
