/**
 * The registers of a rule while it is lowered: a stack of sixteen words.
 *
 * A value takes four words (one of the kernel's old 128-bit registers), a concatenation as many as its
 * parts need. Mirrors get_register and release_register of nft.
 */
import type { Expr } from '../checked.ts';
import type { Register } from '../ir.ts';
import { registerBytes } from './constant.ts';

/** How many of them a value takes. */
export const registersOf = (e: Expr): number => (e.kind === 'concat' ? registerBytes(e) / 4 : 4);

/** As the kernel numbers them: 1–4 where a 128-bit register begins, 8 and on for words. */
export const registerName = (register: Register): number =>
  register % 4 === 0 ? 1 + register / 4 : 8 + register;
