/**
 * Bit operations that a rule does on bits of the packet, as nft reads them back from the kernel's code.
 *
 * nft sends whole bytes, a mask and a shift for a field of odd bits, and then the operations of the
 * rule. It undoes its own ones on the way back, by the bits of the mask and the lengths of registers,
 * whatever that gives. Mirrors netlink_parse_bitwise, netlink_parse_cmp, payload_binop_postprocess and
 * relational_binop_postprocess of nft.
 */
import type { KnownProtocols } from '../check/known.ts';
import type { Binop, Expr, Load, SetLiteral, SetRef, Statement, Value } from '../checked.ts';
import { exthdrArgs } from '../expr/exthdr-load.ts';
import type { Op } from '../ir.ts';
import { bytesOf, constant, numberIn } from '../lower/constant.ts';
import { oddField } from '../lower/field.ts';
import type { ValueType } from '../type/index.ts';
import { unread } from '../type/integer.ts';
import type { Match } from './canonical.ts';
import { type Constant, decode, type Held, type HeldBinop, numberOf } from './decode.ts';
import { extensionAt, isExtension, unknown } from './extension.ts';
import { isBytes, nameBytes } from './field.ts';
import { forced, type Trimmed, trimmed } from './trim.ts';

type Right =
  | { readonly kind: 'value'; readonly constant: Constant; readonly prefix?: number }
  | { readonly kind: 'range'; readonly low: Constant; readonly high: Constant }
  | { readonly kind: 'set' };

interface Parsed {
  readonly left: Held;
  readonly right: Right;
}

/** The match as it lists; undefined where it is none of operations on bits of the packet. */
export function rereadBits(match: Match, known: KnownProtocols): Match | undefined {
  const load = masked(match.left);
  if (!load || match.op === 'any' || match.op === 'none') return undefined;
  const parsed = parse(match, load);
  if (!parsed) return undefined;
  const left = asExpr(parsed.left, known);
  const right = typedRight(parsed.right, left, match.right);
  return compared({ ...match, left, right }, known);
}

/**
 * The key of a look-up; undefined where it is none of operations on bits of the packet, nor such bits
 * looked up in a map of the table.
 */
export function rereadKey(
  key: Expr,
  map: SetLiteral | SetRef,
  known: KnownProtocols,
): Expr | undefined {
  const named = map.kind === 'setref';
  const load = masked(key) ?? (named ? oddBits(key) : undefined);
  // An xor moves to the elements of a map without a name.
  if (!load || (!named && key.kind === 'binop' && key.op === '^')) return undefined;
  const parsed = parse({ kind: 'vmap', key, map }, load);
  return parsed && (maskedField(parsed.left, known) ?? asExpr(parsed.left, known));
}

/** A field at the end of its bytes. */
function maskedField(held: Held, known: KnownProtocols): Expr | undefined {
  if (held.kind !== 'binop' || held.op !== '&' || held.of.kind !== 'bytes') return undefined;
  if (isExtension(held.of.load)) return undefined;
  const found = trimmed(held.of.load, held.by, known);
  return found?.shift === 0 ? named(found.load, known) : undefined;
}

const oddBits = (e: Expr): Load | undefined =>
  e.kind === 'load' && isBytes(e) && oddField(e) ? e : undefined;

/** Bits of an extension header; prefixes of an address are another matter. */
const extensionBits = (e: Expr): Load | undefined =>
  e.kind === 'load' && isExtension(e) && !e.type.prefixes ? e : undefined;

/** A field of an extension header compared with its first bytes: what these are nft does not find. */
export function rereadPrefix(match: Match): Match | undefined {
  const { left, right } = match;
  if (left.kind !== 'load' || right.kind !== 'prefix' || !isExtension(left)) return undefined;
  const { length } = right;
  const base = constant(right.base);
  if (length % 8 !== 0 || length === 0 || base === undefined) return undefined;
  const load = extensionAt(left, exthdrArgs(left).offset, length);
  const { type, bits, order } = load;
  const value = base >> BigInt(left.bits - length);
  return { ...match, left: load, right: { kind: 'value', value, type, bits, order } };
}

/** The bits under a chain of written operations with constants. */
function masked(e: Expr): Load | undefined {
  if (e.kind !== 'binop' || e.op === '<<' || e.op === '>>' || e.right.kind !== 'value') return;
  if (e.left.kind === 'binop') return masked(e.left);
  return oddBits(e.left) ?? extensionBits(e.left);
}

function parse(statement: Statement, like: Load): Parsed | undefined {
  const decoded = decode(statement, like);
  const right = decoded && rightOf(decoded.by, decoded.held);
  return right && { left: decoded.held, right };
}

const named = (load: Load, known: KnownProtocols): Load =>
  isExtension(load) ? load : nameBytes(load, known);

function rightOf(op: Op, left: Held): Right | undefined {
  switch (op.op) {
    case 'cmp': {
      const { value, bits } = numberOf(op.data);
      if (left.bits < bits) return undefined;
      if (left.bits === bits) return { kind: 'value', constant: { value, bits } };
      const constant = { value: value << BigInt(left.bits - bits), bits: left.bits };
      return { kind: 'value', constant, prefix: bits };
    }
    case 'range':
      return { kind: 'range', low: numberOf(op.low), high: numberOf(op.high) };
    case 'lookup':
      return { kind: 'set' };
    default:
      return undefined;
  }
}

/** A left side with the fields found in it, and the order that its bytes are taken to lie in. */
function asExpr(held: Held, known: KnownProtocols): Expr {
  switch (held.kind) {
    case 'bytes':
      return named(held.load, known);
    case 'turned': {
      const of = asExpr(held.of, known);
      return { ...of, order: of.order === 'big' ? 'host' : 'big' };
    }
    case 'binop':
      return (
        (held.op === '>>' && unshifted(held.of, known)) || operation(held, asExpr(held.of, known))
      );
  }
}

/** The shift of nft's own that brings bits down: it goes, with the mask where this fits. */
function unshifted(of: Held, known: KnownProtocols): Expr | undefined {
  const under = of.kind === 'turned' ? of.of : of;
  if (under.kind !== 'binop' || under.op !== '&' || under.of.kind !== 'bytes') return undefined;
  const load = named(under.of.load, known);
  const found = trimmed(load, under.by, known) ?? forced(load, under.by);
  if (found) return named(found.load, known);
  const right: Value = { kind: 'value', ...under.by, type: unread, order: 'big' };
  const { type, bits } = under.of.load;
  return { kind: 'binop', op: '&', left: load, right, type, bits, order: 'big' };
}

/** An operation on `left`, its constant read as what that is. */
export function operation({ op, by, bits }: HeldBinop, left: Expr): Binop {
  const { type, order } = left;
  const right = typed(by, { type, order: by.bits > left.bits ? 'host' : order });
  return { kind: 'binop', op, left, right, type, bits, order };
}

/** A constant read as so typed. */
function typed({ value, bits }: Constant, { type, order }: Pick<Expr, 'type' | 'order'>): Value {
  const turned = swapped(value, bits);
  const own = order === 'host' || isNamed(type, bits, turned) ? turned : value;
  return { kind: 'value', value: own, bits, type, order };
}

/** Names are looked for by the bytes as the machine reads them, of whatever length. */
const isNamed = ({ bits: own, symbols }: ValueType, bits: number, value: bigint): boolean =>
  own <= 8 && bits > 8 && symbols?.some(([, one]) => one === value) === true;

const swapped = (value: bigint, bits: number): bigint =>
  numberIn(bytesOf(value, bits, 'host'), 'big');

function typedRight(right: Right, left: Expr, written: Expr): Expr {
  const { type, bits, order } = left;
  switch (right.kind) {
    case 'value': {
      const value = typed(right.constant, left);
      if (right.prefix === undefined) return value;
      return { kind: 'prefix', base: value, length: right.prefix, type, bits, order };
    }
    case 'range': {
      const [low, high] = [typed(right.low, left), typed(right.high, left)];
      return { kind: 'range', low, high, type, bits, order };
    }
    case 'set':
      return ofType(written, left);
  }
}

/** Elements print as the type of what they are compared with. */
function ofType(e: Expr, like: Expr): Expr {
  const { type } = like;
  if (e.kind === 'set') {
    return { ...e, elements: e.elements.map((one) => ({ ...one, key: ofType(one.key, like) })) };
  }
  if (e.kind === 'range')
    return { ...e, type, low: ofType(e.low, like), high: ofType(e.high, like) };
  return e.kind === 'value' ? { ...e, type } : e;
}

/** A mask alone over bytes may name a field of them once more. */
function compared(match: Match, known: KnownProtocols): Match {
  const { left, right } = match;
  if (left.kind !== 'binop' || left.op !== '&' || left.left.kind !== 'load') return match;
  if (left.right.kind !== 'value' || right.kind === 'prefix') return match;
  const load = left.left;
  const field = trimmed(load, left.right, known);
  if (!field && isExtension(load)) return { ...match, left: { ...left, left: unknown(load) } };
  const found = field ?? (right.kind === 'value' ? forced(load, left.right) : undefined);
  return found ? movedDown(match, found, known) : match;
}

function movedDown(match: Match, { load, shift }: Trimmed, known: KnownProtocols): Match {
  const left = named(load, known);
  return { ...match, left, right: down(match.right, BigInt(shift), left) };
}

function down(e: Expr, by: bigint, like: Load): Expr {
  const { type, bits, order } = like;
  switch (e.kind) {
    case 'value':
      return { ...e, value: e.value >> by, type, bits, order };
    case 'range':
      return { ...e, low: down(e.low, by, like), high: down(e.high, by, like), type, bits, order };
    case 'set': {
      const elements = e.elements.map((element) => ({
        ...element,
        key: down(element.key, by, like),
      }));
      return { ...e, elements, type, bits, order };
    }
    default:
      return e;
  }
}
