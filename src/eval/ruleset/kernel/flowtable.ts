/**
 * Flowtables: made, given and taken devices, deleted. Mirrors nf_tables_newflowtable and
 * nf_tables_delflowtable.
 */
import type { Family } from '../../../parser/ast.ts';
import { type Refusal, refuse } from '../errno.ts';
import type { Flowtable, Table } from '../store.ts';
import { insertInto, removeFrom, type Transaction } from '../transaction.ts';
import { refuseDevices } from './chain.ts';
import { isRefusal, tableOf } from './lookup.ts';

export interface NewFlowtable {
  readonly family: Family;
  readonly table: string;
  readonly name: string;
  /** Without these an update leaves them as they are. */
  readonly hook?: string;
  readonly priority?: number;
  readonly devices: readonly string[];
  readonly offload: boolean;
  readonly counter: boolean;
  readonly exclusive: boolean;
}

/** Families with a flowtable type (nf_flow_table_inet.c and its like). */
const FAMILIES: readonly Family[] = ['ip', 'ip6', 'inet'];
const INGRESS = 0;

export function newFlowtable(tx: Transaction, spec: NewFlowtable): Refusal | undefined {
  const table = tableOf(tx, spec.family, spec.table);
  if (isRefusal(table)) return table;
  const old = table.flowtables.get(spec.name);
  if (old) return spec.exclusive ? refuse('EEXIST', 'name') : updateFlowtable(tx, old, spec);
  const handle = table.nextHandle++;
  if (!FAMILIES.includes(spec.family)) return refuse('ENOENT');
  const { hook, priority } = spec;
  if (hook === undefined || priority === undefined) return refuse('ENOENT', 'name');
  if (hook !== 'ingress') return refuse('EOPNOTSUPP');
  const refusal = refuseDevices(tx, spec.devices) ?? bind(tx, table, spec, spec.devices);
  if (refusal) return refusal;
  const flowtable: Flowtable = {
    table,
    name: spec.name,
    handle,
    hook,
    hooknum: INGRESS,
    priority,
    devices: spec.devices,
    offload: spec.offload,
    counter: counts(tx, spec),
    use: 0,
  };
  insertInto(tx, table.flowtables, flowtable.name, flowtable);
  tx.changed({ what: 'flowtable', change: 'new', flowtable, exclusive: spec.exclusive });
  return undefined;
}

/** A kernel that does not know the flag passes it over. */
const counts = ({ machine }: Transaction, { counter }: NewFlowtable): boolean =>
  counter && machine.profile.flowtableCounter;

/** Mirrors nft_register_flowtable_net_hooks: a device is in one flowtable of a table. */
function bind(
  tx: Transaction,
  table: Table,
  spec: NewFlowtable,
  devices: readonly string[],
): Refusal | undefined {
  const bound: string[] = [];
  for (const device of devices) {
    const errno = bindErrno(tx, table, spec, device);
    if (errno) {
      if (tx.machine.profile.flowtableKeepsBinding) for (const d of bound) keepBound(tx, d);
      return refuse(errno);
    }
    if (spec.offload) bound.push(device);
  }
  return undefined;
}

function bindErrno(tx: Transaction, table: Table, spec: NewFlowtable, device: string) {
  for (const other of table.flowtables.values()) {
    if (other.devices.includes(device)) return 'EEXIST';
  }
  if (!spec.offload) return undefined;
  if (tx.ruleset.boundDevices.has(device)) return 'EBUSY';
  return tx.machine.canOffload(device) ? undefined : 'EOPNOTSUPP';
}

/** The driver is not told that the flowtable came to nothing, whatever becomes of the batch. */
const keepBound = ({ ruleset }: Transaction, device: string): void => {
  ruleset.boundDevices.add(device);
};

/** Mirrors nft_flowtable_update: hook, priority and offload stay, devices come, counter as said. */
function updateFlowtable(
  tx: Transaction,
  flowtable: Flowtable,
  spec: NewFlowtable,
): Refusal | undefined {
  const { hook = flowtable.hook, priority = flowtable.priority } = spec;
  if (hook !== flowtable.hook || priority !== flowtable.priority) return refuse('EOPNOTSUPP');
  const refusal = refuseDevices(tx, spec.devices);
  if (refusal) return refusal;
  const added = spec.devices.filter((d) => !flowtable.devices.includes(d));
  if (spec.offload !== flowtable.offload) return refuse('EOPNOTSUPP');
  const taken = bind(tx, flowtable.table, spec, added);
  if (taken) return taken;
  tx.set(flowtable, 'devices', [...flowtable.devices, ...added]);
  tx.set(flowtable, 'counter', counts(tx, spec));
  tx.changed({ what: 'flowtable', change: 'update', flowtable, added, removed: [] });
  return undefined;
}

export function deleteFlowtable(tx: Transaction, flowtable: Flowtable): Refusal | undefined {
  if (flowtable.use > 0) return refuse('EBUSY', 'name');
  removeFrom(tx, flowtable.table.flowtables, flowtable.name);
  tx.changed({ what: 'flowtable', change: 'del', flowtable });
  return undefined;
}

/** `delete flowtable t f { devices = { … }; }` */
export function deleteFlowtableDevices(
  tx: Transaction,
  flowtable: Flowtable,
  devices: readonly string[],
): Refusal | undefined {
  if (tx.machine.profile.flowtableGivesAtZero && flowtable.priority !== 0) {
    return refuse('EOPNOTSUPP');
  }
  for (const [i, device] of devices.entries()) {
    if (!flowtable.devices.includes(device)) return refuse('ENOENT', 'device', i);
  }
  const removed = devices;
  tx.set(
    flowtable,
    'devices',
    flowtable.devices.filter((d) => !devices.includes(d)),
  );
  tx.changed({ what: 'flowtable', change: 'update', flowtable, added: [], removed });
  return undefined;
}
