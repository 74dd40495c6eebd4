/**
 * Expectations: connections that are about to come, because another one said so.
 *
 * Mirrors nf_conntrack_expect.c. An expectation lives with its master's help, waits until its timeout
 * and goes when the connection comes.
 */
import { HZ, type Timer } from '../clock.ts';
import { NFPROTO_IPV4 } from '../packet.ts';
import type { ConntrackCore } from './core.ts';
import { addHelp, type Help, type Helper } from './helper/helper.ts';
import { IPS_CONFIRMED, IPS_DYING } from './status.ts';
import {
  newTuple,
  setTuplePorts,
  TUPLE_DST,
  TUPLE_PORTS,
  TUPLE_PROTO,
  TUPLE_SRC,
  TUPLE_WORDS,
  type Tuple,
} from './tuple.ts';

export const NF_CT_EXPECT_PERMANENT = 1;
export const NF_CT_EXPECT_INACTIVE = 2;
export const NF_CT_EXPECT_USERSPACE = 4;

export interface Expectation {
  readonly master: number;
  readonly tuple: Tuple;
  /** Bits of the source (address and port) that must be as in `tuple`; the rest always must. */
  readonly mask: Tuple;
  readonly zone: number;
  helper: Helper | null;
  assignHelper: Helper | null;
  readonly class: number;
  flags: number;
  /** Jiffies. */
  timeout: number;
  /** Where expectations end by timers. */
  timer: Timer | null;
  /** NAT follows the master: direction and port before translation. */
  follow: { readonly direction: number; readonly savedPort: number } | null;
}

/** 0, or why it cannot be expected. */
export type ExpectError = 0 | 'EALREADY' | 'EBUSY' | 'EMFILE';

/** What is expected: `source` null: from anywhere; ports NONE-like -1: from any. */
export interface ExpectSpec {
  readonly l3num: number;
  readonly protonum: number;
  /** Tuple and word offset to take the address from. */
  readonly source: { readonly tuple: Tuple; readonly at: number } | null;
  readonly destination: { readonly tuple: Tuple; readonly at: number };
  readonly dport: number;
}

export class Expectations {
  private readonly ct: ConntrackCore;
  /** In order of arrival. */
  private readonly all = new Set<Expectation>();

  constructor(ct: ConntrackCore) {
    this.ct = ct;
  }

  get count(): number {
    return this.all.size;
  }

  /** Expectations that wait, oldest first. */
  list(): Expectation[] {
    return [...this.all].filter((exp) => !this.isExpired(exp));
  }

  isExpired(exp: Expectation): boolean {
    if (exp.flags & NF_CT_EXPECT_PERMANENT || exp.timer !== null) return false;
    return exp.timeout <= this.ct.jiffies;
  }

  /** nf_ct_expect_alloc and nf_ct_expect_init, for a connection with help. */
  make(master: number, spec: ExpectSpec): Expectation {
    const { ct } = this;
    const tuple = newTuple();
    const mask = newTuple();
    const words = spec.l3num === NFPROTO_IPV4 ? 1 : 4;
    for (let i = 0; i < words; i++) {
      if (spec.source) {
        tuple[TUPLE_SRC + i] = spec.source.tuple[spec.source.at + i]!;
        mask[TUPLE_SRC + i] = 0xffffffff;
      }
      tuple[TUPLE_DST + i] = spec.destination.tuple[spec.destination.at + i]!;
    }
    setTuplePorts(tuple, 0, spec.dport);
    tuple[TUPLE_PROTO] = (spec.l3num << 8) | spec.protonum;
    return {
      master,
      tuple,
      mask,
      zone: ct.table.zone[master]!,
      helper: ct.help.get(master)?.helper ?? null,
      assignHelper: null,
      class: 0,
      flags: 0,
      timeout: ct.jiffies,
      timer: null,
      follow: null,
    };
  }

  /** nf_ct_expect_related */
  add(exp: Expectation): ExpectError {
    const { ct } = this;
    const help = addHelp(ct, exp.master);
    for (const other of this.all) {
      if (this.isExpired(other)) {
        this.unlink(other);
      } else if (matches(other, exp) && other.zone === exp.zone) {
        if (other.class !== exp.class || other.master !== exp.master) return 'EALREADY';
        this.unlink(other);
        break;
      } else if (clashes(other, exp) && other.zone === exp.zone) {
        return 'EBUSY';
      }
    }
    const policy = help.helper?.policies[exp.class];
    if (policy) this.evict(help, exp.class, policy.maxExpected);
    if (this.all.size >= ct.settings.expectMax) return 'EMFILE';
    if (policy) exp.timeout += policy.timeout * HZ;
    this.link(exp, help);
    ct.stats.expectCreate++;
    return 0;
  }

  /** Takes up an expectation that waited before. */
  restore(exp: Expectation): void {
    this.link(exp, addHelp(this.ct, exp.master));
  }

  private link(exp: Expectation, help: Help): void {
    const { jiffies, netns } = this.ct;
    help.expectations.unshift(exp);
    this.all.add(exp);
    if (netns.profile.expectationOnWheel)
      exp.timer = netns.clock.after(exp.timeout - jiffies, () => this.unlink(exp));
  }

  /** evict_oldest_expect */
  private evict(help: Help, cls: number, max: number): void {
    const same = () => help.expectations.filter((e) => e.class === cls);
    if (max === 0 || same().length < max) return;
    for (const exp of same()) if (this.isExpired(exp)) this.unlink(exp);
    const last = same().at(-1);
    if (last && same().length >= max) this.unlink(last);
  }

  /**
   * nf_ct_find_expectation: the one that waits for this tuple, taken off the list. Its master gets
   * a reference, for the connection that came.
   */
  take(tuple: Tuple, zone: number): Expectation | undefined {
    const { ct } = this;
    for (const exp of this.all) {
      if (this.isExpired(exp)) {
        this.unlink(exp);
        continue;
      }
      if (exp.flags & NF_CT_EXPECT_INACTIVE || exp.zone !== zone) continue;
      if (!covers(exp, tuple)) continue;
      const status = ct.table.status[exp.master]!;
      if ((status & (IPS_CONFIRMED | IPS_DYING)) !== IPS_CONFIRMED) return undefined;
      ct.hold(exp.master);
      if (!(exp.flags & NF_CT_EXPECT_PERMANENT)) this.unlink(exp);
      return exp;
    }
    return undefined;
  }

  /** nf_ct_unlink_expect */
  unlink(exp: Expectation): void {
    if (!this.all.delete(exp)) return;
    if (exp.timer) this.ct.netns.clock.cancel(exp.timer);
    const siblings = this.ct.help.get(exp.master)?.expectations;
    siblings?.splice(siblings.indexOf(exp), 1);
    this.ct.stats.expectDelete++;
  }

  /** nf_ct_remove_expectations */
  removeOf(row: number): void {
    for (const exp of [...(this.ct.help.get(row)?.expectations ?? [])]) this.unlink(exp);
  }

  /** nf_ct_expectation_gc */
  collectOf(row: number): void {
    for (const exp of [...(this.ct.help.get(row)?.expectations ?? [])])
      if (this.isExpired(exp)) this.unlink(exp);
  }
}

/** nf_ct_tuple_mask_cmp with the given mask of the source. */
function equalUnder(a: Tuple, b: Tuple, mask: (i: number) => number): boolean {
  for (let i = 0; i < 4; i++) {
    if (((a[TUPLE_SRC + i]! ^ b[TUPLE_SRC + i]!) & mask(TUPLE_SRC + i)) !== 0) return false;
    if (a[TUPLE_DST + i] !== b[TUPLE_DST + i]) return false;
  }
  if (a[TUPLE_PROTO] !== b[TUPLE_PROTO]) return false;
  const ports = a[TUPLE_PORTS]! ^ b[TUPLE_PORTS]!;
  return (ports & (mask(TUPLE_PORTS) | 0xffff)) === 0;
}

const covers = (exp: Expectation, tuple: Tuple): boolean =>
  equalUnder(tuple, exp.tuple, (i) => exp.mask[i]!);

/** expect_clash: some connection would fit both. */
const clashes = (a: Expectation, b: Expectation): boolean =>
  equalUnder(a.tuple, b.tuple, (i) => a.mask[i]! & b.mask[i]!);

/** expect_matches, of the same master. */
function matches(a: Expectation, b: Expectation): boolean {
  if (a.master !== b.master) return false;
  for (let i = 0; i < TUPLE_WORDS; i++)
    if (a.tuple[i] !== b.tuple[i] || a.mask[i] !== b.mask[i]) return false;
  return true;
}
