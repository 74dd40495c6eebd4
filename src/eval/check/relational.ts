/**
 * Comparisons: `tcp dport 22`, `ct state new,established`, `ip saddr != @blocked`.
 *
 * Owns which operators go with which sides, and what they mean for flags. Mirrors
 * expr_evaluate_relational of nft.
 */
import type { Expr as AstExpr, MatchStatement, Span } from '../../parser/ast.ts';
import type { Expr, Load, RelOp, Statement } from '../checked.ts';
import type { ValueType } from '../type/index.ts';
import { boolean, integer } from '../type/integer.ts';
import type { CheckContext } from './context.ts';
import { isConstant, kindWords } from './kind.ts';
import { isPresenceWord } from './literal.ts';
import { canShift, compatible, expectedOf, UNTYPED } from './map.ts';

type Match = Extract<Statement, { kind: 'match' }>;

export function checkMatch(node: MatchStatement, ctx: CheckContext): Match | undefined {
  // nft looks for a set by its name before it looks at the left side, which then is of its type
  const named = node.right.kind === 'setref' ? ctx.expr(node.right) : undefined;
  if (node.right.kind === 'setref' && !named) return undefined;
  const written = ctx.expr(node.left, named && { ...expectedOf(named), span: undefined });
  if (!written) return undefined;
  const left = presence(written, node.right);
  if (opaque(left))
    return ctx.error(
      'Cannot be used with right hand side constant value',
      node.right.span,
      node.left.span,
    );
  const checked = ctx.expr(node.right, expectedOf(left));
  if (!checked) return undefined;
  if (!legal(node, left, checked, ctx)) return undefined;
  const only = singleton(node.right, checked);
  if (isSet(only) && ctx.standsAlone(node.left)) return ctx.error(UNTYPED, node.left.span);
  const right = unprefixed(only);
  // braces ask for exactly what stands in them
  const tested = right.type.testsInBraces || ctx.scope.kernel?.nftTestsFlagInBraces;
  const exact = only !== checked && !tested;
  const op = node.op ?? (exact ? '==' : undefined);
  return { kind: 'match', left, op: meaning(op, left, right), right, span: node.span };
}

/** The right side of a comparison that is known to be legal but for its constants. */
export function constantSide(node: AstExpr, left: Expr, ctx: CheckContext): Expr | undefined {
  const checked = ctx.expr(node, expectedOf(left));
  return checked && unprefixed(checked);
}

/** What to compare with `exists` and `missing`. */
function presence(left: Expr, right: AstExpr): Expr {
  if (left.kind !== 'load' || !isPresence(right)) return left;
  const { span } = left;
  const load: Load = left.row.presence?.(left) ?? left;
  return span ? { ...load, span } : load;
}

/** `exists`, `missing`: words of the language that are no integers. */
const isPresence = (right: AstExpr): boolean => right.kind === 'symbol' && isPresenceWord(right);

const opaque = (left: Expr): boolean => left.kind === 'load' && left.opaque === true;

/** A prefix of all bits is the value; of bits that are no whole bytes, the kernel sees a mask. */
const unprefixed = (right: Expr): Expr =>
  right.kind === 'prefix' && right.length === right.bits && right.bits % 8 === 0
    ? right.base
    : right;

const isSet = (right: Expr): boolean => right.kind === 'set' || right.kind === 'setref';

/** A literal of one element is that element. */
function singleton(node: AstExpr, right: Expr): Expr {
  if (right.kind !== 'set' || countElements(node) !== 1) return right;
  const { key, statements, timeout, comment } = right.elements[0]!;
  const plain = !statements && timeout === undefined && comment === undefined;
  return plain && key.kind !== 'wildcard' && key.kind !== 'concat' ? key : right;
}

function countElements(node: AstExpr): number {
  if (node.kind === 'variable') return countElements(node.value);
  if (node.kind !== 'set') return 1;
  return node.elements.reduce((n, { key }) => n + countElements(key), 0);
}

/** Without an operator, flags are tested: any of them. */
function meaning(op: MatchStatement['op'], left: Expr, right: Expr): RelOp {
  const flags = left.type.bitmask === true && left.kind === 'load' && right.kind === 'value';
  if (op === '!') return flags ? 'none' : '!=';
  if (op !== undefined) return op;
  return flags ? 'any' : '==';
}

const ORDER_OPS: readonly string[] = ['<', '>', '<=', '>='];

/**
 * nft moves a right shift of the left side to the constants, which then are longer: the kernel refuses
 * keys longer than the set's, and one value longer than a register.
 */
function kernelCompares(left: Expr, right: Expr): boolean {
  if (left.kind !== 'binop' || left.op !== '>>') return true;
  if (right.kind === 'set') return right.interval === true;
  return right.kind !== 'value' || left.order !== 'host' || left.bits < 32;
}

const firstKey = (right: Expr): Span | undefined =>
  right.kind === 'set' ? right.elements[0]?.key.span : undefined;

/** Where the operator stands: between the two sides. */
const opSpan = ({ left, right, op }: MatchStatement): Span => {
  const end = right.span.start - 1;
  return { ...left.span, start: end - (op?.length ?? 0), end };
};

/** The operator as nft names it in messages, where it may have none. */
const opText = (op: MatchStatement['op']): string => op ?? '(null)';

function legal(node: MatchStatement, left: Expr, right: Expr, ctx: CheckContext): boolean {
  const where = [node.right.span, node.left.span] as const;
  const text = opText(node.op);
  if (!isConstant(right)) {
    const what = `Right hand side of relational expression (${text}) must be constant`;
    return !!ctx.error(what, ...where);
  }
  // nft takes what a map gives for a constant
  if (isConstant(left) || left.kind === 'map') {
    return !!ctx.error(
      `Relational expression (${text}) has constant value`,
      node.left.span,
      node.right.span,
    );
  }
  const given = isShifted(node) ? integer : right.type;
  const other = given !== right.type && left.type.id !== integer.id;
  const unasked = isPresence(node.right) && left.type !== boolean;
  const like = right.kind === 'setref' ? alike : compatible;
  if (other || !like(left.type, given) || unasked) {
    const what = `expected ${left.type.description}, expression has type ${given.description}`;
    return !!ctx.error(`datatype mismatch, ${what}`, ...where);
  }
  return legalKinds(node, text, left, right, ctx);
}

/** A set that is named is of the very type, also where a mark is compared. */
const alike = (a: ValueType, b: ValueType): boolean => compatible(a, b) && a.id === b.id;

/** A literal that is shifted is a mere number, and so is what is compared with a mask of it. */
const isShifted = ({ left, right }: MatchStatement): boolean =>
  shiftsLiteral(right) || (left.kind === 'binop' && shiftsLiteral(left.right));

function shiftsLiteral(node: AstExpr): boolean {
  if (node.kind === 'set') return node.elements.some(({ key }) => shiftsLiteral(key));
  if (node.kind !== 'binop') return false;
  const shift = node.op === '<<' || node.op === '>>';
  return (shift && node.left.kind === 'symbol') || shiftsLiteral(node.left);
}

function legalKinds(
  node: MatchStatement,
  text: string,
  left: Expr,
  right: Expr,
  ctx: CheckContext,
): boolean {
  if (left.kind === 'concat' && !isSet(right)) {
    const what = 'Use concatenations with sets and maps, not singleton values';
    return !!ctx.error(what, node.left.span, node.right.span);
  }
  if (!ORDER_OPS.includes(text) && !canShift(left, right, ctx)) return false;
  if (!ORDER_OPS.includes(text) && !kernelCompares(left, right)) {
    const single = right.kind === 'value';
    const at = single ? opSpan(node) : (firstKey(right) ?? node.right.span);
    return !!ctx.refuse(single ? 'ENODATA' : 'EINVAL', at);
  }
  if (text === '!' && left.kind === 'binop') {
    const what = 'cannot combine negation with binary expression';
    return !!ctx.error(what, node.left.span, node.right.span);
  }
  if (text === '!' && !(left.type.bitmask && left.kind === 'load' && right.kind === 'value')) {
    const what = 'negation can only be used with singleton bitmask values.  Did you mean "!="?';
    return !!ctx.error(what, node.left.span, node.right.span);
  }
  if (!ORDER_OPS.includes(text) || right.kind === 'value') return true;
  const what = `Relational expression (${text}) is undefined for ${kindWords[right.kind]} expressions`;
  return !!ctx.error(what, node.right.span, opSpan(node));
}
