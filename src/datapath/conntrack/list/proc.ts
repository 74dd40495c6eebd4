/** Lines of /proc/net/nf_conntrack. Mirrors ct_seq_show (nf_conntrack_standalone.c). */
import { HZ } from '../../clock.ts';
import type { ConntrackCore } from '../core.ts';
import {
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPPROTO_GRE,
  IPS_NAT_CLASH,
  IPS_OFFLOAD,
  IPS_SEEN_REPLY,
  ZONE_DIR_BOTH,
  ZONE_DIR_ORIG,
  ZONE_DIR_REPL,
} from '../status.ts';
import { TUPLE_WORDS } from '../tuple.ts';
import { counters, deltaTime, outlives, secondsLeft, stateName, statusTag } from './line.ts';
import { formatTuple, fullAddress, l3protoColumns, protoColumns } from './tuple.ts';

/**
 * All lines, in order of insertion; what has expired is collected on the way, and what ends within
 * `late` jiffies is not there any more.
 */
export function procLines(ct: ConntrackCore, late = 0): string[] {
  return ct
    .rows()
    .filter((row) => !(ct.table.status[row]! & IPS_NAT_CLASH))
    .filter((row) => outlives(ct, row, late))
    .map((row) => procLine(ct, row));
}

function procLine(ct: ConntrackCore, row: number): string {
  const { table } = ct;
  const status = table.status[row]!;
  const base = row * 2 * TUPLE_WORDS;
  let line = l3protoColumns(ct.l3num(row)) + protoColumns(ct.protonum(row));
  if (!(status & IPS_OFFLOAD)) line += `${secondsLeft(ct, row)} `;
  line += privatePart(ct, row);
  line += formatTuple(table.tuples, base, fullAddress);
  line += zonePart(ct, row, ZONE_DIR_ORIG, 'zone-orig');
  line += counters(ct, row, IP_CT_DIR_ORIGINAL);
  if (!(status & IPS_SEEN_REPLY)) line += '[UNREPLIED] ';
  line += formatTuple(table.tuples, base + TUPLE_WORDS, fullAddress);
  line += zonePart(ct, row, ZONE_DIR_REPL, 'zone-reply');
  line += counters(ct, row, IP_CT_DIR_REPLY);
  line += `${statusTag(status)}mark=${table.mark[row]} `;
  line += zonePart(ct, row, ZONE_DIR_BOTH, 'zone');
  line += deltaTime(ct, row);
  // the reader itself holds a reference
  return `${line}use=${table.use[row]! + 1}`;
}

/** What the tracker prints of its own: a state (TCP hides it while offloaded), or GRE's timeouts. */
function privatePart(ct: ConntrackCore, row: number): string {
  const tracker = ct.tracker(row);
  if (tracker.protonum === IPPROTO_GRE) {
    const [timeout, stream] = ct.table.greTimeout.subarray(row * 2, row * 2 + 2);
    return `timeout=${Math.floor(timeout! / HZ)}, stream_timeout=${Math.floor(stream! / HZ)} `;
  }
  return ct.table.status[row]! & IPS_OFFLOAD ? '' : stateName(ct, row);
}

function zonePart(ct: ConntrackCore, row: number, zoneDir: number, name: string): string {
  return ct.table.zoneDir[row] === zoneDir ? `${name}=${ct.table.zone[row]} ` : '';
}
