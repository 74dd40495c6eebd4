/** `describe`: what type an expression has, and which names its values have. */
import type { Expr as AstExpr, Command } from '../../../parser/ast.ts';
import type { Load } from '../../checked.ts';
import { isText } from '../../lower/constant.ts';
import { type NameScope, type Symbols, typeByName, type ValueType } from '../../type/index.ts';
import { scopeOf } from '../scope.ts';
import { type CommandContext, checking } from './context.ts';

export function describe(cmd: Command, ctx: CommandContext): void {
  const { expr: node } = cmd;
  if (!node) return;
  const type = node.kind === 'symbol' ? typeByName(node.text) : undefined;
  if (type) {
    ctx.output.text(
      `datatype ${typeText(type)}, ${sizeText(type, type.described?.bits ?? type.bits)}\n${symbolLines(type)}`,
    );
    return;
  }
  if (node.kind === 'symbol') {
    ctx.output.text('symbol expression, datatype invalid (invalid)\n');
    return;
  }
  describeExpression(node, ctx);
}

function describeExpression(node: AstExpr, ctx: CommandContext): void {
  const scope = scopeOf(ctx.tx.ruleset, 'inet', '');
  const e = checking(ctx, scope, (check) => check.expr(node));
  if (!e) return;
  const kind = e.kind === 'load' ? kindOf(e) : e.kind;
  ctx.output.text(
    `${kind} expression, datatype ${typeText(e.type)}, ${sizeText(e.type, e.bits)}\n${symbolLines(e.type)}`,
  );
}

/** What nft calls a selector: header fields are `payload`, options and extensions `exthdr`. */
function kindOf(load: Load): string {
  const { row } = load;
  if (!row.field) return row.described ?? row.name;
  return row.field(load).base === undefined ? 'exthdr' : 'payload';
}

/** `name (description)` and the types below it. */
function typeText(type: ValueType): string {
  const names: string[] = [];
  for (let t = type.base; t; t = t.base) names.push(t.description);
  const base = names.length > 0 ? ` (basetype ${names.join(', ')})` : '';
  return `${type.name} (${type.description})${base}`;
}

/** Texts are measured in characters. */
const sizeText = (type: ValueType, bits: number): string =>
  isText(type) ? `${bits / 8} characters` : `${bits} bits`;

const NAME_WIDTH = 30;
const NUMBER_WIDTH = 20;

/** Symbols name no devices. */
const NOWHERE: NameScope = { ifindex: () => undefined, ifname: () => undefined };

function symbolLines(type: ValueType): string {
  const { described, symbols } = type;
  if (described?.as) return described.as.map(([name, value]) => row(name, `${value}`)).join('');
  if (!symbols) return '';
  const isHex = described?.hex || type.bitmask || printsHex(type, symbols);
  const digits = 2 * Math.ceil(type.bits / 8);
  const number = (value: bigint): string =>
    isHex
      ? `0x${value.toString(16).padStart(digits, '0')}`
      : value.toString().padStart(NUMBER_WIDTH);
  const from = described?.file === undefined ? '' : ` from ${described.file}`;
  const base = isHex ? 'hexadecimal' : 'decimal';
  const rows = symbols.map(([name, value]) => row(name, number(value)));
  return `\npre-defined symbolic constants${from} (in ${base}):\n${rows.join('')}`;
}

const row = (name: string, value: string): string => `\t${name.padEnd(NAME_WIDTH)}\t${value}\n`;

const printsHex = (type: ValueType, symbols: Symbols): boolean =>
  symbols.some(([, value]) =>
    type.print(value, type.bits, NOWHERE, { numericSymbols: true }).startsWith('0x'),
  );
