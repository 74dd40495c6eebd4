/** `describe`: what type an expression has, and which names its values have. */
import type { Expr as AstExpr, Command } from '../../../parser/ast.ts';
import type { Load } from '../../checked.ts';
import { type NameScope, typeByName, type ValueType } from '../../type/index.ts';
import { scopeOf } from '../scope.ts';
import { type CommandContext, checking } from './context.ts';

export function describe(cmd: Command, ctx: CommandContext): void {
  const { expr: node } = cmd;
  if (!node) return;
  const type = node.kind === 'symbol' ? typeByName(node.text) : undefined;
  if (type) {
    ctx.output.text(`datatype ${typeText(type)}, ${type.bits} bits\n${symbolLines(type)}`);
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
    `${kind} expression, datatype ${typeText(e.type)}, ${e.bits} bits\n${symbolLines(e.type)}`,
  );
}

/** What nft calls a selector: header fields are `payload`, options and extensions `exthdr`. */
function kindOf(load: Load): string {
  const { row } = load;
  if (!row.field) return row.name;
  return row.field(load).base === undefined ? 'exthdr' : 'payload';
}

/** `name (description)` and the types below it. */
function typeText(type: ValueType): string {
  const names: string[] = [];
  for (let t = type.base; t; t = t.base) names.push(t.name);
  const base = names.length > 0 ? ` (basetype ${names.join(', ')})` : '';
  return `${type.name} (${type.description})${base}`;
}

const NAME_WIDTH = 30;

/** Symbols name no devices. */
const NOWHERE: NameScope = { ifindex: () => undefined, ifname: () => undefined };

function symbolLines(type: ValueType): string {
  if (!type.symbols) return '';
  const rows = type.symbols.map(([name, value]) => {
    const number = type.print(value, type.bits, NOWHERE, { numericSymbols: true });
    return `\t${name.padEnd(NAME_WIDTH)}\t${number}\n`;
  });
  return `\npre-defined symbolic constants (in decimal):\n${rows.join('')}`;
}
