/**
 * Chains: made, changed, renamed and deleted. Mirrors nf_tables_newchain and nf_tables_delchain.
 */
import type { Family } from '../../../parser/ast.ts';
import { type Refusal, refuse } from '../errno.ts';
import type { BaseChain, Chain, Table } from '../store.ts';
import { insertInto, removeFrom, type Transaction } from '../transaction.ts';
import { atDevices, hasType, hookNumber, isSupported } from './chain-type.ts';
import { isRefusal, tableOf } from './lookup.ts';
import { renameReferences } from './reference.ts';
import { deleteRule } from './rule.ts';

export interface NewChain {
  readonly family: Family;
  readonly table: string;
  readonly name: string;
  readonly hook?: {
    readonly type: string;
    readonly hook: string;
    readonly priority: number;
    readonly devices: readonly string[];
  };
  readonly policy?: 'accept' | 'drop';
  readonly offload: boolean;
  readonly comment?: string;
  readonly exclusive: boolean;
  /** The body of `jump { … }`. */
  readonly anonymous?: boolean;
}

export function newChain(tx: Transaction, spec: NewChain): Refusal | undefined {
  const table = tableOf(tx, spec.family, spec.table);
  if (isRefusal(table)) return table;
  const old = table.chains.get(spec.name);
  if (spec.policy && (old ? !old.base : !spec.hook)) return refuse('EOPNOTSUPP', 'policy');
  if (!old) return addChain(tx, table, spec);
  if (spec.exclusive) return refuse('EEXIST', 'name');
  return updateChain(tx, old, spec);
}

function addChain(tx: Transaction, table: Table, spec: NewChain): Refusal | undefined {
  if (spec.hook && tx.toggled.has(table)) return refuse('EINVAL');
  if (spec.offload && !spec.hook) return refuse('EOPNOTSUPP');
  const base = spec.hook && baseChain(tx, spec, spec.hook);
  if (base && isRefusal(base)) return base;
  const chain: Chain = {
    table,
    name: spec.name,
    handle: table.nextHandle++,
    ...(spec.comment !== undefined && { comment: spec.comment }),
    rules: [],
    use: 0,
    ...(base && { base }),
    anonymous: spec.anonymous ?? false,
  };
  insertInto(tx, table.chains, chain.name, chain);
  tx.changed({ what: 'chain', change: 'new', chain, exclusive: spec.exclusive });
  if (base?.offload && base.devices.some((d) => !tx.machine.canOffload(d))) {
    return refuse('EOPNOTSUPP');
  }
  return undefined;
}

/** Mirrors nft_chain_parse_hook. */
function baseChain(
  tx: Transaction,
  spec: NewChain,
  hook: NonNullable<NewChain['hook']>,
): BaseChain | Refusal {
  const { profile } = tx.machine;
  if (!hasType(profile, spec.family, hook.type)) return refuse('ENOENT', 'type');
  const { type, priority, devices } = hook;
  const hooknum = hookNumber(spec.family, hook.hook);
  if (hooknum === undefined || !isSupported(profile, spec.family, type, hook.hook, priority)) {
    return refuse('EOPNOTSUPP', 'hook');
  }
  const refusal = checkDevices(tx, spec.family, hook.hook, devices);
  if (refusal) return refusal;
  const policy = spec.policy ?? 'accept';
  return { type, hook: hook.hook, hooknum, priority, policy, devices, offload: spec.offload };
}

function checkDevices(
  tx: Transaction,
  family: Family,
  hook: string,
  devices: readonly string[],
): Refusal | undefined {
  if (!atDevices(family, hook)) return devices.length > 0 ? refuse('EOPNOTSUPP') : undefined;
  if (devices.length === 0 && !tx.machine.profile.chainDevicesChange) return refuse('EINVAL');
  return refuseDevices(tx, devices);
}

/** Devices that are not there, or named twice (nf_tables_parse_netdev_hooks). */
export function refuseDevices(tx: Transaction, devices: readonly string[]): Refusal | undefined {
  for (const [i, device] of devices.entries()) {
    if (tx.machine.ifindex(device) === undefined) return refuse('ENOENT', 'device', i);
    if (devices.indexOf(device) < i) return refuse('EEXIST', 'device', devices.indexOf(device));
  }
  return undefined;
}

/** Mirrors nf_tables_updchain: policy and devices may change, the hook may not. */
function updateChain(tx: Transaction, chain: Chain, spec: NewChain): Refusal | undefined {
  if (spec.offload !== (chain.base?.offload ?? false) && (spec.offload || spec.hook)) {
    return refuse('EOPNOTSUPP');
  }
  let added: readonly string[] = [];
  if (spec.hook) {
    const { hook } = spec;
    if (!chain.base) return refuse('EEXIST', 'name');
    const next = baseChain(tx, spec, hook);
    if (isRefusal(next)) return next;
    const same = next.type === chain.base.type && next.hook === chain.base.hook;
    if (!same || next.priority !== chain.base.priority) return refuse('EEXIST', 'name');
    const { devices } = chain.base;
    added = next.devices.filter((d) => !devices.includes(d));
    const changes = added.length > 0 || next.devices.length !== devices.length;
    if (changes && !tx.machine.profile.chainDevicesChange) return refuse('EEXIST', 'name');
    if (added.length > 0) tx.set(chain.base, 'devices', [...devices, ...added]);
  }
  const { base } = chain;
  const policy = spec.policy;
  if (base && policy && policy !== base.policy) tx.set(base, 'policy', policy);
  tx.changed({ what: 'chain', change: 'update', chain, added, removed: [] });
  return undefined;
}

/** Commands that come after it in the batch still find the chain by its old name. */
export function renameChain(tx: Transaction, chain: Chain, name: string): Refusal | undefined {
  const { table } = chain;
  const promised = tx.changes.some(
    (c) =>
      c.what === 'chain' && c.change === 'update' && c.chain.table === table && c.renamed === name,
  );
  if (promised || table.chains.has(name)) return refuse('EEXIST', 'name');
  tx.changed({ what: 'chain', change: 'update', chain, renamed: name, added: [], removed: [] });
  tx.atCommit(() => {
    const old = chain.name;
    const entries = [...table.chains].map(([k, c]) => [k === old ? name : k, c] as const);
    table.chains.clear();
    for (const [k, c] of entries) table.chains.set(k, c);
    chain.name = name;
    renameReferences(table, old, name);
  });
  return undefined;
}

/** With its rules; refused while others name it. */
export function deleteChain(tx: Transaction, chain: Chain): Refusal | undefined {
  for (const rule of [...chain.rules]) deleteRule(tx, rule);
  if (chain.use > 0) return refuse('EBUSY', 'name');
  removeFrom(tx, chain.table.chains, chain.name);
  tx.changed({ what: 'chain', change: 'del', chain });
  return undefined;
}

/** `delete chain t c { devices = { … }; }`: the chain leaves these devices. */
export function deleteChainDevices(
  tx: Transaction,
  chain: Chain,
  devices: readonly string[],
): Refusal | undefined {
  if (!chain.base) return refuse('EOPNOTSUPP');
  const { base } = chain;
  for (const [i, device] of devices.entries()) {
    if (!base.devices.includes(device)) return refuse('ENOENT', 'device', i);
  }
  const rest = base.devices.filter((d) => !devices.includes(d));
  tx.set(base, 'devices', rest);
  const removed = devices;
  tx.changed({ what: 'chain', change: 'update', chain, added: [], removed });
  return undefined;
}
