/**
 * A connection as `conntrack -L` prints it. Mirrors snprintf_default.c of libnetfilter_conntrack.
 */
import { HZ } from '../../clock.ts';
import { NONE } from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import { DCCP_STATE_NAMES } from '../proto/dccp-state.ts';
import { SCTP_HEARTBEAT_SENT, SCTP_STATE_NAMES } from '../proto/sctp-state.ts';
import {
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPS_ASSURED,
  IPS_HW_OFFLOAD,
  IPS_OFFLOAD,
  IPS_SEEN_REPLY,
  ZONE_DIR_BOTH,
  ZONE_DIR_ORIG,
  ZONE_DIR_REPL,
} from '../status.ts';
import { TUPLE_WORDS } from '../tuple.ts';
import { formatTuple, l3protoColumns, protoColumns, shortAddress } from './tuple.ts';

export interface LineOptions {
  /** -o extended: the layer 3 columns. */
  readonly extended?: boolean;
  readonly id?: boolean;
  /** -o ktimestamp: when it began (and ended); the text of µs since the start of the run. */
  readonly ktimestamp?: (us: number) => string;
  /** -o labels: names by bit. */
  readonly labels?: ReadonlyMap<number, string>;
}

/** Parts of a line that events may leave out. */
export interface LineParts {
  readonly timeout: boolean;
  readonly state: boolean;
  readonly counters: boolean;
  readonly mark: boolean;
  /** When it began and ended. */
  readonly times: boolean;
  readonly helper: boolean;
  readonly use: boolean;
}

const EVERYTHING: LineParts = {
  timeout: true,
  state: true,
  counters: true,
  mark: true,
  times: true,
  helper: true,
  use: true,
};

/** What a listing tells of an entry: of an offloaded one not what the flow keeps up. */
export const listedParts = (status: number): LineParts =>
  status & IPS_OFFLOAD ? { ...EVERYTHING, timeout: false, state: false } : EVERYTHING;

/** Whether an entry is still there so many jiffies from now. */
export const outlives = (ct: ConntrackCore, row: number, late: number): boolean =>
  late === 0 || ct.expires(row) > late;

/** Seconds that are left. */
export const secondsLeft = (ct: ConntrackCore, row: number): number =>
  Math.floor(ct.expires(row) / HZ);

/** [HW_OFFLOAD], [OFFLOAD] or [ASSURED]: one of them at most. */
export function statusTag(status: number): string {
  if (status & IPS_HW_OFFLOAD) return '[HW_OFFLOAD] ';
  if (status & IPS_OFFLOAD) return '[OFFLOAD] ';
  return status & IPS_ASSURED ? '[ASSURED] ' : '';
}

/** `packets=… bytes=… ` where the connection is counted. */
export function counters(ct: ConntrackCore, row: number, direction: number): string {
  const { table } = ct;
  if (!table.acct[row]) return '';
  const at = row * 2 + direction;
  return `packets=${table.packets[at]} bytes=${table.bytes[at]} `;
}

/** Whole seconds since it was confirmed, or until it died. */
export function secondsBetween(ct: ConntrackCore, row: number): number {
  const { start, stop } = ct.table;
  const end = stop[row] === NONE ? ct.netns.clock.now : stop[row]!;
  return Math.max(Math.floor((end - start[row]!) / 1_000_000), 0);
}

export function deltaTime(ct: ConntrackCore, row: number): string {
  return ct.table.start[row] === NONE ? '' : `delta-time=${secondsBetween(ct, row)} `;
}

/** The state that the protocol shows, with its blank. */
export function stateName(ct: ConntrackCore, row: number): string {
  return stateIn(ct, row, ct.tracker(row).stateNames);
}

const OLD_SCTP_NAMES = SCTP_STATE_NAMES.slice(0, SCTP_HEARTBEAT_SENT);

/**
 * The same as conntrack-tools say it: those before 1.4.7 do not know SCTP's HEARTBEAT_SENT, and take
 * DCCP's states for SCTP's.
 */
function listedState(ct: ConntrackCore, row: number): string {
  const { stateNames } = ct.tracker(row);
  const old = !ct.netns.profile.conntrackListsAll;
  if (old && (stateNames === DCCP_STATE_NAMES || stateNames === SCTP_STATE_NAMES))
    return stateIn(ct, row, OLD_SCTP_NAMES);
  return stateIn(ct, row, stateNames);
}

function stateIn(ct: ConntrackCore, row: number, names: readonly string[] | undefined): string {
  return names ? `${names[ct.table.state[row]!] ?? 'NONE'} ` : '';
}

export function formatLine(
  ct: ConntrackCore,
  row: number,
  options: LineOptions,
  parts: LineParts = listedParts(ct.table.status[row]!),
): string {
  const { table } = ct;
  const status = table.status[row]!;
  const zone = table.zone[row]!;
  const zoneDir = table.zoneDir[row]!;
  const base = row * 2 * TUPLE_WORDS;
  const counted = (direction: number) => (parts.counters ? counters(ct, row, direction) : '');
  let line = options.extended ? l3protoColumns(ct.l3num(row)) : '';
  line += protoColumns(ct.protonum(row));
  if (parts.timeout) line += `${secondsLeft(ct, row)} `;
  if (parts.state) line += listedState(ct, row);
  line += formatTuple(table.tuples, base, shortAddress);
  if (zone !== 0 && zoneDir === ZONE_DIR_ORIG) line += `zone-orig=${zone} `;
  line += counted(IP_CT_DIR_ORIGINAL);
  if (!(status & IPS_SEEN_REPLY)) line += '[UNREPLIED] ';
  line += formatTuple(table.tuples, base + TUPLE_WORDS, shortAddress);
  if (zone !== 0 && zoneDir === ZONE_DIR_REPL) line += `zone-reply=${zone} `;
  line += counted(IP_CT_DIR_REPLY) + statusTag(status);
  if (parts.mark) line += `mark=${table.mark[row]} `;
  if (zone !== 0 && zoneDir === ZONE_DIR_BOTH) line += `zone=${zone} `;
  return (line + tail(ct, row, options, parts)).trimEnd();
}

/** What stands behind the zone. */
function tail(ct: ConntrackCore, row: number, options: LineOptions, parts: LineParts): string {
  let line = '';
  if (parts.times) {
    line += deltaTime(ct, row);
    if (options.ktimestamp && ct.table.start[row] !== NONE)
      line += timestamps(ct, row, options.ktimestamp);
  }
  const helper = ct.help.get(row)?.helper;
  if (helper && parts.helper) line += `helper=${helper.name} `;
  if (parts.use) line += `use=${ct.table.use[row]} `;
  if (options.id) line += `id=${ct.id(row)} `;
  const labels = options.labels ? labelNames(ct, row, options.labels) : [];
  return labels.length > 0 ? `${line}labels=${labels.join(',')} ` : line;
}

function timestamps(ct: ConntrackCore, row: number, format: (us: number) => string): string {
  const { start, stop } = ct.table;
  const ended = stop[row] === NONE ? '' : `[stop=${format(stop[row]!)}] `;
  return `[start=${format(start[row]!)}] ${ended}`;
}

/** Names of the label bits that are set; a bit without a name is not told. */
export function labelNames(
  ct: ConntrackCore,
  row: number,
  names: ReadonlyMap<number, string>,
): string[] {
  const bits = ct.labels.get(row);
  if (!bits) return [];
  const set: string[] = [];
  for (const [bit, name] of [...names].sort(([a], [b]) => a - b))
    if ((bits[bit >> 5]! >>> (bit & 31)) & 1) set.push(name);
  return set;
}
