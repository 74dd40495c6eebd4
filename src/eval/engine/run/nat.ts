/**
 * snat, dnat, masquerade, redirect: the range that a rule asks NAT for.
 *
 * Mirrors nft_nat.c, nft_masq.c and nft_redir.c.
 */
import { word } from '../../../datapath/address.ts';
import {
  type NatRange,
  NF_NAT_MANIP_DST,
  NF_NAT_MANIP_SRC,
  NF_NAT_RANGE_MAP_IPS,
  NF_NAT_RANGE_NETMAP,
  NF_NAT_RANGE_PROTO_SPECIFIED,
  natRange,
} from '../../../datapath/nat/range.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6, NH, type Packet, PF } from '../../../datapath/packet.ts';
import type { Family } from '../../../parser/ast.ts';
import type { OpArgs, Register } from '../../ir.ts';
import type { Effect } from '../../row.ts';
import type { Env } from '../env.ts';
import { NFT_CONTINUE } from '../verdict.ts';
import { loadBe16 } from './register.ts';

interface NatOp {
  readonly type: 'snat' | 'dnat';
  readonly family: Family;
  readonly addrMinReg?: Register;
  readonly addrMaxReg?: Register;
  readonly protoMinReg?: Register;
  readonly protoMaxReg?: Register;
  readonly flags: number;
}

/** Where source and destination lie in the headers. */
const ADDRESSES = {
  [NFPROTO_IPV4]: { snat: 12, dnat: 16, words: 1 },
  [NFPROTO_IPV6]: { snat: 8, dnat: 24, words: 4 },
} as const;

export function runNat(args: OpArgs, env: Env): Effect {
  const op = args as unknown as NatOp;
  env.track(op.family);
  const manip = op.type === 'snat' ? NF_NAT_MANIP_SRC : NF_NAT_MANIP_DST;
  const range = natRange();
  const family = op.family === 'ip' ? NFPROTO_IPV4 : op.family === 'ip6' ? NFPROTO_IPV6 : 0;
  const { nat } = env;
  return (p, regs) => {
    // inet rules of one family skip packets of the other (nft_nat_inet_eval)
    if (family !== 0 && p.m[PF] !== family) return NFT_CONTINUE;
    fill(range, op, regs, p);
    return nat.setup(p, manip, range);
  };
}

function fill(range: NatRange, op: NatOp, regs: Uint8Array, p: Packet): void {
  range.flags = op.flags;
  if (op.addrMinReg !== undefined) {
    range.flags |= NF_NAT_RANGE_MAP_IPS;
    const v4 = op.family === 'ip';
    loadAddress(range.minAddr, regs, op.addrMinReg, v4);
    loadAddress(range.maxAddr, regs, op.addrMaxReg ?? op.addrMinReg, v4);
    if (op.flags & NF_NAT_RANGE_NETMAP) netmap(range, op.type, p);
  }
  if (op.protoMinReg !== undefined) range.flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
  ports(range, op, regs);
}

function loadAddress(into: Uint32Array, regs: Uint8Array, register: Register, v4: boolean): void {
  for (let i = 0; i < 4; i++) into[i] = v4 && i > 0 ? 0 : word(regs, (register + i) * 4);
}

function ports(
  range: NatRange,
  op: { readonly protoMinReg?: Register; readonly protoMaxReg?: Register },
  regs: Uint8Array,
): void {
  if (op.protoMinReg === undefined) return;
  range.minProto = loadBe16(regs, op.protoMinReg * 4);
  range.maxProto = loadBe16(regs, (op.protoMaxReg ?? op.protoMinReg) * 4);
}

/** Mirrors nft_nat_setup_netmap: the bits that both ends share, and the packet's own others. */
function netmap(range: NatRange, type: 'snat' | 'dnat', p: Packet): void {
  const layout = ADDRESSES[p.m[PF] as keyof typeof ADDRESSES];
  for (let i = 0; i < layout.words; i++) {
    const mask = ~(range.minAddr[i]! ^ range.maxAddr[i]!);
    const own = word(p.b, p.m[NH]! + layout[type] + 4 * i);
    range.minAddr[i] = range.maxAddr[i] = (own & ~mask) | (range.minAddr[i]! & mask);
  }
}

interface PortsOp {
  readonly protoMinReg?: Register;
  readonly protoMaxReg?: Register;
  readonly flags: number;
}

export function runMasquerade(args: OpArgs, env: Env): Effect {
  const op = args as unknown as PortsOp;
  env.track();
  const range = natRange();
  return (p, regs) => {
    range.flags = op.flags;
    ports(range, op, regs);
    return env.nat.masquerade(p, range);
  };
}

export function runRedirect(args: OpArgs, env: Env): Effect {
  const op = args as unknown as PortsOp;
  env.track();
  const range = natRange();
  return (p, regs) => {
    range.flags = op.flags;
    ports(range, op, regs);
    return env.nat.redirect(p, range);
  };
}
