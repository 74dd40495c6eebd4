/** `add set`, `add map`, `delete set`: mirrors set_evaluate of nft. */
import type { Command, DataSpec, SetBlock } from '../../../parser/ast.ts';
import type { CheckContext } from '../../check/context.ts';
import { checkKeySpec, type KeyInfo } from '../../check/index.ts';
import type { Statement } from '../../checked.ts';
import { lowerEffects } from '../../lower.ts';
import { verdict } from '../../type/verdict.ts';
import { keyShape } from '../element/key.ts';
import { type Refusal, refuse } from '../errno.ts';
import { isRefusal, member, tableOf } from '../kernel/lookup.ts';
import { deleteSet, type NewSet, newSet } from '../kernel/set.ts';
import { scopeOf } from '../scope.ts';
import { isMap, type NftSet } from '../store.ts';
import {
  answered,
  blockPlace,
  type CommandContext,
  checking,
  familyOf,
  isDestroyed,
  report,
  tableIn,
  tableName,
} from './context.ts';
import { insertElements, readIn } from './element.ts';
import { noTable } from './hint.ts';

export function addSet(cmd: Command, ctx: CommandContext): void {
  const block = cmd.block as SetBlock | undefined;
  if (!tableIn(ctx, cmd)) {
    noTable(ctx, cmd);
    // Of the set itself nft says no more.
    const unsaid = { ...ctx, errors: [], warnings: [] };
    const spec = block?.elements && readSet(block, cmd, unsaid);
    if (spec) readIn(cmd, block.elements!, spec, keyShape(spec), ctx);
    return;
  }
  const spec = block && readSet(block, cmd, ctx);
  if (!spec) return;
  const answer = askForSet(spec, ctx);
  const set = answered(ctx, cmd, answer) ? answer : refusedSet(cmd, ctx);
  if (!block.elements) return;
  if (set) insertElements(cmd, block.elements, set, ctx);
  else readIn(cmd, block.elements, spec, keyShape(spec), ctx);
}

/** What nft goes on with where the kernel has not made the set. */
function refusedSet(cmd: Command, ctx: CommandContext): NftSet | undefined {
  const set = tableIn(ctx, cmd)?.sets.get(cmd.handle.name?.text ?? '');
  return set?.refused && set;
}

export function askForSet(spec: NewSet, ctx: CommandContext): NftSet | Refusal {
  const set = newSet(ctx.tx, spec);
  ctx.requests.push({ what: 'set', spec, ...(!isRefusal(set) && { set }) });
  return set;
}

function readSet(block: SetBlock, cmd: Command, ctx: CommandContext): NewSet | undefined {
  const scope = scopeOf(ctx.tx.ruleset, familyOf(cmd), tableName(cmd));
  const { key: spec } = block;
  if (!spec || (block.map && !block.data)) {
    const place = blockPlace(cmd);
    const message = 'set definition does not specify key';
    // nft looks at it once more for its elements.
    if (block.elements) report(ctx, message, place);
    return report(ctx, message, place);
  }
  const [key, data, statements] = checking(ctx, scope, (check) => [
    checkKeySpec(spec, check),
    block.data && readData(block.data, check),
    readStatements(block, check),
  ]);
  if (!key || (block.data && !data) || !statements) return undefined;
  const unsized = [key, data].find(
    (of) => typeof of === 'object' && (of.bits === 0 || (of === key && key.type === verdict)),
  );
  // nft goes on with the set, so that its elements and what refers to it are looked at all the same.
  if (unsized) refuseSize(cmd, unsized as KeyInfo, ctx);
  const name = cmd.handle.name;
  const interval = block.flags?.some((f) => f.text === 'interval') ?? false;
  if (block.autoMerge && !interval) {
    report(ctx, 'auto-merge only works with interval sets', blockPlace(cmd));
  }
  const has = (flag: string): boolean => block.flags?.some((f) => f.text === flag) ?? false;
  const { timeout, gcInterval, size } = block;
  const flags = {
    constant: has('constant'),
    interval,
    timeout: has('timeout') || !!timeout?.value,
    dynamic: has('dynamic'),
    anonymous: false,
  };
  const there = tableIn(ctx, cmd)?.sets.get(name?.text ?? '');
  const known = there && (ctx.tx.fresh.has(there) || ctx.asked.sets);
  if (known && interval && !there.flags.interval) {
    return report(
      ctx,
      `existing ${block.map ? 'map' : 'set'} lacks interval flag`,
      blockPlace(cmd),
    );
  }
  return {
    family: familyOf(cmd),
    table: tableName(cmd),
    name: name?.text ?? '',
    flags: there && isAlikeBut(there, flags, block.map) ? { ...flags, dynamic: true } : flags,
    key: key.type,
    keyBits: key.bits,
    ...(key.expr && { keyExpr: key.expr }),
    ...dataOf(data),
    dataInterval: block.dataInterval ?? false,
    ...(timeout?.value && { timeout: Number(timeout.value) }),
    ...(gcInterval && { gcInterval: word(gcInterval.value) }),
    // Of sets that never change nft does not tell the kernel how to keep them.
    ...(size && !flags.constant && { size: word(size.value) }),
    policy: block.policy?.text === 'memory' && !flags.constant ? 'memory' : 'performance',
    autoMerge: (block.autoMerge ?? false) && !key.type.parts,
    ...(block.comment && { comment: block.comment.text }),
    statements,
    exprs: lowerEffects(statements, scope),
    exclusive: cmd.verb === 'create',
  };
}

/** What the kernel is told in 32 bits. */
const word = (value: number | bigint): number => Number(BigInt.asUintN(32, BigInt(value)));

/** A rule made the set that is there dynamic: what is written need not say so, to be the same. */
const isAlikeBut = (there: NftSet, flags: NewSet['flags'], map: boolean): boolean =>
  there.flags.dynamic &&
  isMap(there) === map &&
  there.flags.constant === flags.constant &&
  there.flags.interval === flags.interval &&
  there.flags.timeout === flags.timeout;

function refuseSize(cmd: Command, { type }: KeyInfo, ctx: CommandContext): void {
  const message = `unqualified type ${type.name} specified in ${cmd.object} definition. Try "typeof expression" instead of "type datatype".`;
  report(ctx, message, blockPlace(cmd));
}

function readData(spec: DataSpec, check: CheckContext): KeyInfo | string | undefined {
  return spec.by === 'object' ? spec.object.text : checkKeySpec(spec, check);
}

function dataOf(data: KeyInfo | string | undefined): Partial<NewSet> {
  if (data === undefined) return {};
  if (typeof data === 'string') return { object: data };
  const { type, bits, expr } = data;
  return { data: type, dataBits: bits, ...(expr && { dataExpr: expr }) };
}

function readStatements(block: SetBlock, check: CheckContext): Statement[] | undefined {
  const read = (block.statements ?? []).map((s) => check.statement(s));
  return read.includes(undefined) ? undefined : read.flatMap((s) => s ?? []);
}

function target(cmd: Command, ctx: CommandContext): NftSet | Refusal {
  const { handle, name } = cmd.handle;
  const table = tableOf(ctx.tx, familyOf(cmd), tableName(cmd));
  if (isRefusal(table)) return table;
  const found = member(
    table.sets,
    {
      family: familyOf(cmd),
      table: tableName(cmd),
      ...(handle && { handle: Number(handle.value) }),
    },
    name?.text ?? '',
    'set',
  );
  return !isRefusal(found) && found.flags.anonymous ? refuse('ENOENT', 'set') : found;
}

export function removeSet(cmd: Command, ctx: CommandContext): void {
  const set = target(cmd, ctx);
  if (!isRefusal(set)) answered(ctx, cmd, deleteSet(ctx.tx, set));
  else if (!isDestroyed(cmd, set)) answered(ctx, cmd, set);
}
