/**
 * Neighbours: link-layer addresses of next hops, and packets that wait for them.
 *
 * Mirrors core/neighbour.c: unresolved entries solicit three times a second apart and then fail,
 * learned ones grow stale and are probed when used. Permanent entries never change. How a
 * solicitation or a failure looks is up to the protocol (path/arp.ts, path/ndisc.ts).
 */
import type { Timer } from './clock.ts';
import { HZ, US_PER_SECOND } from './clock.ts';
import type { Netns } from './netns.ts';
import type { Packet } from './packet.ts';

export const NUD_NONE = 0;
export const NUD_INCOMPLETE = 1;
export const NUD_REACHABLE = 2;
export const NUD_STALE = 4;
export const NUD_DELAY = 8;
export const NUD_PROBE = 16;
export const NUD_FAILED = 32;
export const NUD_NOARP = 64;
export const NUD_PERMANENT = 128;
/** The address is usable as it is. */
export const NUD_VALID =
  NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY;
const NUD_CONNECTED = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE;

/** mcast_solicit, ucast_solicit */
const PROBES = 3;
/** In jiffies. */
const RETRANS = HZ;
const DELAY_PROBE = 5 * HZ;
const REACHABLE_US = 30 * US_PER_SECOND;
/** unres_qlen: about 212992 bytes of small packets. */
const QUEUE_MAX = 101;

export interface Neighbour {
  readonly family: number;
  readonly ifindex: number;
  readonly address: Int32Array;
  lladdr: Uint8Array;
  state: number;
  probes: number;
  /** When a reachable entry was last confirmed, in µs. */
  confirmed: number;
  /** When its state or address last changed, in jiffies. */
  updated: number;
  timer: Timer | null;
  readonly waiting: Packet[];
}

/**
 * What becomes of an address that differs from a known one (NEIGH_UPDATE_F_*): `admin` and `override` take
 * it, `keep` does not, `weak` doubts a reachable entry instead.
 */
export type Override = 'admin' | 'override' | 'weak' | 'keep';

/** What a protocol does for its neighbours. */
export interface NeighbourOps {
  /** Sends a solicitation; `unicast` to the address that is known. */
  solicit(neighbour: Neighbour, unicast: boolean): void;
  /** The packet's next hop does not answer: tells the sender and frees it. */
  unreachable(p: Packet): void;
  /** Sends a packet that waited. */
  send(p: Packet, neighbour: Neighbour): void;
}

const hash = (a: Int32Array): number => (a.length === 1 ? a[0]! : a[0]! ^ a[1]! ^ a[2]! ^ a[3]!);

/** The neighbours of one protocol (arp_tbl, nd_tbl). */
export class Neighbours {
  private readonly ns: Netns;
  private readonly family: number;
  private readonly ops: NeighbourOps;
  /** Per device: entries by a hash of their address. */
  private readonly byDevice: (Map<number, Neighbour[]> | undefined)[] = [];
  /** What leaves just now is a question for an address. */
  asking = false;
  /** Addresses that devices answer for (pneigh), by `IFINDEX WORDS`. */
  private readonly proxies = new Map<string, { ifindex: number; address: Int32Array }>();

  constructor(ns: Netns, family: number, ops: NeighbourOps) {
    this.ns = ns;
    this.family = family;
    this.ops = ops;
  }

  find(ifindex: number, address: Int32Array): Neighbour | undefined {
    const chain = this.byDevice[ifindex]?.get(hash(address));
    if (chain === undefined) return undefined;
    for (let i = 0; i < chain.length; i++) {
      const entry = chain[i]!.address;
      let k = 0;
      while (k < entry.length && entry[k] === address[k]) k++;
      if (k === entry.length) return chain[i];
    }
    return undefined;
  }

  /** pneigh_lookup: whether the device answers for that address. */
  isProxied(ifindex: number, address: Int32Array): boolean {
    return this.proxies.size > 0 && this.proxies.has(`${ifindex} ${address}`);
  }

  addProxy(ifindex: number, address: Int32Array): void {
    this.proxies.set(`${ifindex} ${address}`, { ifindex, address: address.slice() });
  }

  /** pneigh_delete */
  deleteProxy(ifindex: number, address: Int32Array): void {
    this.proxies.delete(`${ifindex} ${address}`);
  }

  /** Addresses that the device answers for. */
  *proxiedBy(ifindex: number): Iterable<Int32Array> {
    for (const proxy of this.proxies.values()) if (proxy.ifindex === ifindex) yield proxy.address;
  }

  /** The entry, made if there is none (__neigh_create). */
  get(ifindex: number, address: Int32Array): Neighbour {
    return this.find(ifindex, address) ?? this.create(ifindex, address);
  }

  private create(ifindex: number, address: Int32Array): Neighbour {
    const entry: Neighbour = {
      family: this.family,
      ifindex,
      address: address.slice(),
      lladdr: new Uint8Array(6),
      state: NUD_NONE,
      probes: 0,
      confirmed: 0,
      updated: this.ns.clock.jiffies,
      timer: null,
      waiting: [],
    };
    const table = (this.byDevice[ifindex] ??= new Map());
    const chain = table.get(hash(address));
    if (chain === undefined) table.set(hash(address), [entry]);
    else chain.push(entry);
    return entry;
  }

  /** `ip neigh replace`: sets an address for good (or as reachable, stale …). */
  set(ifindex: number, address: Int32Array, lladdr: Uint8Array, state = NUD_PERMANENT): void {
    const entry = this.get(ifindex, address);
    this.update(entry, lladdr, state, 'admin');
    this.ns.notify({ kind: 'neigh', ifindex });
  }

  remove(entry: Neighbour): void {
    this.stop(entry);
    for (const p of entry.waiting.splice(0)) this.ns.free(p);
    const chain = this.byDevice[entry.ifindex]?.get(hash(entry.address));
    chain?.splice(chain.indexOf(entry), 1);
    this.ns.notify({ kind: 'neigh', ifindex: entry.ifindex });
  }

  /** neigh_delete: what waits for the answer to a question is told that none comes. */
  delete(entry: Neighbour): void {
    this.stop(entry);
    if (entry.state & (NUD_INCOMPLETE | NUD_PROBE)) this.fail(entry);
    this.remove(entry);
  }

  /** neigh_ifdown: the device went down. */
  flush(ifindex: number): void {
    const table = this.byDevice[ifindex];
    if (table === undefined) return;
    for (const chain of table.values()) for (const entry of [...chain]) this.remove(entry);
    this.byDevice[ifindex] = undefined;
  }

  *[Symbol.iterator](): Iterator<Neighbour> {
    for (const table of this.byDevice) for (const chain of table?.values() ?? []) yield* chain;
  }

  /**
   * Whether a packet may go to this neighbour now (neigh_event_send). Otherwise it was queued until
   * the answer comes, or freed.
   */
  resolve(entry: Neighbour, p: Packet): boolean {
    if (entry.state & NUD_CONNECTED && !this.expired(entry)) return true;
    if (entry.state === NUD_STALE) {
      this.enter(entry, NUD_DELAY);
      entry.probes = 0;
      this.after(entry, DELAY_PROBE);
    }
    if (entry.state & NUD_VALID) return true;
    if (entry.state !== NUD_INCOMPLETE) {
      entry.waiting.push(p);
      this.startProbing(entry);
      return false;
    }
    if (entry.waiting.length >= QUEUE_MAX) this.ns.drop(entry.waiting.shift()!, 'NEIGH_QUEUEFULL');
    entry.waiting.push(p);
    return false;
  }

  /** neigh_event_send without a packet: asks for the address unless it is known or asked for. */
  ask(entry: Neighbour): void {
    if (!(entry.state & (NUD_VALID | NUD_INCOMPLETE))) this.startProbing(entry);
  }

  private startProbing(entry: Neighbour): void {
    this.enter(entry, NUD_INCOMPLETE);
    entry.probes = 0;
    this.probe(entry);
  }

  /**
   * __neigh_update: an answer, or somebody else's solicitation, told this address; undefined: that of who
   * is known already.
   */
  update(entry: Neighbour, lladdr: Uint8Array | undefined, state: number, how: Override): void {
    this.expired(entry);
    const old = entry.state;
    if (how !== 'admin' && old & (NUD_NOARP | NUD_PERMANENT)) return;
    const valid = (old & NUD_VALID) !== 0;
    if (lladdr === undefined && !valid) return;
    if (state & NUD_CONNECTED) entry.confirmed = this.ns.clock.now;
    let changed = lladdr !== undefined && !(valid && entry.lladdr.every((x, i) => x === lladdr[i]));
    let now = state;
    if (valid && changed && (how === 'weak' || how === 'keep')) {
      if (how === 'keep' || !(old & NUD_CONNECTED)) return;
      changed = false;
      now = NUD_STALE;
    } else if (valid && !changed && state === NUD_STALE && how !== 'admin') now = old;
    if (changed) entry.lladdr = lladdr!.slice();
    if (now !== old) this.stop(entry);
    if (changed || now !== old) this.enter(entry, now);
    for (const p of entry.waiting.splice(0)) this.ops.send(p, entry);
  }

  private enter(entry: Neighbour, state: number): void {
    entry.state = state;
    entry.updated = this.ns.clock.jiffies;
  }

  private expired(entry: Neighbour): boolean {
    if (entry.state !== NUD_REACHABLE) return false;
    if (this.ns.clock.now - entry.confirmed < REACHABLE_US) return false;
    entry.state = NUD_STALE;
    return true;
  }

  private after(entry: Neighbour, jiffies: number): void {
    this.stop(entry);
    entry.timer = this.ns.clock.after(jiffies, () => this.timeout(entry));
  }

  private stop(entry: Neighbour): void {
    if (entry.timer !== null) this.ns.clock.cancel(entry.timer);
    entry.timer = null;
  }

  private probe(entry: Neighbour): void {
    entry.probes++;
    this.after(entry, RETRANS);
    this.asking = true;
    this.ops.solicit(entry, entry.state === NUD_PROBE);
    this.asking = false;
  }

  private timeout(entry: Neighbour): void {
    if (entry.state === NUD_DELAY) this.enter(entry, NUD_PROBE);
    if (entry.probes < PROBES) {
      this.probe(entry);
      return;
    }
    this.fail(entry);
  }

  /** neigh_invalidate: an error about one that waited may itself be asking for this neighbour again. */
  private fail(entry: Neighbour): void {
    this.enter(entry, NUD_FAILED);
    while (entry.state === NUD_FAILED) {
      const p = entry.waiting.shift();
      if (p === undefined) return;
      this.ops.unreachable(p);
    }
    for (const p of entry.waiting.splice(0)) this.ns.free(p);
  }
}
