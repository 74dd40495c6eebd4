/**
 * Verdict codes as numbers: what an op, a rule, a chain and a hook answer.
 *
 * Non-negative ones are netfilter's (NF_DROP, NF_ACCEPT, … with data in the upper bits), negative
 * ones are nf_tables' own (enum nft_verdicts).
 */
import type { VerdictCode } from '../ir.ts';

export { NF_ACCEPT, NF_DROP, NF_QUEUE, NF_STOLEN } from '../../datapath/hooks.ts';

import { NF_ACCEPT, NF_DROP } from '../../datapath/hooks.ts';

export const NFT_CONTINUE = -1;
/** The rest of the rule is skipped; the next rule runs. */
export const NFT_BREAK = -2;
export const NFT_JUMP = -3;
export const NFT_GOTO = -4;
export const NFT_RETURN = -5;

/** The part of a verdict that names it; the rest is its data (NF_VERDICT_MASK). */
export const NF_VERDICT_MASK = 0xff;

export const VERDICT_CODES: Readonly<Record<VerdictCode, number>> = {
  accept: NF_ACCEPT,
  drop: NF_DROP,
  continue: NFT_CONTINUE,
  break: NFT_BREAK,
  jump: NFT_JUMP,
  goto: NFT_GOTO,
  return: NFT_RETURN,
};
