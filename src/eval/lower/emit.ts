/**
 * Expressions to ops: what puts a shaped expression into registers.
 *
 * Mirrors netlink_gen_expr and its kin: chains of `&`, `|`, `^` with constants become one bitwise op,
 * byte order changes between the nodes that differ in it.
 */
import type { Binop, ByteOrder, Concat, Expr, Lookup } from '../checked.ts';
import type { Register } from '../ir.ts';
import { byteLength, bytesOf, constant, constantBytes, isText, ones } from './constant.ts';
import { transfer } from './field.ts';
import type { Machine } from './machine.ts';
import { KEY, type Site, shape } from './shape.ts';

/** Emits `e`, then what turns it into `order`. */
export function emit(e: Expr, dreg: Register, m: Machine, order?: ByteOrder): void {
  if (e.kind === 'concat') emitConcat(e, dreg, m, order);
  else if (constant(e) !== undefined) {
    m.emit({ op: 'immediate', dreg, data: constantBytes(e, order) });
  } else {
    emitNode(e, dreg, m);
    if (order) emitOrder(e, dreg, m, order);
  }
}

function emitNode(e: Expr, dreg: Register, m: Machine): void {
  switch (e.kind) {
    case 'load':
      e.row.lower(e, dreg, m);
      break;
    case 'binop':
      emitBinop(e, dreg, m);
      break;
    case 'map':
      emitLookup(e, dreg, m);
      break;
    default:
      throw new TypeError(`no value for a register: ${e.kind}`);
  }
}

/** The byteorder op, where `e` does not lie in `order` yet and it makes a difference. */
function emitOrder(e: Expr, dreg: Register, m: Machine, order: ByteOrder): void {
  if (liesAlike(e, order)) return;
  const size = e.bits % 64 === 0 ? 8 : e.bits % 32 === 0 ? 4 : 2;
  const kind = order === 'big' ? 'hton' : 'ntoh';
  m.emit({ op: 'byteorder', kind, sreg: dreg, dreg, len: byteLength(e.bits), size });
}

function emitConcat(e: Concat, dreg: Register, m: Machine, order?: ByteOrder): void {
  let at = dreg;
  for (const part of e.parts) {
    emit(part, at, m, order);
    at += Math.ceil(part.bits / 32);
  }
}

function emitBinop(e: Binop, dreg: Register, m: Machine): void {
  if (e.op === '<<' || e.op === '>>') {
    emit(e.left, dreg, m, e.order);
    const kind = e.op === '<<' ? 'lshift' : 'rshift';
    const len = byteLength(e.bits);
    m.emit({ op: 'bitwise', kind, sreg: dreg, dreg, len, bits: Number(constant(e.right)) });
  } else if (constant(e.right) === undefined) emitOfRegisters(e, dreg, m);
  else emitMask(e, dreg, m);
}

const REGISTER_KINDS = { '&': 'and', '|': 'or', '^': 'xor' } as const;

/** `ct mark | meta mark`: an operation of two registers. */
function emitOfRegisters(e: Binop, dreg: Register, m: Machine): void {
  const kind = REGISTER_KINDS[e.op as keyof typeof REGISTER_KINDS];
  emit(e.left, dreg, m, e.order);
  const sreg2 = m.allocate(e.right);
  emit(e.right, sreg2, m, e.order);
  m.emit({ op: 'bitwise', kind, sreg: dreg, sreg2, dreg, len: byteLength(e.bits) });
  m.release(sreg2);
}

/** What a chain of bit operations with constants does to a value: `(value & mask) ^ xor`. */
export interface Mask {
  readonly mask: bigint;
  readonly xor: bigint;
  /** What the chain begins with. */
  readonly of: Expr;
}

/** No byteorder op is needed. */
const liesAlike = (e: Expr, order: ByteOrder): boolean =>
  e.order === order || e.bits <= 8 || isText(e.type);

export function maskOf(e: Binop, bits: number = e.bits): Mask {
  const chain: Binop[] = [e];
  let of = e.left;
  while (of.kind === 'binop' && of.op !== '<<' && of.op !== '>>' && liesAlike(of, e.order)) {
    if (constant(of.right) === undefined) break;
    chain.unshift(of);
    of = of.left;
  }
  let mask = ones(bits);
  let xor = 0n;
  for (const { op, right } of chain) {
    const value = constant(right) ?? 0n;
    if (op === '&') {
      mask &= value;
      xor &= value;
    } else if (op === '|') {
      mask &= ~value;
      xor |= value;
    } else xor ^= value;
  }
  return { mask, xor, of };
}

function emitMask(e: Binop, dreg: Register, m: Machine): void {
  const { mask, xor, of } = maskOf(e);
  emit(of, dreg, m, e.order);
  m.emit({
    op: 'bitwise',
    kind: 'mask',
    sreg: dreg,
    dreg,
    len: byteLength(e.bits),
    mask: bytesOf(mask, e.bits, e.order),
    xor: bytesOf(xor, e.bits, e.order),
  });
}

/** `key map { … }`: the key is loaded to where its value will be. */
function emitLookup(e: Lookup, dreg: Register, m: Machine): void {
  const set = emitKey(e.key, e.map, dreg, m, { site: m.site });
  m.emit({ op: 'lookup', set, sreg: dreg, dreg });
}

interface KeyOptions {
  readonly site?: Site;
  /** The kind of object that the map holds. */
  readonly object?: string | undefined;
  readonly of?: 'match' | 'vmap' | 'map';
}

/** Loads the key of a lookup as the set has its keys, and names the set. */
export function emitKey(
  key: Expr,
  map: Lookup['map'],
  sreg: Register,
  m: Machine,
  { site = KEY, object, of = 'map' }: KeyOptions = {},
): string {
  const interval = m.interval(map);
  const named = map.kind === 'setref' && object === undefined;
  const numeric = site.numeric || (named && (of !== 'vmap' || key.kind === 'concat'));
  const shaped = shape(key, { ...site, numeric }, m);
  const moves = map.kind === 'set' && object === undefined;
  const sides = moves ? transfer(shaped, map) : { left: shaped, right: map };
  emit(sides.left, sreg, m, interval ? 'big' : undefined);
  return m.set(lengthened(sides.left, sides.right, of), object);
}

/**
 * Keys of a set of ranges as long as what is compared with them: a field that is shifted down keeps
 * the bits that it was shifted by. nft does so for concatenations, and for single fields in matches.
 */
function lengthened(left: Expr, set: Lookup['map'], of: KeyOptions['of']): Lookup['map'] {
  if (set.kind !== 'set' || !set.interval) return set;
  if (left.kind !== 'concat') {
    return of === 'match' && left.bits > set.bits ? { ...set, bits: left.bits } : set;
  }
  const isShort = (part: Expr, i: number) => part.bits < (left.parts[i]?.bits ?? 0);
  // The same literal where it may be: it lists as the kernel has it (see relisted).
  if (!set.elements.some(({ key }) => key.kind === 'concat' && key.parts.some(isShort))) return set;
  const long = (part: Expr, i: number): Expr =>
    isShort(part, i) ? { ...part, bits: left.parts[i]!.bits } : part;
  const elements = set.elements.map((e) =>
    e.key.kind === 'concat' ? { ...e, key: { ...e.key, parts: e.key.parts.map(long) } } : e,
  );
  return { ...set, elements };
}
