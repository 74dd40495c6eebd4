/**
 * Ops and rules as `-d netlink` shows them.
 *
 * The layout is nft's and libnftnl's; the text of an op that a row owns is the row's.
 */

import { setName, verdictText, words } from './bytecode/word.ts';
import type { Op, Register } from './ir.ts';
import { registerName } from './lower/registers.ts';
import { objectRow } from './object/index.ts';

const data = (bytes: Uint8Array): string => words(bytes).join(' ');
const reg = (register: Register): string => `reg ${registerName(register)}`;
const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

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
  { family, table, chain }: { family: string; table: string; chain?: string },
  ops: readonly Op[],
): string {
  const head = chain === undefined ? `${family} ${table}` : `${family} ${table} ${chain}`;
  return [head, ...ops.map((op) => `  [ ${opText(op)} ]`), ''].join('\n');
}
