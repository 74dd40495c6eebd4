/**
 * The reference engine: runs a base chain op by op over a file of byte registers.
 *
 * Says what every rule means; emit.ts must agree with it and shares no arithmetic with it. Tells a
 * tracer what it does. Mirrors nft_do_chain of nf_tables_core.c.
 */
import { NF_ACCEPT, NF_DROP } from '../../datapath/hooks.ts';
import type { Packet } from '../../datapath/packet.ts';
import type { BaseChain, Chain, Rule } from '../ruleset/store.ts';
import type { ChainProgram, RuleProgram } from './program.ts';
import { Registers } from './registers.ts';
import { packetLength } from './run/payload.ts';
import { NFT_BREAK, NFT_CONTINUE, NFT_GOTO, NFT_JUMP, NFT_RETURN } from './verdict.ts';

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

/** By depth: a rule may send a packet, which runs chains of its own. */
const files: Registers[] = [];
let depth = 0;

/** Runs a base chain; returns NF_*. */
export function stepChain(base: ChainProgram, p: Packet, tracer: Tracer | null): number {
  tracer?.begin(p, base.chain);
  const regs = (files[depth] ??= new Registers());
  depth++;
  const verdict = walk(base, p, tracer, regs);
  depth--;
  return verdict;
}

function walk(base: ChainProgram, p: Packet, tracer: Tracer | null, regs: Registers): number {
  const stack: Frame[] = [];
  let program = base;
  let i = 0;
  for (;;) {
    let verdict = NFT_CONTINUE;
    let rule: Rule | undefined;
    for (; i < program.rules.length; i++) {
      verdict = stepRule(program.rules[i]!, p, regs);
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
    } else tracer?.rule(p, program.chain, rule!, verdict, regs.target?.chain);
    if (verdict >= 0) return verdict;
    if (verdict === NFT_JUMP || verdict === NFT_GOTO) {
      if (verdict === NFT_JUMP) {
        if (stack.length >= JUMP_STACK_SIZE) return NF_DROP;
        stack.push({ program, next: i + 1 });
      }
      program = regs.target!;
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
function stepRule(program: RuleProgram, p: Packet, regs: Registers): number {
  const length = packetLength(p);
  let verdict = NFT_CONTINUE;
  for (let i = 0; i < program.ops.length && verdict === NFT_CONTINUE; i++) {
    verdict = regs.run(program.ops[i]!, p);
  }
  if (verdict !== NFT_BREAK) {
    program.rule.packets++;
    program.rule.bytes += length;
  }
  return verdict;
}
