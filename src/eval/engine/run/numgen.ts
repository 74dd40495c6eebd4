/** Numbers that count up or are drawn. Mirrors nft_numgen.c. */
import type { OpArgs } from '../../ir.ts';
import type { Reader } from '../../row.ts';
import type { Env } from '../env.ts';
import { store32 } from './register.ts';

interface NumgenArgs {
  readonly mode: 'inc' | 'random';
  readonly mod: number;
  readonly offset: number;
}

export function readNumgen(args: OpArgs, _len: number, { ns }: Env): Reader {
  const { mode, mod, offset } = args as unknown as NumgenArgs;
  if (mode === 'random') {
    return (_p, regs, at) => store32(regs, at, ns.random.below(mod) + offset);
  }
  let counter = mod - 1;
  return (_p, regs, at) => {
    counter = counter + 1 >= mod ? 0 : counter + 1;
    return store32(regs, at, counter + offset);
  };
}
