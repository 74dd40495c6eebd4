/**
 * Bit operations with the width and byte order that the kernel will do them in.
 *
 * Operations that feed a wider target (`meta mark set ip id & 0xff`) are done in the target's width
 * and in host order, shifts always in host order, all else as the left side lies. Mirrors
 * expr_evaluate_bitwise and expr_evaluate_shift.
 */
import type { Binop, Expr } from '../checked.ts';
import { constant } from './constant.ts';
import { unshifted, whole } from './field.ts';
import type { Machine } from './machine.ts';

/** Where an expression stands. */
export interface Site {
  /** The bits of what is set to it; 0 where nothing is. */
  readonly width: number;
  /** A field of odd bits is shifted down to a number in host order; else as the packet has it. */
  readonly numeric: boolean;
  /** A field of odd bits is read with its neighbours, and that is all: what is written to a packet. */
  readonly unshifted?: true;
}

export const COMPARED: Site = { width: 0, numeric: false };
export const KEY: Site = { width: 0, numeric: true };
export const WRITTEN: Site = { width: 0, numeric: false, unshifted: true };

/** Only marks put what they are given in order, and some rows ask for it; all else is taken as it is. */
export const isPut = (e: Expr, like: Pick<Expr, 'type'>): boolean =>
  like.type.anyNumber === true || (e.kind === 'load' && e.row.ordered === true);

type Ways = Pick<Machine, 'shiftsInPlace'>;

export function shape(e: Expr, site: Site, m: Ways = { shiftsInPlace: false }): Expr {
  switch (e.kind) {
    case 'load':
      if (site.unshifted) return unshifted(e);
      return site.numeric && !m.shiftsInPlace ? whole(e, 'host') : whole(e);
    case 'binop':
      return constant(e) === undefined ? shapeBinop(e, site, m) : e;
    case 'concat':
      return { ...e, parts: e.parts.map((part) => shape(part, { ...site, numeric: true }, m)) };
    default:
      return e;
  }
}

function shapeBinop(e: Binop, site: Site, m: Ways): Binop {
  const left = shape(e.left, site, m);
  const shift = e.op === '<<' || e.op === '>>';
  const wider = site.width > left.bits;
  const bits = wider ? site.width : left.bits;
  const order = shift || wider ? 'host' : left.order;
  return { ...e, left, right: shift ? e.right : shape(e.right, site, m), bits, order };
}
