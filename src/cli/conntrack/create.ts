/**
 * What -I, -A and -U send to the kernel.
 *
 * Mirrors nfct_setobjopt (NFCT_SOPT_SETUP_REPLY, _ORIGINAL), the tcp module's final_check, and
 * mnl_nfct_update_cb.
 */

import type { EntryChange, NewEntry } from '../../datapath/conntrack/ctnetlink.ts';
import {
  type Conntrack,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPS_DST_NAT,
  IPS_SRC_NAT,
  newTuple,
  setTuplePorts,
  TUPLE_DST,
  TUPLE_PORTS,
  TUPLE_PROTO,
  TUPLE_SRC,
  type Tuple,
  tupleDport,
  tupleSport,
  ZONE_DIR_BOTH,
  ZONE_DIR_ORIG,
  ZONE_DIR_REPL,
} from '../../datapath/conntrack/index.ts';
import { TCP_TIME_WAIT } from '../../datapath/conntrack/proto/tcp-state.ts';
import {
  FLAG_BE_LIBERAL,
  FLAG_CLOSE_INIT,
  FLAG_SACK_PERM,
} from '../../datapath/conntrack/proto/tcp-window.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../../datapath/packet.ts';
import type { ConntrackCommand, Given, TupleGiven } from './command.ts';

/** ICMP is of one family, whatever the addresses say. */
const FAMILY_OF_ICMP: ReadonlyMap<number | undefined, number> = new Map([
  [IPPROTO_ICMP, NFPROTO_IPV4],
  [IPPROTO_ICMPV6, NFPROTO_IPV6],
]);

function tupleOf(command: ConntrackCommand, given: TupleGiven): Tuple {
  const { family } = command;
  const { protonum = 0, icmpType, icmpCode = 0, icmpId = 0 } = command.given;
  const tuple = newTuple();
  if (given.src) tuple.set(given.src.words, TUPLE_SRC);
  if (given.dst) tuple.set(given.dst.words, TUPLE_DST);
  tuple[TUPLE_PROTO] = (family << 8) | protonum;
  if (icmpType === undefined) setTuplePorts(tuple, given.sport ?? 0, given.dport ?? 0);
  else setTuplePorts(tuple, icmpId, (icmpType << 8) | icmpCode);
  return tuple;
}

/** Both tuples: where one direction was given, the other is its inverse. */
export function tuplesOf(ct: Conntrack, command: ConntrackCommand): [Tuple, Tuple] | undefined {
  const { original, reply } = command.given;
  const { family, given } = command;
  const icmpFamily = FAMILY_OF_ICMP.get(given.protonum);
  if (icmpFamily !== undefined && icmpFamily !== family) return undefined;
  const first = tupleOf(command, original);
  const second = tupleOf(command, reply);
  const hasOriginal = original.src !== undefined || original.dst !== undefined;
  const hasReply = reply.src !== undefined || reply.dst !== undefined;
  // -p is of the original direction; the reply's protocol comes with its ports only
  if (!hasOriginal && reply.sport === undefined && reply.dport === undefined) {
    second[TUPLE_PROTO] = family << 8;
    setTuplePorts(second, 0, 0);
  }
  if (!hasOriginal && hasReply) return ct.invert(first, second) ? [first, second] : undefined;
  const inverse = newTuple();
  if (!ct.invert(inverse, first)) return undefined;
  if (!hasReply) return [first, inverse];
  // of ICMP the type is given once, for the original direction
  if (command.given.icmpType !== undefined) second[TUPLE_PORTS] = inverse[TUPLE_PORTS]!;
  return [first, second];
}

/** -n and -g change the reply. Returns IPS_SRC_NAT, IPS_DST_NAT. */
function translate(reply: Tuple, { snat, dnat }: Given): number {
  let bits = 0;
  if (snat?.address) {
    reply.set(snat.address.words, TUPLE_DST);
    setTuplePorts(reply, tupleSport(reply), snat.port ?? tupleDport(reply));
    bits |= IPS_SRC_NAT;
  }
  if (dnat?.address) {
    reply.set(dnat.address.words, TUPLE_SRC);
    setTuplePorts(reply, dnat.port ?? tupleSport(reply), tupleDport(reply));
    bits |= IPS_DST_NAT;
  }
  return bits;
}

function zoneOf({ zone, origZone, replyZone }: Given): { zone: number; zoneDir: number } {
  if (zone !== undefined) return { zone, zoneDir: ZONE_DIR_BOTH };
  if (origZone !== undefined) return { zone: origZone, zoneDir: ZONE_DIR_ORIG };
  if (replyZone !== undefined) return { zone: replyZone, zoneDir: ZONE_DIR_REPL };
  return { zone: 0, zoneDir: ZONE_DIR_BOTH };
}

/** What was made by hand is not checked against windows. */
function tcpFlags({ protonum, state = 0 }: Given): number | undefined {
  if (protonum !== IPPROTO_TCP) return undefined;
  const closing = state >= TCP_TIME_WAIT ? FLAG_CLOSE_INIT : 0;
  return FLAG_BE_LIBERAL | FLAG_SACK_PERM | closing;
}

const wordsOf = (bits: readonly number[]): Uint32Array => {
  const words = new Uint32Array(4);
  for (const bit of bits) words[bit >> 5]! |= 1 << (bit & 31);
  return words;
};

/** undefined: the protocol knows no reply (EINVAL). */
export function newEntry(ct: Conntrack, command: ConntrackCommand): NewEntry | undefined {
  const { given } = command;
  const tuples = tuplesOf(ct, command);
  if (!tuples) return undefined;
  const [original, reply] = tuples;
  const nat = translate(reply, given);
  const { labelsModified: bits, origVtag, replyVtag } = given;
  return {
    original,
    reply,
    nat,
    ...zoneOf(given),
    timeout: given.timeout,
    status: given.status,
    mark: given.mark?.value,
    state: given.state,
    tcpFlags: tcpFlags(given),
    vtags: origVtag === undefined ? undefined : [origVtag, replyVtag ?? 0],
    role: given.role,
    labels: bits && { bits: wordsOf(bits), mask: wordsOf(bits) },
  };
}

/** Labels after --label-add or --label-del; undefined: they stay. */
function labelChange(ct: Conntrack, row: number, command: ConntrackCommand) {
  const { options, given } = command;
  const now = ct.labels.get(row);
  const bits = wordsOf(given.labelsModified ?? []);
  const all = Uint32Array.of(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff);
  if (options.has('label-add')) return { bits, mask: bits };
  if (!options.has('label-del') || !now) return undefined;
  if (!given.labelsModified) return { bits: new Uint32Array(4), mask: all };
  return { bits: new Uint32Array(4), mask: bits };
}

/** What -U changes of a connection; undefined: nothing would change, so nothing is sent. */
export function changeOf(
  ct: Conntrack,
  row: number,
  command: ConntrackCommand,
): EntryChange | undefined {
  const { given } = command;
  const { table } = ct;
  const old = table.mark[row]!;
  const mark = given.mark && ((old & ~given.mark.mask) ^ given.mark.value) >>> 0;
  const status = given.status === undefined ? undefined : table.status[row]! | given.status;
  const labels = labelChange(ct, row, command);
  const secondsLeft = Math.floor(ct.expires(row) / 250);
  const changes =
    (mark !== undefined && mark !== old) ||
    (status !== undefined && status !== table.status[row]) ||
    (given.timeout !== undefined && given.timeout !== secondsLeft) ||
    (given.state !== undefined && given.state !== table.state[row]) ||
    (labels !== undefined && labelsDiffer(ct.labels.get(row), labels));
  if (!changes) return undefined;
  const { origVtag, replyVtag } = given;
  return {
    timeout: given.timeout,
    status,
    mark,
    state: given.state,
    tcpFlags: tcpFlags(given),
    vtags: origVtag === undefined ? undefined : [origVtag, replyVtag ?? 0],
    labels,
  };
}

function labelsDiffer(
  now: Uint32Array | undefined,
  { bits, mask }: { readonly bits: Uint32Array; readonly mask: Uint32Array },
): boolean {
  return bits.some((word, i) => (((now?.[i] ?? 0) & ~mask[i]!) ^ word) >>> 0 !== (now?.[i] ?? 0));
}
