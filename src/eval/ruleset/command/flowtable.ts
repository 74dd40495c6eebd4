/** `add flowtable`, `delete flowtable`. */
import type { Command, FlowtableBlock } from '../../../parser/ast.ts';
import { type Refusal, refuse } from '../errno.ts';
import { HOOK_NAMES, hookNumber } from '../kernel/chain-type.ts';
import {
  deleteFlowtable,
  deleteFlowtableDevices,
  type NewFlowtable,
  newFlowtable,
} from '../kernel/flowtable.ts';
import { isRefusal, tableOf } from '../kernel/lookup.ts';
import type { Flowtable } from '../store.ts';
import {
  answered,
  blockPlace,
  type CommandContext,
  familyOf,
  isDestroyed,
  report,
  reportUnread,
  tableIn,
  tableName,
} from './context.ts';
import { readDevices } from './device.ts';
import { noTable } from './hint.ts';
import { readPriority } from './priority-expression.ts';

const FLAGS: ReadonlySet<string> = new Set(['offload']);

export function addFlowtable(cmd: Command, ctx: CommandContext): void {
  if (!tableIn(ctx, cmd)) {
    noTable(ctx, cmd);
    return;
  }
  const block = cmd.block as FlowtableBlock | undefined;
  const hook = block?.hook;
  const span = blockPlace(cmd);
  if (hook && !HOOK_NAMES.has(hook.hook.text)) {
    reportUnread(ctx, 'unknown chain hook', hook.hook.span);
    return;
  }
  if (block && !hook && !block.devices) {
    report(ctx, 'missing hook and priority in flowtable declaration', span);
    return;
  }
  if (hook && hookNumber('netdev', hook.hook.text) === undefined) {
    report(ctx, `invalid hook ${hook.hook.text}`, span);
    return;
  }
  for (const flag of block?.flags ?? []) {
    if (!FLAGS.has(flag.text)) report(ctx, `unknown flowtable option ${flag.text}`, flag.span);
  }
  const place = readHook(hook, ctx);
  const devices = readDevices(block?.devices ?? [], ctx);
  if (!place || !devices) return;
  const spec: NewFlowtable = {
    family: familyOf(cmd),
    table: tableName(cmd),
    name: cmd.handle.name?.text ?? '',
    ...place,
    devices: devices.map((d) => d.name),
    offload: block?.flags?.some((f) => f.text === 'offload') ?? false,
    counter: block?.counter ?? false,
    exclusive: cmd.verb === 'create',
  };
  ctx.requests.push({ what: 'flowtable', spec });
  const answer = newFlowtable(ctx.tx, spec);
  answered(ctx, cmd, answer, { device: devices.map((d) => d.span) });
}

/** The hook and priority that are told to the kernel; undefined: reported. */
function readHook(
  hook: FlowtableBlock['hook'],
  ctx: CommandContext,
): Pick<NewFlowtable, 'hook' | 'priority'> | undefined {
  if (!hook) return ctx.tx.machine.profile.nftFillsHook ? { hook: 'ingress', priority: 0 } : {};
  const { text } = hook.hook;
  const priority = readPriority(hook.priority, 'netdev', text, ctx, '');
  return priority === undefined ? undefined : { hook: text, priority };
}

function target(cmd: Command, ctx: CommandContext): Flowtable | Refusal {
  const table = tableOf(ctx.tx, familyOf(cmd), tableName(cmd));
  if (isRefusal(table)) return table;
  const { handle, name } = cmd.handle;
  if (!handle) return table.flowtables.get(name?.text ?? '') ?? refuse('ENOENT', 'name');
  const found = [...table.flowtables.values()].find((f) => f.handle === Number(handle.value));
  return found ?? refuse('ENOENT', 'handle');
}

export function removeFlowtable(cmd: Command, ctx: CommandContext): void {
  const flowtable = target(cmd, ctx);
  if (isRefusal(flowtable)) {
    if (!isDestroyed(cmd, flowtable)) answered(ctx, cmd, flowtable);
    return;
  }
  const given = (cmd.block as FlowtableBlock | undefined)?.devices ?? [];
  if (given.length === 0) {
    answered(ctx, cmd, deleteFlowtable(ctx.tx, flowtable));
    return;
  }
  const devices = readDevices(given, ctx);
  if (!devices) return;
  const names = devices.map((d) => d.name);
  answered(ctx, cmd, deleteFlowtableDevices(ctx.tx, flowtable, names));
}
