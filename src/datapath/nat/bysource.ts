/**
 * Connections that have their source binding, by their original source.
 *
 * Mirrors nf_nat_bysource and find_appropriate_src (nf_nat_core.c): a client that talks to a second
 * server keeps the address and port it was given for the first. Rows are linked into buckets by
 * columns of their own.
 */
import {
  type Table,
  TUPLE_PORTS,
  TUPLE_PROTO,
  TUPLE_WORDS,
  type Tuple,
  ZONE_DIR_BOTH,
} from '../conntrack/index.ts';
import { jhash2 } from '../jhash.ts';

const BUCKETS = 1024;
const NONE = -1;

export class BySource {
  private readonly heads = new Int32Array(BUCKETS).fill(NONE);
  private next = new Int32Array(0);
  private previous = new Int32Array(0);
  /** The bucket that a row hangs in. */
  private bucket = new Int32Array(0);
  private readonly key = new Uint32Array(7);

  /** hlist_add_head */
  add(row: number, table: Table): void {
    this.reserve(row);
    const at = this.hash(table.tuples, row * 2 * TUPLE_WORDS, zoneKey(table, row));
    const head = this.heads[at]!;
    this.next[row] = head;
    this.previous[row] = NONE;
    if (head !== NONE) this.previous[head] = row;
    this.heads[at] = row;
    this.bucket[row] = at;
  }

  remove(row: number): void {
    const at = this.bucket[row] ?? NONE;
    if (at === NONE) return;
    const next = this.next[row]!;
    const previous = this.previous[row]!;
    if (next !== NONE) this.previous[next] = previous;
    if (previous !== NONE) this.next[previous] = next;
    else this.heads[at] = next;
    this.bucket[row] = NONE;
  }

  /**
   * Calls `take` for each connection with the source, protocol and zone of `tuple` (the zone is that
   * of `row`), the youngest first, until it returns true.
   */
  find(tuple: Tuple, row: number, table: Table, take: (other: number) => boolean): boolean {
    const at = this.hash(tuple, 0, zoneKey(table, row));
    for (let other = this.heads[at]!; other !== NONE; other = this.next[other]!) {
      if (!sameSource(table.tuples, other * 2 * TUPLE_WORDS, tuple)) continue;
      if (zoneKey(table, other) !== zoneKey(table, row)) continue;
      if (take(other)) return true;
    }
    return false;
  }

  private hash(tuple: Tuple, base: number, zone: number): number {
    const key = this.key;
    for (let i = 0; i < 4; i++) key[i] = tuple[base + i]!;
    key[4] = tuple[base + TUPLE_PORTS]! >>> 16;
    key[5] = tuple[base + TUPLE_PROTO]!;
    key[6] = zone;
    return jhash2(key, 0) & (BUCKETS - 1);
  }

  private reserve(row: number): void {
    if (row < this.next.length) return;
    const size = Math.max(256, 2 ** Math.ceil(Math.log2(row + 1)));
    const grow = (old: Int32Array) => {
      const column = new Int32Array(size).fill(NONE);
      column.set(old);
      return column;
    };
    this.next = grow(this.next);
    this.previous = grow(this.previous);
    this.bucket = grow(this.bucket);
  }
}

/** nf_ct_zone_id of the original direction counts where the zone holds for both. */
const zoneKey = (table: Table, row: number): number =>
  table.zoneDir[row] === ZONE_DIR_BOTH ? table.zone[row]! : 0;

function sameSource(column: Tuple, base: number, tuple: Tuple): boolean {
  for (let i = 0; i < 4; i++) if (column[base + i] !== tuple[i]) return false;
  return (
    column[base + TUPLE_PORTS]! >>> 16 === tuple[TUPLE_PORTS]! >>> 16 &&
    column[base + TUPLE_PROTO] === tuple[TUPLE_PROTO]
  );
}
