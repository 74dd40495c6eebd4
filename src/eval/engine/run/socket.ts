/**
 * `socket`, `tproxy`: sockets of the machine, of which there are the raw one that sends and UDP ones
 * that listen, none of them transparent.
 *
 * Mirrors nft_socket.c and nft_tproxy.c.
 */
import { half } from '../../../datapath/address.ts';
import type { Netns } from '../../../datapath/netns.ts';
import {
  END,
  FRAGOFF,
  IIF,
  L4PROTO,
  NONE,
  type Packet,
  SOCKET,
  TH,
} from '../../../datapath/packet.ts';
import type { OpArgs } from '../../ir.ts';
import type { Effect, Reader } from '../../row.ts';
import type { Env } from '../env.ts';
import { NFT_BREAK } from '../verdict.ts';
import { store8, store32 } from './register.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_UDP = 17;
const IPPROTO_ICMPV6 = 58;
const UDP_HEADER = 8;

/** ICMP errors, whose quoted packet tells the socket (extract_icmp4_fields, icmpv6_err). */
const ICMP_ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
const ICMPV6_INFORMATION = 128;
const ICMP_HEADER = 8;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;

/** The packet's own socket, or a listening one that it would reach (nft_socket_do_lookup). */
function hasSocket(p: Packet, ns: Netns): boolean {
  const { m } = p;
  if (m[SOCKET] !== NONE) return true;
  if (m[IIF] === 0 || m[FRAGOFF] !== 0) return false;
  const port = localPort(p);
  return port !== NONE && ns.listen.includes(port);
}

/** The UDP port of this machine that the packet is about. */
function localPort({ b, m }: Packet): number {
  const th = m[TH]!;
  switch (m[L4PROTO]) {
    case IPPROTO_UDP:
      return th + UDP_HEADER > m[END]! ? NONE : half(b, th + 2);
    case IPPROTO_ICMP:
      return ICMP_ERRORS.has(b[th]!) ? quotedPort4(b, m[END]!, th + ICMP_HEADER) : NONE;
    case IPPROTO_ICMPV6:
      return b[th]! < ICMPV6_INFORMATION ? quotedPort6(b, m[END]!, th + ICMP_HEADER) : NONE;
    default:
      return NONE;
  }
}

function quotedPort4(b: Uint8Array, end: number, ip: number): number {
  if (ip + IPV4_HEADER > end || b[ip + 9] !== IPPROTO_UDP) return NONE;
  const th = ip + (b[ip]! & 15) * 4;
  return th + 4 > end ? NONE : half(b, th);
}

function quotedPort6(b: Uint8Array, end: number, ip: number): number {
  const th = ip + IPV6_HEADER;
  return th + 4 > end || b[ip + 6] !== IPPROTO_UDP ? NONE : half(b, th);
}

type Store = (regs: Uint8Array, at: number) => true;

/** All are bound to the wildcard address, none is transparent or has a mark. */
const KEYS: Readonly<Record<string, Store>> = {
  transparent: (regs, at) => store8(regs, at, 0),
  mark: (regs, at) => store32(regs, at, 0),
  wildcard: (regs, at) => store8(regs, at, 1),
};

export function readSocket(args: OpArgs, _len: number, { ns }: Env): Reader | undefined {
  const store = KEYS[args.key as string];
  return store && ((p, regs, at) => hasSocket(p, ns) && store(regs, at));
}

/** No socket is transparent: the rule breaks. */
export const runTproxy = (): Effect => () => NFT_BREAK;
