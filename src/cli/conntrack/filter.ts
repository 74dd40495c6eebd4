/**
 * Which connections a command means.
 *
 * Mirrors nfct_filter of conntrack and nfct_cmp of libnetfilter_conntrack: what was given must be
 * equal; what the kernel does not tell of a connection is not.
 */
import {
  type Conntrack,
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPS_DST_NAT_DONE,
  IPS_OFFLOAD,
  IPS_SRC_NAT_DONE,
  TUPLE_DST,
  TUPLE_SRC,
  TUPLE_WORDS,
  tupleDport,
  tupleIcmpCode,
  tupleIcmpType,
  tupleSport,
  ZONE_DIR_BOTH,
  ZONE_DIR_ORIG,
  ZONE_DIR_REPL,
} from '../../datapath/conntrack/index.ts';
import { trackerOf } from '../../datapath/conntrack/proto/index.ts';
import { NFPROTO_IPV4 } from '../../datapath/packet.ts';
import type { Address, ConntrackCommand, NatGiven, TupleGiven } from './command.ts';
import { COMPARING } from './options.ts';

const baseOf = (row: number, direction: number): number => (row * 2 + direction) * TUPLE_WORDS;

/** Whether an address of a tuple is the given one, under a mask. */
function sameAddress(ct: Conntrack, row: number, at: number, address: Address, mask?: Address) {
  if (ct.l3num(row) !== address.family) return false;
  const { tuples } = ct.table;
  const words = address.family === NFPROTO_IPV4 ? 1 : 4;
  for (let i = 0; i < words; i++)
    if ((tuples[at + i]! ^ address.words[i]!) & (mask?.words[i] ?? 0xffffffff)) return false;
  return true;
}

/** Addresses and ports of a direction; ports are only told of protocols that have some. */
function sameTuple(
  ct: Conntrack,
  row: number,
  direction: number,
  given: TupleGiven,
  masks: TupleGiven = {},
): boolean {
  const { tuples } = ct.table;
  const base = baseOf(row, direction);
  const { src, dst, sport, dport } = given;
  if (src && !sameAddress(ct, row, base + TUPLE_SRC, src, masks.src)) return false;
  if (dst && !sameAddress(ct, row, base + TUPLE_DST, dst, masks.dst)) return false;
  if (sport === undefined && dport === undefined) return true;
  const { ports } = trackerOf(ct.protonum(row));
  if (ports !== 'ports' && ports !== 'gre') return false;
  if (sport !== undefined && tupleSport(tuples, base) !== sport) return false;
  return dport === undefined || tupleDport(tuples, base) === dport;
}

/** A protocol that the tool can name an entry by: that has ports, keys or ids. */
export const isNamed = (protonum: number): boolean => trackerOf(protonum).ports !== 'none';

export const isIcmp = (protonum: number): boolean => trackerOf(protonum).ports === 'icmp';

function sameIcmp(ct: Conntrack, row: number, { given }: ConntrackCommand): boolean {
  const { tuples } = ct.table;
  const base = baseOf(row, IP_CT_DIR_ORIGINAL);
  const { icmpType, icmpCode, icmpId } = given;
  if (icmpType !== undefined && tupleIcmpType(tuples, base) !== icmpType) return false;
  if (icmpCode !== undefined && tupleIcmpCode(tuples, base) !== icmpCode) return false;
  return icmpId === undefined || tupleSport(tuples, base) === icmpId;
}

/** The original tuple and the protocol. */
export const sameOriginal = (ct: Conntrack, row: number, command: ConntrackCommand): boolean =>
  (command.given.protonum === undefined || ct.protonum(row) === command.given.protonum) &&
  sameTuple(ct, row, IP_CT_DIR_ORIGINAL, command.given.original, command.given.mask) &&
  sameIcmp(ct, row, command);

export const sameReply = (ct: Conntrack, row: number, { given }: ConntrackCommand): boolean =>
  sameTuple(ct, row, IP_CT_DIR_REPLY, given.reply);

/** A zone of these directions, 0 where the connection has none. */
function zoneOf(ct: Conntrack, row: number, zoneDir: number): number {
  return ct.table.zoneDir[row] === zoneDir ? ct.table.zone[row]! : 0;
}

function sameMeta(ct: Conntrack, row: number, { given }: ConntrackCommand): boolean {
  const { table } = ct;
  const { timeout, status, state, id, zone, origZone, replyZone } = given;
  const secondsLeft = Math.floor(ct.expires(row) / 250);
  const offloaded = (table.status[row]! & IPS_OFFLOAD) !== 0;
  if (timeout !== undefined && (offloaded || secondsLeft !== timeout)) return false;
  if (status !== undefined && (table.status[row]! & status) !== status) return false;
  if (state !== undefined && (offloaded || table.state[row] !== state)) return false;
  if (id !== undefined && ct.id(row) !== id) return false;
  if (zone !== undefined && zoneOf(ct, row, ZONE_DIR_BOTH) !== zone) return false;
  if (origZone !== undefined && zoneOf(ct, row, ZONE_DIR_ORIG) !== origZone) return false;
  return replyZone === undefined || zoneOf(ct, row, ZONE_DIR_REPL) === replyZone;
}

/** Whether one end was translated: as asked for, or at all. */
function translated(
  ct: Conntrack,
  row: number,
  done: number,
  before: number,
  after: number,
  portsOf: readonly [before: number, after: number],
  given: NatGiven | undefined,
): boolean {
  const { tuples, status } = ct.table;
  if (!(status[row]! & done)) return false;
  let moved = false;
  for (let i = 0; i < 4; i++) moved ||= tuples[before + i] !== tuples[after + i];
  const portMoved = portsOf[0] !== portsOf[1];
  const address = given?.address?.family === NFPROTO_IPV4 ? given.address : undefined;
  if (!address && given?.port === undefined) return moved || portMoved;
  if (address && !(moved && tuples[after] === address.words[0])) return false;
  return given?.port === undefined || (portMoved && portsOf[1] === given.port);
}

function sourceTranslated(ct: Conntrack, row: number, given: NatGiven | undefined): boolean {
  const { tuples } = ct.table;
  const [original, reply] = [baseOf(row, IP_CT_DIR_ORIGINAL), baseOf(row, IP_CT_DIR_REPLY)];
  const ports = [tupleSport(tuples, original), tupleDport(tuples, reply)] as const;
  const done = IPS_SRC_NAT_DONE;
  return translated(ct, row, done, original + TUPLE_SRC, reply + TUPLE_DST, ports, given);
}

function destinationTranslated(ct: Conntrack, row: number, given: NatGiven | undefined): boolean {
  const { tuples } = ct.table;
  const [original, reply] = [baseOf(row, IP_CT_DIR_ORIGINAL), baseOf(row, IP_CT_DIR_REPLY)];
  const ports = [tupleDport(tuples, original), tupleSport(tuples, reply)] as const;
  const done = IPS_DST_NAT_DONE;
  return translated(ct, row, done, original + TUPLE_DST, reply + TUPLE_SRC, ports, given);
}

/** filter_nat */
export function natMatches(ct: Conntrack, row: number, command: ConntrackCommand): boolean {
  const { options, given } = command;
  const source = () => sourceTranslated(ct, row, given.snat);
  const destination = () => destinationTranslated(ct, row, given.dnat);
  if (options.has('any-nat')) return source() || destination();
  if (options.has('src-nat') && !source()) return false;
  return !options.has('dst-nat') || destination();
}

/** filter_label: all the given ones are set. */
export function labelsMatch(ct: Conntrack, row: number, { given }: ConntrackCommand): boolean {
  if (!given.labels) return true;
  const bits = ct.labels.get(row);
  return given.labels.every((bit) => bits && (bits[bit >> 5]! >>> (bit & 31)) & 1);
}

/** filter_network: addresses under a mask, where one was given. */
export function networkMatches(ct: Conntrack, row: number, command: ConntrackCommand): boolean {
  const { mask, original } = command.given;
  const base = baseOf(row, IP_CT_DIR_ORIGINAL);
  if (mask.src && original.src)
    if (!sameAddress(ct, row, base + TUPLE_SRC, original.src, mask.src)) return false;
  if (!mask.dst || !original.dst) return true;
  return sameAddress(ct, row, base + TUPLE_DST, original.dst, mask.dst);
}

/** nfct_filter */
export function matches(ct: Conntrack, row: number, command: ConntrackCommand): boolean {
  const { options, given } = command;
  const { mark } = given;
  if (!natMatches(ct, row, command)) return false;
  if (mark && (ct.table.mark[row]! & mark.mask) >>> 0 !== mark.value) return false;
  if (!labelsMatch(ct, row, command) || !networkMatches(ct, row, command)) return false;
  if (!COMPARING.some((name) => options.has(name))) return true;
  return (
    sameOriginal(ct, row, command) && sameReply(ct, row, command) && sameMeta(ct, row, command)
  );
}
