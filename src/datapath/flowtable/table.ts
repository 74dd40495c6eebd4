/**
 * The hash of a flowtable's tuples.
 *
 * Mirrors nf_flow_table's rhashtable: both tuples of a flow are in it; of two equal tuples the
 * younger one is found, as when a connection was offloaded again before its old flow was collected.
 */
import { type Flow, type FlowTuple, KEY_WORDS } from './flow.ts';

const BUCKETS_MIN = 64;

export class FlowHash {
  private buckets: (FlowTuple | null)[] = new Array(BUCKETS_MIN).fill(null);
  private readonly all = new Set<Flow>();

  get size(): number {
    return this.all.size;
  }

  /** In the order in which they were made. */
  flows(): Iterable<Flow> {
    return this.all;
  }

  add(flow: Flow): void {
    this.all.add(flow);
    if (this.all.size * 2 > this.buckets.length) {
      this.rehash(this.buckets.length * 2);
      return;
    }
    this.insert(flow.tuples[1]);
    this.insert(flow.tuples[0]);
  }

  remove(flow: Flow): void {
    this.all.delete(flow);
    for (const tuple of flow.tuples) this.unlink(tuple);
  }

  find(key: Uint32Array): FlowTuple | null {
    let tuple = this.buckets[hash(key) & (this.buckets.length - 1)] ?? null;
    while (tuple !== null && !equal(tuple.key, key)) tuple = tuple.next;
    return tuple;
  }

  private insert(tuple: FlowTuple): void {
    const at = hash(tuple.key) & (this.buckets.length - 1);
    tuple.next = this.buckets[at] ?? null;
    this.buckets[at] = tuple;
  }

  private unlink(tuple: FlowTuple): void {
    const at = hash(tuple.key) & (this.buckets.length - 1);
    if (this.buckets[at] === tuple) {
      this.buckets[at] = tuple.next;
      return;
    }
    for (let other = this.buckets[at] ?? null; other !== null; other = other.next)
      if (other.next === tuple) {
        other.next = tuple.next;
        return;
      }
  }

  private rehash(size: number): void {
    this.buckets = new Array(size).fill(null);
    for (const flow of this.all) {
      this.insert(flow.tuples[1]);
      this.insert(flow.tuples[0]);
    }
  }
}

function hash(key: Uint32Array): number {
  let h = 0;
  for (let i = 0; i < KEY_WORDS; i++) {
    h = Math.imul(h ^ key[i]!, 0x85ebca6b);
    h ^= h >>> 13;
  }
  return h;
}

function equal(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < KEY_WORDS; i++) if (a[i] !== b[i]) return false;
  return true;
}
