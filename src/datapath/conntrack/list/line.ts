/**
 * A connection as `conntrack -L` prints it. Mirrors snprintf_default.c of libnetfilter_conntrack.
 */
import { HZ } from '../../clock.ts';
import { NONE } from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import { dccp } from '../proto/dccp.ts';
import { SCTP_STATE_NAMES } from '../proto/sctp-state.ts';
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

/** What a destroy event leaves out: there is no timeout any more. */
export interface LineParts {
  readonly timeout?: boolean;
  readonly use?: boolean;
}

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
export function deltaTime(ct: ConntrackCore, row: number): string {
  const { start, stop } = ct.table;
  if (start[row] === NONE) return '';
  const end = stop[row] === NONE ? ct.netns.clock.now : stop[row]!;
  return `delta-time=${Math.max(Math.floor((end - start[row]!) / 1_000_000), 0)} `;
}

/** The state that the protocol shows, with its blank. */
export function stateName(ct: ConntrackCore, row: number): string {
  return stateIn(ct, row, ct.tracker(row).stateNames);
}

/** The same as conntrack-tools say it: those before 1.4.7 take DCCP's states for SCTP's. */
function listedState(ct: ConntrackCore, row: number): string {
  const tracker = ct.tracker(row);
  const mistaken = tracker === dccp && !ct.netns.profile.conntrackListsAll;
  return stateIn(ct, row, mistaken ? SCTP_STATE_NAMES : tracker.stateNames);
}

function stateIn(ct: ConntrackCore, row: number, names: readonly string[] | undefined): string {
  return names ? `${names[ct.table.state[row]!] ?? 'NONE'} ` : '';
}

export function formatLine(
  ct: ConntrackCore,
  row: number,
  options: LineOptions,
  { timeout = true, use = true }: LineParts = {},
): string {
  const { table } = ct;
  const status = table.status[row]!;
  const zone = table.zone[row]!;
  const zoneDir = table.zoneDir[row]!;
  const base = row * 2 * TUPLE_WORDS;
  const offloaded = (status & IPS_OFFLOAD) !== 0;
  const started = table.start[row] !== NONE;
  let line = options.extended ? l3protoColumns(ct.l3num(row)) : '';
  line += protoColumns(ct.protonum(row));
  if (timeout && !offloaded) line += `${secondsLeft(ct, row)} `;
  if (!offloaded && timeout) line += listedState(ct, row);
  line += formatTuple(table.tuples, base, shortAddress);
  if (zone !== 0 && zoneDir === ZONE_DIR_ORIG) line += `zone-orig=${zone} `;
  line += counters(ct, row, IP_CT_DIR_ORIGINAL);
  if (!(status & IPS_SEEN_REPLY)) line += '[UNREPLIED] ';
  line += formatTuple(table.tuples, base + TUPLE_WORDS, shortAddress);
  if (zone !== 0 && zoneDir === ZONE_DIR_REPL) line += `zone-reply=${zone} `;
  line += counters(ct, row, IP_CT_DIR_REPLY);
  line += `${statusTag(status)}mark=${table.mark[row]} `;
  if (zone !== 0 && zoneDir === ZONE_DIR_BOTH) line += `zone=${zone} `;
  line += deltaTime(ct, row);
  if (options.ktimestamp && started) line += timestamps(ct, row, options.ktimestamp);
  const helper = ct.help.get(row)?.helper;
  if (helper) line += `helper=${helper.name} `;
  if (options.labels) line += labelNames(ct, row, options.labels);
  if (use) line += `use=${table.use[row]} `;
  if (options.id) line += `id=${ct.id(row)} `;
  return line.trimEnd();
}

function timestamps(ct: ConntrackCore, row: number, format: (us: number) => string): string {
  const { start, stop } = ct.table;
  const ended = stop[row] === NONE ? '' : `[stop=${format(stop[row]!)}] `;
  return `[start=${format(start[row]!)}] ${ended}`;
}

function labelNames(ct: ConntrackCore, row: number, names: ReadonlyMap<number, string>): string {
  const bits = ct.labels.get(row);
  if (!bits) return '';
  const set: string[] = [];
  for (let bit = 0; bit < 128; bit++)
    if ((bits[bit >> 5]! >>> (bit & 31)) & 1) set.push(names.get(bit) ?? '');
  return set.length > 0 ? `labels=${set.join(',')} ` : '';
}
