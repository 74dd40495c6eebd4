/**
 * `socket`, `tproxy`: sockets of the machine, of which there are the raw one that sends and UDP ones
 * that listen, none of them transparent.
 *
 * Mirrors nft_socket.c and nft_tproxy.c.
 */
import { half } from '../../../datapath/address.ts';
import type { Netns } from '../../../datapath/netns.ts';
import { END, FRAGOFF, L4PROTO, NONE, type Packet, SOCKET, TH } from '../../../datapath/packet.ts';
import type { OpArgs } from '../../ir.ts';
import type { Effect, Reader } from '../../row.ts';
import type { Env } from '../env.ts';
import { NFT_BREAK } from '../verdict.ts';
import { store8, store32 } from './register.ts';

const IPPROTO_UDP = 17;
const UDP_HEADER = 8;

/** The packet's own socket, or a listening one that it would reach (nft_socket_do_lookup). */
function hasSocket(p: Packet, ns: Netns): boolean {
  const { b, m } = p;
  if (m[SOCKET] !== NONE) return true;
  const th = m[TH]!;
  if (m[L4PROTO] !== IPPROTO_UDP || m[FRAGOFF] !== 0 || th + UDP_HEADER > m[END]!) return false;
  return ns.listen.includes(half(b, th + 2));
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
