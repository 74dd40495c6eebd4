/**
 * `log`: a line of the kernel's log, or a message to a group that nobody listens to.
 *
 * Mirrors nft_log.c; the line has the parts of nf_log_syslog.c that name devices and addresses.
 */
import { formatIpv4, formatIpv6, half, word } from '../../../datapath/address.ts';
import type { Netns } from '../../../datapath/netns.ts';
import {
  ETH_P_IP,
  ETH_P_IPV6,
  IIF,
  L4PROTO,
  MARK,
  NH,
  NONE,
  OIF,
  type Packet,
  PROTOCOL,
  TH,
} from '../../../datapath/packet.ts';
import type { OpArgs } from '../../ir.ts';
import type { Effect } from '../../row.ts';
import type { Env } from '../env.ts';
import { NFT_CONTINUE } from '../verdict.ts';
import { packetLength } from './payload.ts';

interface LogArgs {
  readonly prefix?: string;
  readonly group?: number;
}

export function runLog(args: OpArgs, { ns }: Env): Effect {
  const { prefix = '', group } = args as LogArgs;
  if (group !== undefined) return () => NFT_CONTINUE;
  return (p) => {
    ns.events.log(`${prefix}${line(p, ns)}`);
    return NFT_CONTINUE;
  };
}

const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'ICMP',
  6: 'TCP',
  17: 'UDP',
  58: 'ICMPv6',
  132: 'SCTP',
};
const PORTED = [6, 17, 132];

/** `IN=eth0 OUT= SRC=… DST=… LEN=60 TTL=64 PROTO=TCP SPT=… DPT=…` */
function line(p: Packet, ns: Netns): string {
  const { b, m } = p;
  const name = (slot: number) => ns.devices.get(m[slot]!)?.name ?? '';
  const parts = [`IN=${name(IIF)}`, `OUT=${name(OIF)}`, ...addresses(p)];
  parts.push(`LEN=${packetLength(p)}`);
  if (m[L4PROTO] !== NONE) {
    parts.push(`PROTO=${PROTOCOLS[m[L4PROTO]!] ?? m[L4PROTO]}`);
    if (PORTED.includes(m[L4PROTO]!)) {
      parts.push(`SPT=${half(b, m[TH]!)}`, `DPT=${half(b, m[TH]! + 2)}`);
    }
  }
  if (m[MARK] !== 0) parts.push(`MARK=0x${(m[MARK]! >>> 0).toString(16)}`);
  return parts.join(' ');
}

function addresses({ b, m }: Packet): string[] {
  const nh = m[NH]!;
  if (m[PROTOCOL] === ETH_P_IP) {
    return [`SRC=${formatIpv4(word(b, nh + 12))}`, `DST=${formatIpv4(word(b, nh + 16))}`];
  }
  if (m[PROTOCOL] !== ETH_P_IPV6) return [];
  const ip6 = (at: number) => formatIpv6([0, 4, 8, 12].map((i) => word(b, nh + at + i)));
  return [`SRC=${ip6(8)}`, `DST=${ip6(24)}`];
}
