/**
 * SYN cookies: sequence numbers that prove that their receiver had them, and remember its MSS.
 *
 * Mirrors syncookies.c of net/ipv4 and net/ipv6. The hash is not the kernel's, whose key is random as
 * this one is: what a cookie allows, for how long and which MSS it remembers is the same.
 */
import { half, word } from '../address.ts';
import { HZ } from '../clock.ts';
import { jhash2 } from '../jhash.ts';
import type { Netns } from '../netns.ts';
import { NFPROTO_IPV6, NH, type Packet, PF } from '../packet.ts';

const COOKIE_BITS = 24;
const COOKIE_MASK = (1 << COOKIE_BITS) - 1;
/** Minutes. */
const MAX_AGE = 2;
const MSS4: readonly number[] = [536, 1300, 1440, 1460];
const MSS6: readonly number[] = [1280 - 60, 1480 - 60, 1500 - 60, 9000 - 60];

export class Cookies {
  private readonly ns: Netns;
  private secrets: readonly [number, number] | null = null;

  constructor(ns: Netns) {
    this.ns = ns;
  }

  /** __cookie_v4_init_sequence: the number that answers the SYN at `th`. */
  make(p: Packet, th: number, mss: number): number {
    const table = tableOf(p);
    let index = table.length - 1;
    while (index > 0 && mss < table[index]!) index--;
    const count = this.minutes();
    const data = (this.hash(p, th, count, 1) + index) & COOKIE_MASK;
    return (this.hash(p, th, 0, 0) + word(p.b, th + 4) + (count << COOKIE_BITS) + data) | 0;
  }

  /** __cookie_v4_check: the MSS of the connection that the ACK at `th` completes; 0: of none. */
  check(p: Packet, th: number): number {
    const seq = word(p.b, th + 4) - 1;
    const cookie = (word(p.b, th + 8) - 1 - this.hash(p, th, 0, 0) - seq) | 0;
    const count = this.minutes();
    const age = (count - (cookie >>> COOKIE_BITS)) & 0xff;
    if (age >= MAX_AGE) return 0;
    return tableOf(p)[(cookie - this.hash(p, th, count - age, 1)) & COOKIE_MASK] ?? 0;
  }

  /** tcp_cookie_time */
  private minutes(): number {
    return Math.floor(this.ns.clock.jiffies / (60 * HZ));
  }

  private hash(p: Packet, th: number, count: number, which: 0 | 1): number {
    const { random } = this.ns;
    this.secrets ??= [random.u32(), random.u32()];
    const nh = p.m[NH]!;
    const words = p.m[PF] === NFPROTO_IPV6 ? [nh + 8, nh + 40] : [nh + 12, nh + 20];
    const key: number[] = [];
    for (let at = words[0]!; at < words[1]!; at += 4) key.push(word(p.b, at));
    key.push((half(p.b, th) << 16) | half(p.b, th + 2), count);
    return jhash2(key, this.secrets[which]);
  }
}

const tableOf = (p: Packet): readonly number[] => (p.m[PF] === NFPROTO_IPV6 ? MSS6 : MSS4);
