/** Hashes: of registers (jhash), of the packet's flow in either direction (symhash). Mirrors nft_hash.c. */
import { jhash2, reciprocalScale } from '../../../datapath/jhash.ts';
import type { OpArgs } from '../../ir.ts';
import type { Reader } from '../../row.ts';
import type { Env } from '../env.ts';
import { symmetricHash } from './flow-hash.ts';
import { load32, store32 } from './register.ts';

interface HashArgs {
  readonly mod: number;
  readonly offset: number;
  readonly seed?: number;
  readonly sreg?: number;
  readonly bytes?: number;
}

/** jhash of bytes: that of their little-endian words, but for the length that it starts with. */
function hasher(from: number, bytes: number, seed: number): (regs: Uint8Array) => number {
  const words = new Int32Array((bytes + 3) >> 2);
  const start = (seed + bytes - 4 * words.length) | 0;
  return (regs) => {
    for (let i = 0; i < words.length; i++) words[i] = load32(regs, from + 4 * i);
    const rest = bytes & 3;
    if (rest > 0) words[words.length - 1]! &= (1 << (8 * rest)) - 1;
    return jhash2(words, start);
  };
}

export function readJhash(args: OpArgs, _len: number, { ns }: Env): Reader {
  const { mod, offset, seed, sreg, bytes } = args as unknown as HashArgs;
  const hash = hasher(sreg! * 4, bytes!, seed ?? ns.random.u32());
  return (_p, regs, at) => store32(regs, at, reciprocalScale(hash(regs), mod) + offset);
}

export function readSymhash(args: OpArgs): Reader {
  const { mod, offset } = args as unknown as HashArgs;
  return (p, regs, at) => store32(regs, at, reciprocalScale(symmetricHash(p), mod) + offset);
}
