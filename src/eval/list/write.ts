/**
 * What is written into the packet, as nft reads it back.
 *
 * For less than the kernel can write, nft reads the bytes around, changes what it wants and writes all.
 * It looks for a field in the bits that are changed, and finds most, but not all. Mirrors
 * stmt_payload_postprocess and stmt_payload_binop_postprocess of nft.
 */
import type { Assign } from '../check/assign.ts';
import type { KnownProtocols } from '../check/known.ts';
import type { Expr, Load } from '../checked.ts';
import { payloadArgs } from '../expr/header.ts';
import { th } from '../expr/th.ts';
import { changed, needsWindow } from '../lower/assign.ts';
import { constant, ones } from '../lower/constant.ts';
import { number, writeWindow } from '../lower/field.ts';
import { shape, WRITTEN } from '../lower/shape.ts';
import { canonicalExpr } from './canonical.ts';
import { decode, type Held, type HeldBinop } from './decode.ts';
import { asBytes, bytesAt, headerOf, isBytes, nameBytes } from './field.ts';
import { operation } from './reread.ts';
import { forced, type Trimmed, trimmed } from './trim.ts';

export interface Written {
  readonly target: Load;
  readonly value: Expr;
}

/**
 * Undefined where no bytes are changed in part. `said`: the rule names the protocol of the bytes by
 * itself, it does not only follow from the field.
 */
export function written(
  statement: Assign,
  known: KnownProtocols,
  said: (bytes: Load) => boolean,
): Written | undefined {
  const held = constantChange(statement);
  if (!held) return among(statement, known);
  const bytes = bytesUnder(held);
  const named = nameBytes(bytes, known);
  // Bytes that are the ports of other protocols are taken for these.
  if (named.row === th) return whole(held, said(named) ? named : bytes);
  if (named.args.field !== undefined) return whole(held, named);
  return found(held, bytes, known) ?? whole(held, bytes);
}

/** What is no constant is written as it lies, among the bytes around where there must be some. */
function among({ target, value }: Assign, known: KnownProtocols): Written | undefined {
  const field = isBytes(target) && value.kind === 'binop' ? target.row.field?.(target) : undefined;
  if (!field) return undefined;
  if (!needsWindow(field))
    return { target: nameBytes(target, known), value: canonicalExpr(shape(value, WRITTEN), known) };
  const window = writeWindow(target, field);
  const load = asBytes(window.load);
  const all = changed({ ...window, load }, field, value);
  return { target: nameBytes(load, known), value: canonicalExpr(all, known) };
}

/** The bytes around what is set, and what is done to them; undefined where something else is written. */
function constantChange(statement: Assign): Held | undefined {
  const { target, value } = statement;
  if (!isBytes(target) || !isConstantChange(value)) return undefined;
  const decoded = decode(statement, target);
  if (decoded?.by.op !== 'store') return undefined;
  const { offset, bits } = payloadArgs(bytesUnder(decoded.held));
  const at = decoded.by.args as { offset: number };
  return at.offset === offset && 8 * decoded.by.len === bits ? decoded.held : undefined;
}

/** A constant, or bytes under operations with constants. */
function isConstantChange(e: Expr): boolean {
  if (e.kind !== 'binop') return e.kind === 'value';
  if (constant(e.right) === undefined) return false;
  return e.left.kind === 'load' ? isBytes(e.left) : isConstantChange(e.left);
}

function bytesUnder(held: Held): Load {
  return held.kind === 'bytes' ? held.load : bytesUnder(held.of);
}

/** `bytes set bytes & mask | value` */
const whole = (held: Held, bytes: Load): Written => ({
  target: bytes,
  value: over(held, bytes),
});

const over = (held: Held, bytes: Load): Expr =>
  held.kind === 'binop' ? operation(held, over(held.of, bytes)) : bytes;

/** The field that the changed bits are or lie in; undefined where nft finds none. */
function found(held: Held, bytes: Load, known: KnownProtocols): Written | undefined {
  if (held.kind !== 'binop') return undefined;
  const { op, of } = held;
  if (of.kind === 'binop')
    return op === '|' && of.op === '&' && of.of.kind === 'bytes'
      ? replaced(held, of, bytes, known)
      : undefined;
  const by = held.by.value;
  const touched = op === '&' ? ones(bytes.bits) ^ by : by;
  const mask = { value: touched, bits: bytes.bits };
  const field = op === '^' ? undefined : trimmed(bytes, mask, known);
  if (field) return cut(held, field, bytes, known);
  const part = within(held, touched, bytes, known);
  if (part || op !== '&') return part;
  const bits = forced(bytes, mask);
  return bits && set(bits, 0n, known);
}

/** Bits are cleared and others set: what both have touched. */
function replaced(
  { by }: HeldBinop,
  cleared: HeldBinop,
  bytes: Load,
  known: KnownProtocols,
): Written | undefined {
  const mask = { value: ones(bytes.bits) ^ cleared.by.value ^ by.value, bits: bytes.bits };
  const bits = trimmed(bytes, mask, known) ?? forced(bytes, mask);
  return bits && set(bits, by.value, known);
}

function set({ load, shift }: Trimmed, value: bigint, known: KnownProtocols): Written {
  const target = nameBytes(load, known);
  return { target, value: number(target, value >> BigInt(shift), target.bits) };
}

/** All bits of a field are cleared or set. Several fields are none, and yet all that nft reads back. */
function cut(held: HeldBinop, field: Trimmed, bytes: Load, known: KnownProtocols): Written {
  const isCleared = held.op === '&';
  const told = set(field, isCleared ? 0n : held.by.value, known);
  if (told.target.args.field !== undefined) return told;
  const { load, shift } = field;
  const value = isCleared ? held.by.value : held.by.value >> BigInt(shift);
  return { target: bytes, value: operation({ ...held, by: { value, bits: load.bits } }, load) };
}

/** Only where two bytes are written nft looks for a field that holds all of the changed bits. */
function within(
  held: HeldBinop,
  touched: bigint,
  bytes: Load,
  known: KnownProtocols,
): Written | undefined {
  const header = bytes.bits === 16 ? headerOf(bytes, known) : undefined;
  if (header?.shift !== 0) return undefined;
  const { offset } = payloadArgs(bytes);
  for (const [start, length] of Object.values(header.row.spec.fields)) {
    const shift = offset + bytes.bits - start - length;
    if (start < offset || shift < 0) continue;
    const mask = ones(length) << BigInt(shift);
    if ((touched & mask) !== touched) continue;
    const target = nameBytes(bytesAt(bytes, start, length), known);
    const by = { value: (held.by.value & mask) >> BigInt(shift), bits: length };
    return { target, value: operation({ ...held, by, bits: length }, target) };
  }
  return undefined;
}
