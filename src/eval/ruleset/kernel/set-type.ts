/**
 * In what the kernel keeps a set, and what follows from that. Mirrors nft_select_set_ops and the
 * estimates of the nft_set_*.c.
 */
import type { KernelProfile } from '../../../datapath/profile.ts';
import { keyParts } from '../element/key.ts';
import type { NewSet } from './set.ts';

/** `hash` has a fixed size, `rhash` grows: it alone takes what packets add. */
export type SetType = 'hash' | 'rhash' | 'bitmap' | 'rbtree' | 'pipapo';

/** Keys so short are kept in a bitmap. */
const BITMAP_BITS = 16;

type Wanted = Pick<
  NewSet,
  'flags' | 'size' | 'policy' | 'key' | 'keyBits' | 'data' | 'object' | 'exprs'
>;

export function setTypeOf(spec: Wanted, kernel: KernelProfile): SetType {
  const { flags, size, policy, keyBits, data, object, exprs } = spec;
  if (flags.interval) return keyParts(spec).length > 1 ? 'pipapo' : 'rbtree';
  if (flags.dynamic) return 'rhash';
  const smallest = size !== undefined && policy === 'memory';
  if (flags.timeout) return smallest ? 'rbtree' : 'rhash';
  const small = keyBits <= BITMAP_BITS && !data && object === undefined && exprs.length === 0;
  if (!smallest) {
    if (small) return 'bitmap';
    return size === undefined ? 'rhash' : 'hash';
  }
  return smallestOf(size, small ? bitmapBytes(keyBits) : undefined, kernel);
}

/** Bytes of struct nft_hash and of an element in it, of a bucket, of an element in a struct nft_rbtree. */
const HASH = 8;
const HASH_ELEMENT = 32;
const BUCKET = 8;
const TREE_ELEMENT = 40;
/** Of struct nft_bitmap, without the bits. */
const BITMAP = 24;

const bitmapBytes = (keyBits: number): number => BITMAP + (2 << keyBits) / 8;

/** By the memory policy the estimates of bytes decide; of equal ones the first. */
function smallestOf(size: number, bitmap: number | undefined, kernel: KernelProfile): SetType {
  const buckets = 2 ** Math.ceil(Math.log2(Math.max(1, Math.floor((size * 4) / 3))));
  const hash = HASH + buckets * BUCKET + size * HASH_ELEMENT;
  const tree = kernel.treeBytes + size * TREE_ELEMENT;
  if (bitmap !== undefined && bitmap < hash && bitmap <= tree) return 'bitmap';
  return tree < hash ? 'rbtree' : 'hash';
}
