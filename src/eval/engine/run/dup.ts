/**
 * `dup`, `fwd`: copies, and the packet itself, out of other devices.
 *
 * Mirrors nft_dup_ipv4.c, nft_dup_ipv6.c, nft_dup_netdev.c and nft_fwd_netdev.c.
 */
import { word } from '../../../datapath/address.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_NETDEV } from '../../../datapath/packet.ts';
import {
  dupIp,
  dupNetdev,
  type FwdOutcome,
  fwdNeighbour,
  fwdNetdev,
} from '../../../datapath/path/dup.ts';
import type { OpArgs, Register } from '../../ir.ts';
import type { Effect } from '../../row.ts';
import type { Env } from '../env.ts';
import { NF_DROP, NF_STOLEN, NFT_BREAK, NFT_CONTINUE } from '../verdict.ts';
import { load32 } from './register.ts';

interface DupOp {
  readonly addrReg?: Register;
  readonly devReg?: Register;
  readonly family?: 'ip' | 'ip6';
}

/** IPv4 or IPv6 address out of a register. */
function addressIn(regs: Uint8Array, register: Register, into: Int32Array): Int32Array {
  for (let i = 0; i < into.length; i++) into[i] = word(regs, (register + i) * 4);
  return into;
}

export function runDup(args: OpArgs, { ns, nfproto }: Env): Effect {
  const { addrReg, devReg } = args as DupOp;
  const deviceIn = (regs: Uint8Array) => (devReg === undefined ? 0 : load32(regs, devReg * 4));
  if (nfproto === NFPROTO_NETDEV || addrReg === undefined) {
    return (p, regs) => {
      dupNetdev(ns, p, deviceIn(regs));
      return NFT_CONTINUE;
    };
  }
  const gateway = new Int32Array(nfproto === NFPROTO_IPV6 ? 4 : 1);
  return (p, regs) => {
    dupIp(ns, p, addressIn(regs, addrReg, gateway), deviceIn(regs));
    return NFT_CONTINUE;
  };
}

const OUTCOMES: Readonly<Record<FwdOutcome, number>> = {
  stolen: NF_STOLEN,
  break: NFT_BREAK,
  drop: NF_DROP,
};

export function runFwd(args: OpArgs, { ns }: Env): Effect {
  const { addrReg, devReg, family } = args as DupOp;
  const device = devReg! * 4;
  if (addrReg === undefined) {
    return (p, regs) => {
      fwdNetdev(ns, p, load32(regs, device));
      return NF_STOLEN;
    };
  }
  const pf = family === 'ip6' ? NFPROTO_IPV6 : NFPROTO_IPV4;
  const neighbour = new Int32Array(family === 'ip6' ? 4 : 1);
  return (p, regs) => {
    const address = addressIn(regs, addrReg, neighbour);
    return OUTCOMES[fwdNeighbour(ns, p, pf, address, load32(regs, device))];
  };
}
