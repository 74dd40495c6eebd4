/** `add chain`, `delete chain`, `flush chain`, `rename chain`. Mirrors chain_evaluate of nft. */
import type { ChainBlock, Command, Expr, HookSpec, Span } from '../../../parser/ast.ts';
import { refuse } from '../errno.ts';
import { deleteChain, deleteChainDevices, newChain, renameChain } from '../kernel/chain.ts';
import {
  atDevices,
  CHAIN_TYPES,
  HOOK_NAMES,
  hookNumber,
  isSupported,
} from '../kernel/chain-type.ts';
import { chainOf, isRefusal, tableOf } from '../kernel/lookup.ts';
import { deleteRule } from '../kernel/rule.ts';
import type { Request } from '../request.ts';
import type { Chain } from '../store.ts';
import {
  answered,
  type CommandContext,
  familyOf,
  isDestroyed,
  report,
  reportUnread,
  tableIn,
  tableName,
} from './context.ts';
import { type Device, readDevices } from './device.ts';
import { noChain, noTable } from './hint.ts';
import { readPriority } from './priority-expression.ts';
import { wordOf } from './word-expression.ts';

interface Hook {
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
  readonly devices: readonly Device[];
}

export function addChain(cmd: Command, ctx: CommandContext): void {
  const block = cmd.block as ChainBlock | undefined;
  const family = familyOf(cmd);
  if (!tableIn(ctx, cmd)) {
    noTable(ctx, cmd);
    return;
  }
  const old = tableIn(ctx, cmd)?.chains.get(cmd.handle.chain?.text ?? '');
  const hook = block && readHook(block, old, cmd, ctx);
  if (hook === null) return;
  const policy = block?.policy && readPolicy(block.policy, cmd, ctx);
  if (block?.policy && !policy) return;
  ctx.requests.push(requestFor(cmd.handle.chain?.text ?? '', cmd));
  const answer = newChain(ctx.tx, {
    family,
    table: tableName(cmd),
    name: cmd.handle.chain?.text ?? '',
    ...(hook && { hook: { ...hook, devices: hook.devices.map((d) => d.name) } }),
    ...(policy && { policy }),
    offload: block?.flags?.some((f) => f.text === 'offload') ?? false,
    ...(block?.comment && { comment: block.comment.text }),
    exclusive: cmd.verb === 'create',
  });
  if (answer && block?.hook && hook) {
    const message = hookMessage(ctx, cmd, block.hook, hook, answer.errno, old);
    if (message) {
      ctx.refused.push({ severity: 'error', ...message });
      return;
    }
  }
  answered(ctx, cmd, answer, {
    policy: block?.policy && policySpan(block.policy),
    device: hook?.devices.map((d) => d.span),
    type: block?.hook?.type.span,
  });
}

const requestFor = (chain: string, cmd: Command): Request => ({
  what: 'chain',
  family: familyOf(cmd),
  table: tableName(cmd),
  chain,
});

const policySpan = (policy: Expr): Span => ({
  ...policy.span,
  start: policy.span.start - 'policy '.length,
});

/** What nft says in place of the kernel's number (nft_cmd_chain_error). */
function hookMessage(
  ctx: CommandContext,
  cmd: Command,
  spec: HookSpec,
  hook: Hook,
  errno: string,
  old: Chain | undefined,
): { message: string; spans: Span[] } | undefined {
  const family = familyOf(cmd);
  const elsewhere = old?.base?.hook !== hook.hook || old.base.priority !== hook.priority;
  if (errno === 'EEXIST' && cmd.verb !== 'create' && old?.base && elsewhere) {
    const where = `in table ${family} '${tableName(cmd)}'`;
    const message = `Chain "${old.name}" already exists ${where} with different declaration`;
    return { message, spans: [spec.span] };
  }
  if (errno === 'EOPNOTSUPP' && old) {
    const where = `in table ${family} '${tableName(cmd)}'`;
    const message = `Chain "${old.name}" already exists ${where} with different declaration`;
    return { message, spans: [spec.span] };
  }
  const { profile } = ctx.tx.machine;
  if (errno !== 'EOPNOTSUPP') return;
  if (isSupported(profile, family, hook.type, hook.hook, hook.priority)) return;
  const above = CHAIN_TYPES[hook.type]?.above;
  if (above !== undefined && hook.priority <= above) {
    const message = `Chains of type "${hook.type}" must have a priority value above ${above}`;
    return { message, spans: [spec.priority.span] };
  }
  const perhaps = 'is not supported, perhaps kernel support is missing?';
  return { message: `Chain of type "${hook.type}" ${perhaps}`, spans: [spec.span] };
}

/** undefined: not a base chain; null: something is wrong with it. */
function readHook(
  block: ChainBlock,
  old: Chain | undefined,
  cmd: Command,
  ctx: CommandContext,
): Hook | undefined | null {
  const family = familyOf(cmd);
  const spec = block.hook;
  const devices = [...(spec?.devices ?? []), ...(block.devices ?? [])];
  if (!spec) return devices.length > 0 ? devicesOnly(devices, old, ctx) : undefined;
  const { type, hook } = spec;
  if (!(type.text in CHAIN_TYPES)) report(ctx, 'unknown chain type', type.span);
  else if (!HOOK_NAMES.has(hook.text)) reportUnread(ctx, 'unknown chain hook', hook.span);
  else if (hookNumber(family, hook.text) === undefined) {
    report(ctx, `The ${family} family does not support this hook`, hook.span);
  } else return readBase(spec, devices, cmd, ctx);
  return null;
}

function readBase(
  spec: HookSpec,
  devices: readonly Expr[],
  cmd: Command,
  ctx: CommandContext,
): Hook | null {
  const family = familyOf(cmd);
  const { type, hook } = spec;
  const priority = readPriority(spec.priority, family, hook.text, ctx);
  if (priority === undefined) return null;
  if (devices.length > 0 && !atDevices(family, hook.text)) {
    const [first] = devices;
    const span = { ...first!.span, start: first!.span.start - 'device '.length };
    report(ctx, 'This chain type cannot be bound to device', span);
    return null;
  }
  const names = readDevices(devices, ctx);
  return names ? { type: type.text, hook: hook.text, priority, devices: names } : null;
}

/** `add chain t c { devices = { … }; }`: a chain that is there gets more devices. */
function devicesOnly(
  devices: readonly Expr[],
  old: Chain | undefined,
  ctx: CommandContext,
): Hook | undefined | null {
  const names = readDevices(devices, ctx);
  if (!names) return null;
  if (!old?.base) return undefined;
  const { type, hook, priority } = old.base;
  return { type, hook, priority, devices: names };
}

const isPolicy = (text: string | undefined): text is 'accept' | 'drop' =>
  text === 'accept' || text === 'drop';
const wrongPolicy = (text: string) => (isPolicy(text) ? undefined : 'wrong policy');

function readPolicy(
  node: Expr,
  { handle, span }: Command,
  ctx: CommandContext,
): 'accept' | 'drop' | undefined {
  const { text, kind } = wordOf(node, 'policy', ctx, wrongPolicy);
  if (isPolicy(text)) return text;
  return report(ctx, `invalid policy expression ${kind}`, handle.chain?.span ?? span);
}

/** The chain that a command names, or names by handle. */
function target(cmd: Command, ctx: CommandContext) {
  const { handle, chain } = cmd.handle;
  const table = tableOf(ctx.tx, familyOf(cmd), tableName(cmd));
  if (isRefusal(table)) return table;
  return chainOf(table, {
    family: familyOf(cmd),
    table: tableName(cmd),
    ...(chain && { name: chain.text }),
    ...(handle && { handle: Number(handle.value) }),
  });
}

export function removeChain(cmd: Command, ctx: CommandContext): void {
  const chain = target(cmd, ctx);
  if (isRefusal(chain)) {
    if (!isDestroyed(cmd, chain)) answered(ctx, cmd, chain);
    return;
  }
  const block = cmd.block as ChainBlock | undefined;
  const given = [...(block?.hook?.devices ?? []), ...(block?.devices ?? [])];
  if (given.length === 0) {
    answered(ctx, cmd, chain.anonymous ? refuse('EOPNOTSUPP') : deleteChain(ctx.tx, chain));
    return;
  }
  const devices = readDevices(given, ctx);
  if (!devices) return;
  answered(
    ctx,
    cmd,
    deleteChainDevices(
      ctx.tx,
      chain,
      devices.map((d) => d.name),
    ),
  );
}

export function flushChain(cmd: Command, ctx: CommandContext): void {
  const chain = target(cmd, ctx);
  if (!answered(ctx, cmd, chain)) return;
  for (const rule of [...chain.rules]) deleteRule(ctx.tx, rule);
}

export function rename(cmd: Command, ctx: CommandContext): void {
  const chain = target(cmd, ctx);
  if (isRefusal(chain)) {
    // nft itself finds that it is not there.
    if (chain.at === 'table') noTable(ctx, cmd);
    else noChain(ctx, cmd);
    return;
  }
  const { newName } = cmd;
  if (!newName) return;
  ctx.requests.push(requestFor(newName.text, cmd));
  const renamed = ctx.tx.isNew(chain.table, chain.handle)
    ? refuse('ENOENT', 'name')
    : renameChain(ctx.tx, chain, newName.text);
  answered(ctx, cmd, renamed, { name: cmd.span });
}
