/**
 * The parts of a phrase by the names that it gives them.
 *
 * A row's phrase says what a part is when it is there; these read it as that.
 */
import type { Arg, Args, Choice, Expr, NumberWord, Span, Word } from '../../parser/ast.ts';

export const wordOf = (args: Args, name: string): Word | undefined =>
  args[name] as Word | undefined;

export const numberOf = (args: Args, name: string): NumberWord | undefined =>
  args[name] as NumberWord | undefined;

/** A number as the kernel's attribute of so many bits keeps it. */
export const wrappedOf = (args: Args, name: string, bits: 8 | 16 | 32): number | undefined => {
  const number = numberOf(args, name);
  return number && Number(BigInt.asUintN(bits, BigInt(number.value)));
};

export const exprOf = (args: Args, name: string): Expr | undefined =>
  args[name] as Expr | undefined;

export const choiceOf = (args: Args, name: string): Choice | undefined =>
  args[name] as Choice | undefined;

/** What a `many` gave; empty where nothing was written. */
export const manyOf = <T extends Arg = Word>(args: Args, name: string): readonly T[] =>
  (args[name] ?? []) as readonly T[];

/** From the beginning of one place to the end of another. */
export const across = (first: Span, last: Span): Span => ({ ...first, end: last.end });

/** The first characters of a place: the leading word of a statement. */
export const leading = (span: Span, word: string): Span => ({
  ...span,
  end: span.start + word.length,
});
