/** `fib`, `rt`: what routing says of the packet. Mirrors nft_fib.c, nft_fib_inet.c and nft_rt.c. */
import type { Netns } from '../../../datapath/netns.ts';
import {
  ETH_P_IP,
  ETH_P_IPV6,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
  NONE,
  type Packet,
  PF,
  PROTOCOL,
  RTCLASSID,
} from '../../../datapath/packet.ts';
import {
  type FibQuery,
  fibOif,
  fibType,
  rtNexthop4,
  rtNexthop6,
  rtTcpMss,
} from '../../../datapath/path/lookup.ts';
import type { OpArgs } from '../../ir.ts';
import type { Reader } from '../../row.ts';
import type { Env } from '../env.ts';
import { store8, store16, store32, storeBe32, storeText } from './register.ts';

interface FibArgs {
  readonly flags: readonly string[];
  readonly result: 'oif' | 'oifname' | 'type';
  readonly present?: true;
}

const IFNAMSIZ = 16;

/** The family of the packet; in netdev tables it is what the packet says. NONE: neither. */
function familyOf(p: Packet): number {
  const pf = p.m[PF]!;
  if (pf !== NFPROTO_NETDEV) return pf === NFPROTO_IPV4 || pf === NFPROTO_IPV6 ? pf : NONE;
  if (p.m[PROTOCOL] === ETH_P_IP) return NFPROTO_IPV4;
  return p.m[PROTOCOL] === ETH_P_IPV6 ? NFPROTO_IPV6 : NONE;
}

export function fibPlace(args: OpArgs): string {
  const { flags, result, present } = args as unknown as FibArgs;
  return `fib ${flags.join('.')} ${result} ${present ?? ''}`;
}

export function readFib(args: OpArgs, _len: number, { ns }: Env): Reader {
  const { flags, result, present } = args as unknown as FibArgs;
  const query: FibQuery = {
    daddr: flags.includes('daddr'),
    mark: flags.includes('mark'),
    iif: flags.includes('iif'),
    oif: flags.includes('oif'),
  };
  const look = result === 'type' ? fibType : fibOif;
  return (p, regs, at) => {
    const family = familyOf(p);
    const answer = family === NONE ? NONE : look(ns, p, family, query);
    if (answer === NONE) return false;
    if (present) return store8(regs, at, answer === 0 ? 0 : 1);
    if (result !== 'oifname') return store32(regs, at, answer);
    return storeText(regs, at, ns.devices.get(answer)?.name ?? '', IFNAMSIZ);
  };
}

const nexthop = new Int32Array(4);

const RT: Readonly<Record<string, (ns: Netns) => Reader>> = {
  classid: () => (p, regs, at) => p.dst !== null && store32(regs, at, p.m[RTCLASSID]!),
  'ip nexthop': () => (p, regs, at) => rtNexthop4(p, nexthop) && storeBe32(regs, at, nexthop[0]!),
  'ip6 nexthop': () => (p, regs, at) => {
    if (!rtNexthop6(p, nexthop)) return false;
    for (let i = 0; i < 4; i++) storeBe32(regs, at + 4 * i, nexthop[i]!);
    return true;
  },
  mtu: (ns) => (p, regs, at) => {
    const size = rtTcpMss(ns, p);
    return size !== NONE && store16(regs, at, size);
  },
  ipsec: () => (p, regs, at) => p.dst !== null && store8(regs, at, 0),
};

export const rtPlace = (args: OpArgs): string => `rt ${args.key}`;

export const readRt = (args: OpArgs, _len: number, { ns }: Env): Reader | undefined =>
  RT[args.key as string]?.(ns);
