/**
 * The reference engine: runs a base chain op by op over a file of byte registers.
 *
 * Says what every rule means; emit.ts must agree with it and shares no arithmetic with it. Tells a
 * tracer what it does. Mirrors nft_do_chain of nf_tables_core.c.
 */
import { NF_ACCEPT, NF_DROP } from '../../datapath/hooks.ts';
import type { Packet } from '../../datapath/packet.ts';
import type { BaseChain, Chain, Rule } from '../ruleset/store.ts';
import type { BoundOp, ChainProgram, RuleProgram } from './program.ts';
import { REGISTER_BYTES } from './program.ts';
import { packetLength } from './run/payload.ts';
import {
  NF_VERDICT_MASK,
  NFT_BREAK,
  NFT_CONTINUE,
  NFT_GOTO,
  NFT_JUMP,
  NFT_RETURN,
} from './verdict.ts';

/** Hears what happens to packets that are traced. */
export interface Tracer {
  /** A base chain starts. */
  begin(p: Packet, base: Chain): void;
  /** A rule broke; what it did to the packet's trace flag holds from here. */
  broke(p: Packet): void;
  /** A rule was passed or ended with a verdict. */
  rule(p: Packet, chain: Chain, rule: Rule, verdict: number, target?: Chain): void;
  /** The end of a chain was reached, or `return`. */
  end(p: Packet, chain: Chain, rule: Rule | undefined, verdict: number): void;
  policy(p: Packet, base: Chain, policy: number): void;
}

const JUMP_STACK_SIZE = 16;

interface Frame {
  readonly program: ChainProgram;
  readonly next: number;
}

const regs = new Uint8Array(REGISTER_BYTES);
/** Where the last jump or goto leads: the verdict register's chain. */
let target: ChainProgram | undefined;

/** Runs a base chain; returns NF_*. */
export function stepChain(base: ChainProgram, p: Packet, tracer: Tracer | null): number {
  tracer?.begin(p, base.chain);
  const stack: Frame[] = [];
  let program = base;
  let i = 0;
  for (;;) {
    let verdict = NFT_CONTINUE;
    let rule: Rule | undefined;
    for (; i < program.rules.length; i++) {
      verdict = stepRule(program.rules[i]!, p);
      rule = program.rules[i]!.rule;
      if (verdict === NFT_BREAK) {
        verdict = NFT_CONTINUE;
        tracer?.broke(p);
        continue;
      }
      if (verdict !== NFT_CONTINUE) break;
      tracer?.rule(p, program.chain, rule, verdict);
    }
    if (verdict === NFT_CONTINUE || verdict === NFT_RETURN) {
      tracer?.end(p, program.chain, verdict === NFT_RETURN ? rule : undefined, verdict);
    } else tracer?.rule(p, program.chain, rule!, verdict, target?.chain);
    if (verdict >= 0) return verdict;
    if (verdict === NFT_JUMP || verdict === NFT_GOTO) {
      if (verdict === NFT_JUMP) {
        if (stack.length >= JUMP_STACK_SIZE) return NF_DROP;
        stack.push({ program, next: i + 1 });
      }
      program = target!;
      i = 0;
      continue;
    }
    const frame = stack.pop();
    if (frame === undefined) break;
    program = frame.program;
    i = frame.next;
  }
  const policy = policyOf(base.chain.base!);
  tracer?.policy(p, base.chain, policy);
  return policy;
}

export const policyOf = (base: BaseChain): number => (base.policy === 'drop' ? NF_DROP : NF_ACCEPT);

/** Runs a rule's ops up to a verdict; counts the rule if all of them held. */
function stepRule(program: RuleProgram, p: Packet): number {
  const length = packetLength(p);
  let verdict = NFT_CONTINUE;
  for (let i = 0; i < program.ops.length && verdict === NFT_CONTINUE; i++) {
    verdict = stepOp(program.ops[i]!, p);
  }
  if (verdict !== NFT_BREAK) {
    program.rule.packets++;
    program.rule.bytes += length;
  }
  return verdict;
}

const breakUnless = (holds: boolean): number => (holds ? NFT_CONTINUE : NFT_BREAK);

function stepOp(op: BoundOp, p: Packet): number {
  switch (op.op) {
    case 'load':
      return breakUnless(op.read(p, regs, op.dreg * 4));
    case 'store':
      return breakUnless(op.write(p, regs, op.sreg * 4));
    case 'immediate':
      store(op.dreg, op.data);
      return NFT_CONTINUE;
    case 'verdict':
      target = op.target;
      return op.code;
    case 'cmp':
      return breakUnless(RELATIONS[op.rel](compare(op.sreg, op.data)));
    case 'range': {
      const inside = compare(op.sreg, op.low) >= 0 && compare(op.sreg, op.high) <= 0;
      return breakUnless(inside === (op.rel === 'eq'));
    }
    case 'bitwise':
      bitwise(op);
      return NFT_CONTINUE;
    case 'byteorder':
      byteorder(op);
      return NFT_CONTINUE;
    case 'lookup':
      return lookup(op, p);
    case 'effect':
      return op.run(p, regs);
  }
}

/** Registers are written whole: what is left of the last one becomes zero. */
function store(dreg: number, data: Uint8Array): void {
  regs.set(data, dreg * 4);
  for (let i = data.length; i & 3; i++) regs[dreg * 4 + i] = 0;
}

/** memcmp of the registers with data. */
function compare(sreg: number, data: Uint8Array): number {
  for (let i = 0; i < data.length; i++) {
    const d = regs[sreg * 4 + i]! - data[i]!;
    if (d !== 0) return d;
  }
  return 0;
}

const RELATIONS: Readonly<Record<string, (d: number) => boolean>> = {
  eq: (d) => d === 0,
  neq: (d) => d !== 0,
  lt: (d) => d < 0,
  lte: (d) => d <= 0,
  gt: (d) => d > 0,
  gte: (d) => d >= 0,
};

/** Mirrors nft_bitwise_eval. Shifts go over words as a little-endian machine has them. */
function bitwise(op: Extract<BoundOp, { op: 'bitwise' }>): void {
  const from = op.sreg * 4;
  const to = op.dreg * 4;
  switch (op.kind) {
    case 'mask':
      for (let i = 0; i < op.len; i++) {
        regs[to + i] = (regs[from + i]! & op.mask[i]!) ^ op.xor[i]!;
      }
      for (let i = op.len; i & 3; i++) regs[to + i] = 0;
      break;
    case 'lshift':
    case 'rshift':
      shift(from, to, Math.ceil(op.len / 4), op.bits, op.kind === 'lshift');
      break;
    default: {
      const other = op.sreg2 * 4;
      const words = Math.ceil(op.len / 4) * 4;
      for (let i = 0; i < words; i++) {
        const [a, b] = [regs[from + i]!, regs[other + i]!];
        regs[to + i] = op.kind === 'and' ? a & b : op.kind === 'or' ? a | b : a ^ b;
      }
    }
  }
}

const view = new DataView(regs.buffer);

/** Words in order of memory, the first most significant, each word in the machine's byte order. */
function shift(from: number, to: number, words: number, bits: number, left: boolean): void {
  let carry = 0;
  for (let k = 0; k < words; k++) {
    const i = 4 * (left ? words - 1 - k : k);
    const word = view.getUint32(from + i, true);
    const moved = left ? word << bits : word >>> bits;
    view.setUint32(to + i, (moved | carry) >>> 0, true);
    carry = bits === 0 ? 0 : left ? word >>> (32 - bits) : word << (32 - bits);
  }
}

/** Mirrors nft_byteorder_eval: reverses each number of `size` bytes. */
function byteorder(op: Extract<BoundOp, { op: 'byteorder' }>): void {
  const from = op.sreg * 4;
  const source = regs.slice(from, from + op.len);
  for (let i = 0; i + op.size <= op.len; i += op.size) {
    for (let k = 0; k < op.size; k++) regs[op.dreg * 4 + i + k] = source[i + op.size - 1 - k]!;
  }
}

/** Mirrors nft_lookup_eval. */
function lookup(op: Extract<BoundOp, { op: 'lookup' }>, p: Packet): number {
  const e = op.set.lookup(regs, op.sreg * 4);
  if ((e !== null) === op.invert) return NFT_BREAK;
  if (e === null) return NFT_CONTINUE;
  if (op.verdict) {
    const verdict = op.follow(e);
    target = verdict.target;
    const code = op.touch?.(e, p, regs) ?? NFT_CONTINUE;
    return code === NFT_CONTINUE ? verdict.code : code;
  }
  if (op.dreg !== undefined) store(op.dreg, e.data!);
  return op.touch?.(e, p, regs) ?? NFT_CONTINUE;
}

/** Whether a verdict lets the packet go on in this hook. */
export const accepted = (verdict: number): boolean => (verdict & NF_VERDICT_MASK) === NF_ACCEPT;
