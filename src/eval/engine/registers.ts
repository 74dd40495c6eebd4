/**
 * The register file of the reference engine, and what each op does to it, byte by byte.
 *
 * Mirrors struct nft_regs, nft_cmp.c, nft_range.c, nft_bitwise.c, nft_byteorder.c and nft_lookup.c.
 */
import type { Packet } from '../../datapath/packet.ts';
import { type BoundOp, type ChainProgram, REGISTER_BYTES } from './program.ts';
import type { SetElement } from './set/index.ts';
import { NFT_BREAK, NFT_CONTINUE } from './verdict.ts';

const breakUnless = (holds: boolean): number => (holds ? NFT_CONTINUE : NFT_BREAK);

const RELATIONS: Readonly<Record<string, (d: number) => boolean>> = {
  eq: (d) => d === 0,
  neq: (d) => d !== 0,
  lt: (d) => d < 0,
  lte: (d) => d <= 0,
  gt: (d) => d > 0,
  gte: (d) => d >= 0,
};

export class Registers {
  readonly bytes = new Uint8Array(REGISTER_BYTES);
  /** Where the last jump or goto leads: the verdict register's chain. */
  target: ChainProgram | undefined;
  private readonly view = new DataView(this.bytes.buffer);

  /** Runs an op: NFT_CONTINUE, NFT_BREAK or a verdict. */
  run(op: BoundOp, p: Packet): number {
    switch (op.op) {
      case 'load':
        return breakUnless(op.read(p, this.bytes, op.dreg * 4));
      case 'store':
        return breakUnless(op.write(p, this.bytes, op.sreg * 4));
      case 'immediate':
        this.store(op.dreg, op.data);
        return NFT_CONTINUE;
      case 'verdict':
        this.target = op.target;
        return op.code;
      case 'cmp':
        return breakUnless(RELATIONS[op.rel](this.compare(op.sreg, op.data)));
      case 'range': {
        const inside = this.compare(op.sreg, op.low) >= 0 && this.compare(op.sreg, op.high) <= 0;
        return breakUnless(inside === (op.rel === 'eq'));
      }
      case 'bitwise':
        this.bitwise(op);
        return NFT_CONTINUE;
      case 'byteorder':
        this.byteorder(op);
        return NFT_CONTINUE;
      case 'lookup':
        return this.lookup(op, p);
      case 'effect':
        return op.run(p, this.bytes);
    }
  }

  /** Registers are written whole: what is left of the last one becomes zero. */
  private store(dreg: number, data: Uint8Array): void {
    this.bytes.set(data, dreg * 4);
    for (let i = data.length; i & 3; i++) this.bytes[dreg * 4 + i] = 0;
  }

  /** memcmp of the registers with data. */
  private compare(sreg: number, data: Uint8Array): number {
    for (let i = 0; i < data.length; i++) {
      const d = this.bytes[sreg * 4 + i]! - data[i]!;
      if (d !== 0) return d;
    }
    return 0;
  }

  /** Mirrors nft_bitwise_eval. Shifts go over words as a little-endian machine has them. */
  private bitwise(op: Extract<BoundOp, { op: 'bitwise' }>): void {
    const from = op.sreg * 4;
    const to = op.dreg * 4;
    switch (op.kind) {
      case 'mask':
        for (let i = 0; i < op.len; i++) {
          this.bytes[to + i] = (this.bytes[from + i]! & op.mask[i]!) ^ op.xor[i]!;
        }
        for (let i = op.len; i & 3; i++) this.bytes[to + i] = 0;
        break;
      case 'lshift':
      case 'rshift':
        this.shift(from, to, Math.ceil(op.len / 4), op.bits, op.kind === 'lshift');
        break;
      default: {
        const other = op.sreg2 * 4;
        const words = Math.ceil(op.len / 4) * 4;
        for (let i = 0; i < words; i++) {
          const [a, b] = [this.bytes[from + i]!, this.bytes[other + i]!];
          this.bytes[to + i] = op.kind === 'and' ? a & b : op.kind === 'or' ? a | b : a ^ b;
        }
      }
    }
  }

  /** Words in order of memory, the first most significant, each word in the machine's byte order. */
  private shift(from: number, to: number, words: number, bits: number, left: boolean): void {
    let carry = 0;
    for (let k = 0; k < words; k++) {
      const i = 4 * (left ? words - 1 - k : k);
      const word = this.view.getUint32(from + i, true);
      const moved = left ? word << bits : word >>> bits;
      this.view.setUint32(to + i, (moved | carry) >>> 0, true);
      carry = bits === 0 ? 0 : left ? word >>> (32 - bits) : word << (32 - bits);
    }
  }

  /** Mirrors nft_byteorder_eval: reverses each number of `size` bytes. */
  private byteorder(op: Extract<BoundOp, { op: 'byteorder' }>): void {
    const from = op.sreg * 4;
    const source = this.bytes.slice(from, from + op.len);
    for (let i = 0; i + op.size <= op.len; i += op.size) {
      for (let k = 0; k < op.size; k++)
        this.bytes[op.dreg * 4 + i + k] = source[i + op.size - 1 - k]!;
    }
  }

  private inverted(
    op: Extract<BoundOp, { op: 'lookup' }>,
    found: SetElement | null,
    p: Packet,
  ): number {
    if (found === null) return NFT_CONTINUE;
    const rest = op.undone ? op.set.rest : null;
    if (rest === null) return NFT_BREAK;
    return found === rest ? NFT_CONTINUE : op.touch(rest, p, this.bytes);
  }

  /** Mirrors nft_lookup_eval. */
  private lookup(op: Extract<BoundOp, { op: 'lookup' }>, p: Packet): number {
    const e = op.set.lookup(this.bytes, op.sreg * 4);
    if (op.invert) return this.inverted(op, e, p);
    if (e === null) return NFT_BREAK;
    if (op.verdict) {
      const verdict = op.follow(e);
      this.target = verdict.target;
      const code = op.touch(e, p, this.bytes);
      return code === NFT_CONTINUE ? verdict.code : code;
    }
    if (op.dreg !== undefined) this.store(op.dreg, e.data!);
    return op.touch(e, p, this.bytes);
  }
}
