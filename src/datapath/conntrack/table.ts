/**
 * The table of connections: columns of typed arrays, rows that are reused, a hash over both tuples.
 *
 * Mirrors struct nf_conn and the hash of nf_conntrack_core.c. The hash is open-addressed with linear
 * probing; a slot holds `row * 2 + direction + 1`. Entries in the hash also hang in a list in order
 * of insertion, which is the order of listings. Columns are replaced when the table grows.
 */
import { NONE } from '../packet.ts';
import { IP_CT_DIR_REPLY } from './status.ts';
import { TUPLE_PORTS, TUPLE_PROTO, TUPLE_WORDS, type Tuple, tuplesEqual } from './tuple.ts';

const EMPTY = 0;
/** A slot whose entry went; probing goes on behind it. */
const GONE = -1;

/** Every column: its array type and how many cells a row has. */
const COLUMNS = {
  tuples: [Uint32Array, 2 * TUPLE_WORDS],
  status: [Int32Array, 1],
  timeout: [Float64Array, 1],
  use: [Int32Array, 1],
  mark: [Uint32Array, 1],
  secmark: [Uint32Array, 1],
  master: [Int32Array, 1],
  zone: [Uint16Array, 1],
  zoneDir: [Uint8Array, 1],
  acct: [Uint8Array, 1],
  packets: [Float64Array, 2],
  bytes: [Float64Array, 2],
  start: [Float64Array, 1],
  stop: [Float64Array, 1],
  eventMask: [Int32Array, 1],
  eventCache: [Int32Array, 1],
  serial: [Float64Array, 1],
  masqIndex: [Int32Array, 1],
  state: [Uint8Array, 1],
  lastDir: [Uint8Array, 1],
  lastIndex: [Uint8Array, 1],
  tdEnd: [Uint32Array, 2],
  tdMaxend: [Uint32Array, 2],
  tdMaxwin: [Uint32Array, 2],
  tdMaxack: [Uint32Array, 2],
  tdScale: [Uint8Array, 2],
  tcpFlags: [Uint8Array, 2],
  retrans: [Uint8Array, 1],
  lastFlags: [Uint8Array, 1],
  lastWscale: [Uint8Array, 1],
  lastWin: [Uint16Array, 1],
  lastSeq: [Uint32Array, 1],
  lastAck: [Uint32Array, 1],
  lastEnd: [Uint32Array, 1],
  streamTs: [Float64Array, 1],
  vtag: [Uint32Array, 2],
  vtagInit: [Uint8Array, 2],
  role: [Uint8Array, 2],
  handshakeSeq: [Float64Array, 1],
  greTimeout: [Float64Array, 2],
  next: [Int32Array, 1],
  prev: [Int32Array, 1],
} as const;

export type ColumnName = keyof typeof COLUMNS;
const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];
/** Cells of a row, by column. */
export const COLUMN_WIDTHS = Object.fromEntries(
  COLUMN_NAMES.map((name) => [name, COLUMNS[name][1]]),
) as Readonly<Record<ColumnName, number>>;

export class Table {
  /** TUPLE_WORDS per direction, at `(row * 2 + direction) * TUPLE_WORDS`. */
  tuples!: Uint32Array;
  /** IPS_* */
  status!: Int32Array;
  /** When it expires, in jiffies; before it is confirmed, jiffies from then on. */
  timeout!: Float64Array;
  /** References: the table, packets, flows, connections that it expected. */
  use!: Int32Array;
  mark!: Uint32Array;
  secmark!: Uint32Array;
  /** Row of the connection that expected this one; NONE. */
  master!: Int32Array;
  zone!: Uint16Array;
  /** ZONE_DIR_* */
  zoneDir!: Uint8Array;
  /** 1 where packets and bytes are counted. */
  acct!: Uint8Array;
  packets!: Float64Array;
  bytes!: Float64Array;
  /** µs when it was confirmed and when it died; NONE without nf_conntrack_timestamp. */
  start!: Float64Array;
  stop!: Float64Array;
  /** Bits 1 << IPCT_* to be delivered (0: no event cache) and those waiting. */
  eventMask!: Int32Array;
  eventCache!: Int32Array;
  /** Counts allocations: rows are reused, serials are not. */
  serial!: Float64Array;
  /** ifindex that masquerade sent it out by; 0. */
  masqIndex!: Int32Array;
  /** TCP_CONNTRACK_*, SCTP_CONNTRACK_* or CT_DCCP_* */
  state!: Uint8Array;
  /** Direction and flag class (TCP), packet type (DCCP) of the last packet that counted. */
  lastDir!: Uint8Array;
  lastIndex!: Uint8Array;
  /** struct ip_ct_tcp_state, by direction; tcpFlags are IP_CT_TCP_FLAG_* (SCTP: its flags). */
  tdEnd!: Uint32Array;
  tdMaxend!: Uint32Array;
  tdMaxwin!: Uint32Array;
  tdMaxack!: Uint32Array;
  tdScale!: Uint8Array;
  tcpFlags!: Uint8Array;
  /** struct ip_ct_tcp */
  retrans!: Uint8Array;
  lastFlags!: Uint8Array;
  lastWscale!: Uint8Array;
  lastWin!: Uint16Array;
  lastSeq!: Uint32Array;
  lastAck!: Uint32Array;
  lastEnd!: Uint32Array;
  /** Jiffies from which on a UDP conversation is a stream. */
  streamTs!: Float64Array;
  /** SCTP verification tags and whether an INIT was seen, by direction. */
  vtag!: Uint32Array;
  vtagInit!: Uint8Array;
  /** DCCP roles by direction, and the sequence number of the Response. */
  role!: Uint8Array;
  handshakeSeq!: Float64Array;
  /** GRE: jiffies unreplied and replied, taken when the entry was made. */
  greTimeout!: Float64Array;
  /** Order of insertion. */
  next!: Int32Array;
  prev!: Int32Array;

  first = NONE;
  /** nf_conntrack_count: entries that exist, unconfirmed ones included. */
  count = 0;
  /** Rows that were ever made. */
  serials = 0;
  private last = NONE;
  private capacity = 0;
  private free: number[] = [];
  private unused = 0;
  private slots = new Int32Array(1024);
  private used = 0;

  constructor() {
    this.grow(256);
  }

  /** A row with all cells 0 (master and times NONE). */
  alloc(): number {
    const used = this.free.pop();
    const row = used ?? this.unused++;
    if (used !== undefined) this.clear(row);
    else if (row >= this.capacity) this.grow(this.capacity * 2);
    this.master[row] = this.next[row] = this.prev[row] = NONE;
    this.start[row] = this.stop[row] = NONE;
    this.serial[row] = ++this.serials;
    this.count++;
    return row;
  }

  private clear(row: number): void {
    for (const name of COLUMN_NAMES) {
      const width = COLUMN_WIDTHS[name];
      const column = this[name];
      for (let i = row * width; i < (row + 1) * width; i++) column[i] = 0;
    }
  }

  release(row: number): void {
    this.free.push(row);
    this.count--;
  }

  /** nf_ct_zone_id: the zone that holds for a direction. */
  zoneId(row: number, direction: number): number {
    return this.zoneDir[row]! & (1 << direction) ? this.zone[row]! : 0;
  }

  /**
   * The entry that has this tuple in a zone: `row * 2 + direction`, or NONE. `zoneDir` are the
   * directions that the zone holds for; `hashZone` is the id under which to look.
   */
  find(t: Tuple, base: number, zone: number, zoneDir: number, hashZone: number): number {
    const slots = this.slots;
    const mask = slots.length - 1;
    for (let i = hash(t, base, hashZone) & mask; slots[i] !== EMPTY; i = (i + 1) & mask) {
      if (slots[i] === GONE) continue;
      const h = slots[i]! - 1;
      const id = zoneDir & (1 << (h & 1)) ? zone : 0;
      if (this.zoneId(h >> 1, h & 1) !== id) continue;
      if (tuplesEqual(this.tuples, h * TUPLE_WORDS, t, base)) return h;
    }
    return NONE;
  }

  /** Puts both directions into the hash, or only the reply's, and the row into the list. */
  insert(row: number, replyOnly: boolean): void {
    if (!replyOnly) this.insertHash(row * 2);
    this.insertHash(row * 2 + IP_CT_DIR_REPLY);
    this.prev[row] = this.last;
    this.next[row] = NONE;
    if (this.last === NONE) this.first = row;
    else this.next[this.last] = row;
    this.last = row;
  }

  remove(row: number): void {
    this.removeHash(row * 2);
    this.removeHash(row * 2 + IP_CT_DIR_REPLY);
    const { next, prev } = this;
    const [before, after] = [prev[row]!, next[row]!];
    if (before === NONE) this.first = after;
    else next[before] = after;
    if (after === NONE) this.last = before;
    else prev[after] = before;
  }

  /**
   * Entries in bucket `i` after a tuple's own, were the hash one of `buckets` chains: those of the
   * slots that stand for that part of the hash.
   */
  bucketRows(t: Tuple, zone: number, buckets: number, i: number): number[] {
    const size = this.slots.length;
    const own = Math.floor(((hash(t, 0, zone) & (size - 1)) * buckets) / size);
    const bucket = (own + i) % buckets;
    const end = Math.floor(((bucket + 1) * size) / buckets);
    const rows: number[] = [];
    for (let slot = Math.floor((bucket * size) / buckets); slot < end; slot++)
      if (this.slots[slot]! > EMPTY) rows.push((this.slots[slot]! - 1) >> 1);
    return rows;
  }

  private insertHash(h: number): void {
    if ((this.used + 1) * 2 > this.slots.length) this.rehash();
    const mask = this.slots.length - 1;
    let i = this.hashOf(h) & mask;
    while (this.slots[i]! > EMPTY) i = (i + 1) & mask;
    if (this.slots[i] === EMPTY) this.used++;
    this.slots[i] = h + 1;
  }

  private removeHash(h: number): void {
    const mask = this.slots.length - 1;
    for (let i = this.hashOf(h) & mask; this.slots[i] !== EMPTY; i = (i + 1) & mask) {
      if (this.slots[i] !== h + 1) continue;
      this.slots[i] = GONE;
      return;
    }
  }

  private hashOf(h: number): number {
    return hash(this.tuples, h * TUPLE_WORDS, this.zoneId(h >> 1, h & 1));
  }

  /** Makes room, and drops the slots of entries that went. */
  private rehash(): void {
    const old = this.slots;
    let live = 0;
    for (const slot of old) if (slot > EMPTY) live++;
    this.slots = new Int32Array(live * 4 > old.length ? old.length * 2 : old.length);
    this.used = 0;
    for (const slot of old) if (slot > EMPTY) this.insertHash(slot - 1);
  }

  private grow(capacity: number): void {
    for (const name of COLUMN_NAMES) {
      const [type, width] = COLUMNS[name];
      const column = new type(capacity * width);
      if (this.capacity > 0) column.set(this[name]);
      (this as Record<ColumnName, typeof column>)[name] = column;
    }
    this.capacity = capacity;
  }
}

/** Mixes the words that tell tuples apart; IPv4 leaves the other address words 0. */
function hash(t: Tuple, base: number, zone: number): number {
  let h = Math.imul(t[base + TUPLE_PORTS]! ^ zone, 0x9e3779b1);
  for (let i = 0; i < TUPLE_PORTS; i++) {
    h = Math.imul(h ^ t[base + i]!, 0x85ebca6b);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ t[base + TUPLE_PROTO]!, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
