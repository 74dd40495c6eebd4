/**
 * The table as plain data, for a machine that is put away and taken up again.
 *
 * Times are relative to the moment of the dump: jiffies that are left, µs since. Rows may change;
 * references of packets and flows are not kept (who restores them takes their own), nor connections
 * that are not confirmed. Other cells that are 0 are left out.
 */
import { NONE } from '../packet.ts';
import { enterTable } from './confirm.ts';
import type { ConntrackCore } from './core.ts';
import type { Expectation } from './expect.ts';
import { addHelp } from './helper/helper.ts';
import { helperOf } from './helper/index.ts';
import type { SeqAdjust } from './seqadj.ts';
import type { Stats } from './stats.ts';
import { IPS_CONFIRMED, IPS_NAT_CLASH } from './status.ts';
import type { SynproxyState } from './synproxy.ts';
import { COLUMN_WIDTHS, type ColumnName } from './table.ts';
import { newTuple, type Tuple, tupleL3num, tupleProtonum } from './tuple.ts';

const DUMP_VERSION = 1;

/** Columns that are made anew. */
const NOT_KEPT: readonly ColumnName[] = [
  'use',
  'next',
  'prev',
  'master',
  'eventMask',
  'eventCache',
];
const KEPT = (Object.keys(COLUMN_WIDTHS) as ColumnName[]).filter((c) => !NOT_KEPT.includes(c));
/** Columns that hold jiffies, and those that hold µs. */
const JIFFIES: readonly ColumnName[] = ['timeout', 'streamTs'];
const MICROSECONDS: readonly ColumnName[] = ['start', 'stop'];

interface EntryDump {
  readonly columns: Readonly<Partial<Record<ColumnName, readonly number[]>>>;
  /** Place of the master among the entries. */
  readonly master?: number;
  readonly helper?: string;
  readonly helperData?: unknown;
  readonly labels?: readonly number[];
  readonly policy?: readonly number[];
  readonly seqadj?: SeqAdjust;
  readonly synproxy?: SynproxyState;
}

interface ExpectationDump {
  readonly master: number;
  readonly tuple: readonly number[];
  readonly mask: readonly number[];
  readonly zone: number;
  readonly class: number;
  readonly flags: number;
  readonly timeout: number;
  readonly assignHelper?: string;
  readonly follow: Expectation['follow'];
}

export interface ConntrackDump {
  readonly version: number;
  readonly serials: number;
  readonly stats: Stats;
  readonly entries: readonly EntryDump[];
  readonly expectations: readonly ExpectationDump[];
}

/** What is left of `value`, or how long ago it was; NONE stays. */
function shift(ct: ConntrackCore, name: ColumnName, value: number, sign: 1 | -1): number {
  if (JIFFIES.includes(name)) return value + sign * ct.jiffies;
  if (MICROSECONDS.includes(name) && value !== NONE) return value + sign * ct.netns.clock.now;
  return value;
}

function dumpColumns(ct: ConntrackCore, row: number): EntryDump['columns'] {
  const columns: Partial<Record<ColumnName, readonly number[]>> = {};
  for (const name of KEPT) {
    const width = COLUMN_WIDTHS[name];
    const cells = [...ct.table[name].subarray(row * width, (row + 1) * width)];
    const timed = JIFFIES.includes(name) || MICROSECONDS.includes(name);
    if (timed || cells.some((cell) => cell !== 0))
      columns[name] = cells.map((cell) => shift(ct, name, cell, -1));
  }
  return columns;
}

function dumpEntry(ct: ConntrackCore, row: number, places: ReadonlyMap<number, number>): EntryDump {
  const help = ct.help.get(row);
  const labels = ct.labels.get(row);
  const policy = ct.policies.get(row);
  return {
    columns: dumpColumns(ct, row),
    master: places.get(ct.table.master[row]!),
    helper: help?.helper?.name,
    helperData: help?.data ?? undefined,
    labels: labels && [...labels],
    policy: policy && [...policy.timeouts],
    seqadj: ct.seqadj.get(row),
    synproxy: ct.synproxies.get(row),
  };
}

/** The table now; expired entries are collected on the way. */
export function dumpConntrack(ct: ConntrackCore): ConntrackDump {
  const rows = ct.rows();
  const places = new Map(rows.map((row, place) => [row, place]));
  const expectations = ct.expectations
    .list()
    .filter((exp) => places.has(exp.master))
    .map((exp) => ({
      master: places.get(exp.master)!,
      tuple: [...exp.tuple],
      mask: [...exp.mask],
      zone: exp.zone,
      class: exp.class,
      flags: exp.flags,
      timeout: exp.timeout - ct.jiffies,
      assignHelper: exp.assignHelper?.name,
      follow: exp.follow,
    }));
  return {
    version: DUMP_VERSION,
    serials: ct.table.serials,
    stats: { ...ct.stats },
    entries: rows.map((row) => dumpEntry(ct, row, places)),
    expectations,
  };
}

function restoreEntry(ct: ConntrackCore, dump: EntryDump): number {
  const { table } = ct;
  const row = table.alloc();
  for (const name of KEPT) {
    const cells = dump.columns[name];
    const at = row * COLUMN_WIDTHS[name];
    if (cells)
      for (const [i, cell] of cells.entries()) table[name][at + i] = shift(ct, name, cell, 1);
  }
  const start = table.start[row]!;
  enterTable(ct, row, (table.status[row]! & IPS_NAT_CLASH) !== 0);
  table.start[row] = start;
  if (dump.helper !== undefined || dump.helperData !== undefined) {
    const help = addHelp(ct, row);
    help.helper = helperOf(dump.helper ?? '', ct.protonum(row), ct.l3num(row)) ?? null;
    help.data = dump.helperData ?? null;
  }
  if (dump.labels) ct.labels.set(row, Uint32Array.from(dump.labels));
  if (dump.seqadj) ct.seqadj.set(row, dump.seqadj);
  if (dump.synproxy) ct.synproxies.set(row, dump.synproxy);
  if (dump.policy) {
    const timeouts = Float64Array.from(dump.policy);
    ct.policies.set(row, { protonum: ct.protonum(row), timeouts, restored: true });
  }
  return row;
}

const tupleFrom = (words: readonly number[]): Tuple => {
  const tuple = newTuple();
  tuple.set(words.slice(0, tuple.length));
  return tuple;
};

function restoreExpectation(ct: ConntrackCore, dump: ExpectationDump, master: number): void {
  const tuple = tupleFrom(dump.tuple);
  const { class: cls, flags, zone, follow } = dump;
  const timeout = ct.jiffies + dump.timeout;
  const name = dump.assignHelper;
  const assignHelper =
    name === undefined ? undefined : helperOf(name, tupleProtonum(tuple), tupleL3num(tuple));
  ct.expectations.restore({
    master,
    tuple,
    mask: tupleFrom(dump.mask),
    zone,
    class: cls,
    flags,
    timeout,
    timer: null,
    follow,
    helper: ct.help.get(master)?.helper ?? null,
    assignHelper: assignHelper ?? null,
  });
}

/** Fills an empty table. False: not a dump of this version. */
export function restoreConntrack(ct: ConntrackCore, dump: ConntrackDump): boolean {
  if (dump.version !== DUMP_VERSION) return false;
  const { table } = ct;
  const rows = dump.entries.map((entry) => restoreEntry(ct, entry));
  for (const [place, { master }] of dump.entries.entries()) {
    if (master === undefined || rows[master] === undefined) continue;
    table.master[rows[place]!] = rows[master];
    ct.hold(rows[master]);
  }
  for (const exp of dump.expectations) {
    const master = rows[exp.master];
    if (master !== undefined && table.status[master]! & IPS_CONFIRMED)
      restoreExpectation(ct, exp, master);
  }
  table.serials = dump.serials;
  Object.assign(ct.stats, dump.stats);
  return true;
}
