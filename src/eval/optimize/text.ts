/**
 * Rules as written, as nft prints what it has merged: texts are not resolved yet, and sets that
 * stood in the rules have a line for each element. Mirrors rule_print of nft before evaluation.
 */
import type {
  Element,
  Expr,
  Rule,
  SetExpr,
  Span,
  Statement,
  SymbolExpr,
} from '../../parser/ast.ts';
import { ownType } from '../check/literal.ts';
import type { Expr as CheckedExpr } from '../checked.ts';
import type { ListContext } from '../list/context.ts';
import { mergeableOf } from './alike.ts';

export interface Printing {
  readonly list: ListContext;
  /** What nobody wrote is there: sets of it stand on one line. */
  readonly nowhere: Span;
  readonly check: (e: Expr) => CheckedExpr | undefined;
}

/** The kernel has given it no handle yet. */
export function writtenRule({ statements }: Rule, to: Printing): string {
  const text = statements.map((s) => writtenStatement(s, to)).join(' ');
  return to.list.options.handles ? `${text} # handle 0` : text;
}

function writtenStatement(s: Statement, to: Printing): string {
  switch (s.kind) {
    case 'match': {
      const sign = s.op === '==' && s.left.kind === 'binop' ? '== ' : '';
      return `${text(s.left, to)} ${sign}${text(s.right, to)}`;
    }
    case 'vmap':
      return `${text(s.key, to)} vmap ${text(s.map, to)}`;
    case 'phrase':
      return mergeableOf(s)?.text(s.args, (e) => text(e, to)) ?? s.word;
    case 'verdict':
      return text(s.expr, to);
    case 'assign':
      return `${text(s.target, to)} set ${text(s.value, to)}`;
  }
}

function text(e: Expr, to: Printing): string {
  switch (e.kind) {
    case 'symbol':
      return symbolText(e, to);
    case 'variable':
      return `$${e.name}`;
    case 'setref':
      return `@${e.name}`;
    case 'wildcard':
      return '*';
    case 'selector': {
      const load = to.check(e);
      return load ? to.list.expr(load) : e.word;
    }
    case 'binop':
      return `${operandText(e, e.left, to)} ${e.op} ${operandText(e, e.right, to)}`;
    case 'concat':
      return e.parts.map((part) => text(part, to)).join(' . ');
    case 'list':
      return e.parts.map((part) => text(part, to)).join(',');
    case 'range':
      return `${text(e.low, to)}-${text(e.high, to)}`;
    case 'prefix':
      return `${text(e.base, to)}/${e.length.value}`;
    case 'set':
      return setText(e, to);
    case 'map':
      return `${text(e.key, to)} map ${text(e.map, to)}`;
    case 'verdict':
      return e.chain ? `${e.verdict} ${text(e.chain, to)}` : e.verdict;
  }
}

/** Words with a type of their own are numbers already. */
function symbolText(e: SymbolExpr, { list }: Printing): string {
  const type = ownType(e);
  const value = type?.parse(e.text, list.names, type.bits);
  if (!type || typeof value !== 'bigint') return e.text;
  return type.print(value, type.bits, list.names, list.options);
}

const PRECEDENCE = { '<<': 3, '>>': 3, '&': 2, '^': 1, '|': 0 } as const;

type Binop = Extract<Expr, { kind: 'binop' }>;

function operandText(e: Binop, operand: Expr, to: Printing): string {
  const inner = text(operand, to);
  const isLooser = operand.kind === 'binop' && PRECEDENCE[operand.op] < PRECEDENCE[e.op];
  return isLooser ? `(${inner})` : inner;
}

const NEXT_LINE = ',\n\t\t\t     ';

function setText({ elements, span }: SetExpr, to: Printing): string {
  const between = span.source === to.nowhere.source ? ', ' : NEXT_LINE;
  return `{ ${elements.map((e) => elementText(e, to)).join(between)} }`;
}

function elementText({ key, data, statements = [], comment }: Element, to: Printing): string {
  const parts = [
    text(key, to),
    ...statements.map((s) => writtenStatement(s, to)),
    ...(comment ? [`comment "${comment.text}"`] : []),
  ];
  return data ? `${parts.join(' ')} : ${text(data, to)}` : parts.join(' ');
}
