/**
 * The kernel's text of what is sent to it: `-d netlink`.
 *
 * Chains, objects, sets with their elements and rules, in the layout of nft and libnftnl. The text of
 * an op that a row owns is the row's.
 */
import type { Element, SetLiteral, Verdict } from './checked.ts';
import type { Op, Register } from './ir.ts';
import {
  type ElementsShape,
  type KernelElement,
  kernelElements,
  mapsToRanges,
} from './lower/elements.ts';
import { registerName } from './lower/registers.ts';
import { objectRow } from './object/index.ts';
import type { ObjectRow } from './row.ts';

/** 32-bit words as a little-endian machine reads them; the last one is padded with zeros. */
function words(bytes: Uint8Array, prefix = '0x'): string[] {
  const result: string[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    const at = (n: number) => bytes[i + n] ?? 0;
    const word = (at(0) | (at(1) << 8) | (at(2) << 16) | (at(3) << 24)) >>> 0;
    result.push(prefix + word.toString(16).padStart(8, '0'));
  }
  return result;
}

const data = (bytes: Uint8Array): string => words(bytes).join(' ');
const reg = (register: Register): string => `reg ${registerName(register)}`;
const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** The kernel numbers anonymous sets itself. */
const setName = (name: string): string => name.replace(/^(__(?:set|map|objmap))\d+$/, '$1%d');

const verdictText = (code: string, chain?: string): string =>
  chain === undefined ? code : `${code} -> ${chain}`;

const SHIFTS = { lshift: '<<', rshift: '>>' } as const;
const OPERATORS = { and: '&', or: '|', xor: '^' } as const;

function bitwise(op: Extract<Op, { op: 'bitwise' }>): string {
  const head = `bitwise ${reg(op.dreg)} =`;
  switch (op.kind) {
    case 'mask':
      return `${head} ( ${reg(op.sreg)} & ${data(op.mask)} ) ^ ${data(op.xor)}`;
    case 'lshift':
    case 'rshift':
      return `${head} ( ${reg(op.sreg)} ${SHIFTS[op.kind]} ${hex(op.bits)} )`;
    default:
      return `${head} ( ${reg(op.sreg)} ${OPERATORS[op.kind]} ${reg(op.sreg2)} )`;
  }
}

function lookup(op: Extract<Op, { op: 'lookup' }>): string {
  const dreg = op.verdict ? ' dreg 0' : op.dreg === undefined ? '' : ` d${reg(op.dreg)}`;
  return `lookup ${reg(op.sreg)} set ${setName(op.set)}${dreg}${op.invert ? ' 0x1' : ''}`;
}

function dynset(op: Extract<Op, { op: 'dynset' }>): string {
  const parts = [`dynset ${op.action} reg_key ${registerName(op.sregKey)} set ${setName(op.set)}`];
  if (op.sregData !== undefined) parts.push(`sreg_data ${registerName(op.sregData)}`);
  if (op.timeout !== undefined) parts.push(`timeout ${op.timeout}ms`);
  for (const expr of op.exprs) parts.push(`expr [ ${opText(expr)} ]`);
  return parts.join(' ');
}

function objref(op: Extract<Op, { op: 'objref' }>): string {
  if ('name' in op) return `objref type ${objectRow(op.object)?.id} name ${op.name}`;
  return `objref s${reg(op.sreg)} set ${setName(op.set)}`;
}

/** An op without its brackets. */
export function opText(op: Op): string {
  switch (op.op) {
    case 'load':
    case 'store':
      return op.row.bytecode(op);
    case 'immediate':
      return `immediate ${reg(op.dreg)} ${data(op.data)}`;
    case 'verdict':
      return `immediate reg 0 ${verdictText(op.code, op.chain)}`;
    case 'cmp':
      return `cmp ${op.rel} ${reg(op.sreg)} ${data(op.data)}`;
    case 'range':
      return `range ${op.rel} ${reg(op.sreg)} ${data(op.low)} ${data(op.high)}`;
    case 'bitwise':
      return bitwise(op);
    case 'byteorder':
      return `byteorder ${reg(op.dreg)} = ${op.kind}(${reg(op.sreg)}, ${op.size}, ${op.len})`;
    case 'lookup':
      return lookup(op);
    case 'dynset':
      return dynset(op);
    case 'objref':
      return objref(op);
    case 'effect':
      return op.row.bytecode?.(op.args) ?? op.row.name;
  }
}

export function ruleText(
  { family, table, chain }: { family: string; table: string; chain: string },
  ops: readonly Op[],
): string {
  return [`${family} ${table} ${chain}`, ...ops.map((op) => `  [ ${opText(op)} ]`), ''].join('\n');
}

export const chainText = (family: string, table: string, chain: string): string =>
  `${family} ${table} ${chain} use 0\n`;

export const objectText = (row: ObjectRow, args: Readonly<Record<string, unknown>>): string =>
  `table (null) name (null) use 0 [ ${row.bytecode(args)} ]\n`;

export const FLOWTABLE_TEXT = 'flow table (null) (null) use 0 size 0 flags 0\n';

/** What a set is, as far as its text says. */
export interface SetShape {
  readonly table: string;
  readonly name: string;
  readonly anonymous?: boolean;
  readonly constant?: boolean;
  readonly interval?: boolean;
  readonly map?: boolean;
  readonly timeout?: boolean;
  readonly dynamic?: boolean;
  readonly object?: boolean;
  readonly concat?: boolean;
  /** Milliseconds. */
  readonly defaultTimeout?: number;
  readonly gcInterval?: number;
  readonly size?: number;
  /** The map's data are ranges. */
  readonly ranges?: boolean;
}

/** NFT_SET_* */
const SET_FLAGS: readonly (readonly [keyof SetShape, number])[] = [
  ['anonymous', 0x01],
  ['constant', 0x02],
  ['interval', 0x04],
  ['map', 0x08],
  ['timeout', 0x10],
  ['dynamic', 0x20],
  ['object', 0x40],
];
const CONCAT = 0x80;

export function setText(set: SetShape): string {
  let flags = SET_FLAGS.reduce((sum, [name, bit]) => sum | (set[name] ? bit : 0), 0);
  // Only sets of intervals need to know that their keys are concatenations.
  if (set.concat && set.interval) flags |= CONCAT;
  const timeout = set.defaultTimeout === undefined ? '' : ` timeout ${set.defaultTimeout}ms`;
  const gc = set.gcInterval === undefined ? '' : ` gc_interval ${set.gcInterval}ms`;
  const size = set.size === undefined ? '' : ` size ${set.size}`;
  return `${setName(set.name)} ${set.table} ${flags.toString(16)}${timeout}${gc}${size}\n`;
}

const keyWords = (bytes: Uint8Array): string =>
  words(bytes, '')
    .map((word) => `${word} `)
    .join('');

const isVerdict = (value: Uint8Array | Verdict): value is Verdict => !(value instanceof Uint8Array);

function elementData(value: Uint8Array | Verdict | undefined): string {
  if (value === undefined) return '';
  return isVerdict(value) ? `${verdictText(value.verdict, value.chain)} ` : keyWords(value);
}

/** NFTNL_UDATA_SET_ELEM_COMMENT, …_FLAGS */
function userdata({ comment, open }: KernelElement): string {
  const bytes: number[] = [];
  if (comment !== undefined) {
    const text = new TextEncoder().encode(comment);
    bytes.push(0, text.length + 1, ...text, 0);
  }
  if (open) bytes.push(1, 4, 1, 0, 0, 0);
  if (!bytes.length) return '';
  const shown = bytes.map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\x21-\x7e]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `  userdata = { ${shown.join('')} }`;
}

function elementText(e: KernelElement): string {
  const key = e.key ? keyWords(e.key) : '';
  const end = e.keyEnd ? ` - ${keyWords(e.keyEnd)}` : '';
  return `element ${key}${end} : ${elementData(e.data)}${e.flags} [end]${userdata(e)}`;
}

/** `first`: the set was empty until now. */
export function elementsText(set: SetShape, elements: readonly Element[], first = true): string {
  const shape: ElementsShape = {
    interval: set.interval ?? false,
    anonymous: set.anonymous ?? false,
    ranges: set.ranges ?? false,
    first,
  };
  const sent = set.object ? elements.map(({ data: _, ...key }) => key) : elements;
  const texts = kernelElements(sent, shape).map((e) => `\t${elementText(e)}`);
  return `${setName(set.name)} ${set.table} 0\n${texts.join('')}\n`;
}

/** The set of a rule's literal. */
export function literalShape(
  table: string,
  name: string,
  literal: SetLiteral,
  object?: string,
): SetShape {
  return {
    table,
    name,
    anonymous: true,
    constant: true,
    interval: literal.interval,
    map: literal.data !== undefined && !object,
    object: object !== undefined,
    concat: literal.elements[0]?.key.kind === 'concat',
    ranges: mapsToRanges(literal.elements),
  };
}
