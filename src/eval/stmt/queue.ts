/** `queue`: hands the packet to a program. Mirrors nft_queue.c. */
import type { Args, Choice, Span, Word } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import { isArray, type JsonValue } from '../../parser/json/text.ts';
import { alt, choice, expr, kw, many, options } from '../../parser/phrase.ts';
import { choiceOf, exprOf, manyOf } from '../check/arg.ts';
import { fitsArgument } from '../check/argument.ts';
import type { CheckContext } from '../check/context.ts';
import type { Expr } from '../checked.ts';
import { runQueue } from '../engine/run/queue.ts';
import type { Register } from '../ir.ts';
import { constant } from '../lower/constant.ts';
import { registerName } from '../lower/registers.ts';
import type { ChainSite, StatementRow } from '../row.ts';
import { integer } from '../type/integer.ts';

const BITS = 16;
const MAX_QUEUE = 65_535;

export type QueueArgs = {
  /** A number, a range, or an expression that picks one. */
  readonly num: Expr;
  readonly bypass: boolean;
  readonly fanout: boolean;
};

/** What the kernel is told. */
export type QueueOp = {
  readonly first?: number;
  readonly last?: number;
  readonly numReg?: Register;
  readonly bypass: boolean;
  readonly fanout: boolean;
};

const FLAGS = ['bypass', 'fanout'];
const flag = [many('flags', [choice('flag', ...FLAGS)], ',')];
const to = [kw('to'), expr('queue', 'stmt')];
/** Errors of a number point at the word before it too. */
const number = [kw('num'), expr('queue', 'number')];

function flagsFromJson(
  value: JsonValue | undefined,
  from: JsonStatements,
): readonly Word[] | undefined {
  if (value === undefined) return [];
  if (typeof value !== 'string' && !isArray(value)) {
    return from.fail('Unexpected object type in queue flags.');
  }
  const flags: Word[] = [];
  for (const [i, name] of (isArray(value) ? value : [value]).entries()) {
    if (typeof name !== 'string') {
      return from.fail(`Invalid object in queue flag array at index ${i}.`);
    }
    if (!FLAGS.includes(name)) return from.fail(`Invalid queue flag '${name}'.`);
    flags.push(from.word(name));
  }
  return flags;
}

const zero: Expr = { kind: 'value', type: integer, bits: BITS, order: 'host', value: 0n };

/** The flags, and how the queues are named, of each form that nft takes. */
function written(args: Args): { readonly flags: readonly string[]; readonly target?: Choice } {
  const form = choiceOf(args, 'form');
  const target = form && (form.which === 'to' ? form : choiceOf(form.args, 'target'));
  const flags = form ? manyOf<Word>(form.args, 'flags').map(({ text }) => text) : [];
  return { flags, ...(target && { target }) };
}

function checkNumber(
  target: Choice | undefined,
  statement: Span,
  ctx: CheckContext,
): Expr | undefined {
  const node = target && exprOf(target.args, 'queue');
  if (!node) return zero;
  if (node.kind === 'symbol' && !node.number) return noPick(node.span, ctx);
  const at = target.which === 'num' ? target.span : node.span;
  const wanted = { type: integer, bits: BITS, order: 'host' } as const;
  const num = ctx.expr({ ...node, span: at }, wanted);
  if (!num || !isPick(num, node.span, ctx)) return undefined;
  return fitsArgument(wanted, num, at, statement, ctx) ? num : undefined;
}

/** Loads must be generators of numbers that are queues. */
function isPick(num: Expr, span: Span, ctx: CheckContext): boolean {
  if (num.kind !== 'load') return true;
  if (num.max === undefined) {
    noPick(span, ctx);
    return false;
  }
  const { offset = 0 } = num.args as { readonly offset?: number };
  if (Number(num.max) + offset <= MAX_QUEUE) return true;
  ctx.error(`queue expression max value exceeds ${MAX_QUEUE}`, span);
  return false;
}

/** A name, or what reads the packet, is the key of a map only. */
function noPick(span: Span, ctx: CheckContext): undefined {
  const end = { ...span, start: span.end, end: span.end + 1 };
  ctx.unread('syntax error, unexpected newline, expecting . or map', end);
}

const flagNames = ({ bypass, fanout }: QueueArgs): readonly string[] => [
  ...(bypass ? ['bypass'] : []),
  ...(fanout ? ['fanout'] : []),
];

export const queue: StatementRow<QueueArgs> = {
  row: 'statement',
  name: 'queue',
  ledBy: (args) => (choiceOf(args, 'form')?.which === 'old' ? 'queue' : undefined),
  phrase: [
    alt('form', {
      to,
      flags: [kw('flags'), ...flag, alt('target', { to, num: number })],
      old: [options(flag, [alt('target', { num: number })])],
    }),
  ],
  terminal: true,
  check(args, span, ctx) {
    const { flags, target } = written(args);
    const num = checkNumber(target, span, ctx);
    if (!num) return undefined;
    const fanout = flags.includes('fanout');
    if (fanout && num.kind !== 'range') {
      const queues = target?.which === 'num' ? target : target && exprOf(target.args, 'queue');
      return ctx.error('fanout requires a range to be specified', queues?.span ?? span);
    }
    return { num, fanout, bypass: flags.includes('bypass') };
  },
  list(args, ctx) {
    const flags = flagNames(args);
    return `queue${flags.length ? ` flags ${flags.join(',')}` : ''} to ${ctx.expr(args.num)}`;
  },
  json(args, ctx) {
    const flags = flagNames(args);
    return {
      queue: {
        num: ctx.exprJson(args.num),
        ...(flags.length && { flags: flags.length > 1 ? flags : (flags[0] ?? null) }),
      },
    };
  },
  fromJson: {
    read(value, from) {
      const num = member(value, 'num', 'any');
      const queue = num === undefined ? undefined : from.stated(num);
      if (num !== undefined && !queue) return from.fail('Invalid queue num.');
      const flags = flagsFromJson(member(value, 'flags', 'any'), from);
      if (!flags) return undefined;
      const target = queue && { target: from.choice('to', { queue }) };
      return { form: from.choice('flags', { ...target, flags }) };
    },
  },
  lower({ num, bypass, fanout }, to) {
    const first = constant(num.kind === 'range' ? num.low : num);
    const last = num.kind === 'range' ? constant(num.high) : first;
    const numReg = first === undefined ? to.operand(num, 'host') : undefined;
    const args: QueueOp = {
      ...(numReg === undefined ? { first: Number(first), last: Number(last) } : { numReg }),
      bypass,
      fanout,
    };
    to.emit({ op: 'effect', row: queue, args });
    if (numReg !== undefined) to.release(numReg);
  },
  validate: (_args, { family, hook }: ChainSite, { queueKnowsPlace }) =>
    queueKnowsPlace && (family === 'netdev' || family === 'arp' || hook === 'ingress')
      ? 'EOPNOTSUPP'
      : undefined,
  bytecode(args) {
    const { first, last, numReg, bypass, fanout } = args as QueueOp;
    const range = first === last ? `num ${first}` : `num ${first}-${last}`;
    const what = numReg === undefined ? range : `sreg_qnum ${registerName(numReg)}`;
    return `queue ${what}${bypass ? ' bypass' : ''}${fanout ? ' fanout' : ''}`;
  },
  run: runQueue,
};
