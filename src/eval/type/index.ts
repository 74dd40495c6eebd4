/** The value types of nft: the list, and look-ups by name. */
import { etherAddr, ipv4Addr, ipv6Addr, llAddr } from './address.ts';
import { ctDir, ctEvent, ctLabel, ctState, ctStatus } from './conntrack.ts';
import { icmpCode, icmpType, icmpv6Code, icmpv6Type, icmpxCode, igmpType } from './icmp.ts';
import {
  arpOp,
  dccpPktType,
  dscp,
  ecn,
  etherType,
  inetProto,
  inetService,
  mhType,
  tcpFlag,
} from './inet.ts';
import { bitmask, boolean, integer, mark } from './integer.ts';
import { devgroup, fibAddrType, ifaceType, ifindex, nfProto, pktType } from './interface.ts';
import { cgroupv2, classid, gid, realm, uid } from './owner.ts';
import { ifname, string } from './string.ts';
import { date, day, hour, time } from './time.ts';
import type { ValueType } from './value-type.ts';
import { verdict } from './verdict.ts';

export { concatType, registerBits } from './concat.ts';
export type { ByteOrder, NameScope, PrintOptions, Symbols, ValueType } from './value-type.ts';

/** In the order of nft's numbers. */
export const valueTypes: readonly ValueType[] = [
  verdict,
  nfProto,
  bitmask,
  integer,
  string,
  llAddr,
  ipv4Addr,
  ipv6Addr,
  etherAddr,
  etherType,
  arpOp,
  inetProto,
  inetService,
  icmpType,
  tcpFlag,
  dccpPktType,
  mhType,
  time,
  mark,
  ifindex,
  ifaceType,
  realm,
  classid,
  uid,
  gid,
  ctState,
  ctDir,
  ctStatus,
  icmpv6Type,
  ctLabel,
  pktType,
  icmpCode,
  icmpv6Code,
  icmpxCode,
  devgroup,
  dscp,
  ecn,
  fibAddrType,
  boolean,
  ctEvent,
  ifname,
  igmpType,
  date,
  hour,
  day,
  cgroupv2,
];

const byName = new Map(
  valueTypes.map((type) => [type.name, type]).reverse() as [string, ValueType][],
);

/** A type by its name in `type NAME`. */
export const typeByName = (name: string): ValueType | undefined => byName.get(name);

const byWord = new Map(valueTypes.flatMap((type) => (type.words ?? []).map((w) => [w, type])));

/** The type of a name that is a word of the language. */
export const typeOfWord = (word: string): ValueType | undefined => byWord.get(word);

/** The type that decides how values compare: integer, string or verdict. */
export function rootType(type: ValueType): ValueType {
  while (type.base) type = type.base;
  return type;
}
