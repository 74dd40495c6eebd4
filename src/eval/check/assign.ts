/**
 * `selector set value`: `meta mark set 1`, `ip dscp set cs1`. Mirrors stmt_evaluate_meta,
 * stmt_evaluate_ct, stmt_evaluate_payload and stmt_evaluate_arg of nft.
 */
import type { AssignStatement } from '../../parser/ast.ts';
import type { Load, Statement } from '../checked.ts';
import { checkSingle } from './argument.ts';
import type { CheckContext } from './context.ts';

const NOT_SUPPORTED = 'payload statement for this expression is not supported';

type Assign = Extract<Statement, { kind: 'assign' }>;

export function checkAssign(node: AssignStatement, ctx: CheckContext): Assign | undefined {
  const unwritable = ctx.unwritable(node.target);
  if (unwritable) return ctx.error(NOT_SUPPORTED, unwritable);
  const target = ctx.expr(node.target);
  if (!target) return undefined;
  if (target.kind !== 'load' || !target.row.lowerStore)
    return ctx.unread('syntax error, unexpected set', node.target.span);
  const { type, bits, order } = target;
  const widens = target.row.field === undefined;
  const wanted = { type, bits, order, room: bits, widens };
  const value = checkSingle(kindOf(target), node.value, wanted, node.span, ctx);
  if (!value) return undefined;
  if (target.opaque && value.kind === 'value')
    return ctx.error(
      `${target.row.name} ${target.args.key} must not be set to constant value`,
      node.span,
    );
  if (isPartOfBytes(target) && (value.kind === 'load' || value.kind === 'map'))
    return ctx.error(NOT_SUPPORTED, node.value.span);
  return { kind: 'assign', target, value, span: node.span };
}

/** What nft calls the statement. */
function kindOf({ row, ...load }: Load): string {
  const field = row.field?.({ row, ...load });
  if (!field) return row.name;
  return field.base === undefined ? 'exthdr' : 'payload';
}

/** Whether bytes around the field are read and written back with it, for which nft must know the value. */
function isPartOfBytes(target: Load): boolean {
  const field = target.row.field?.(target);
  if (!field) return false;
  const { offset, bits, paired } = field;
  return offset % 8 !== 0 || bits % (paired ? 16 : 8) !== 0;
}
