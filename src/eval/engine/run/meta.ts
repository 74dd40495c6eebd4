/**
 * `meta`: what the machine knows of a packet beside its bytes.
 *
 * Mirrors nft_meta.c and nft_meta_bridge.c.
 */
import { groupOf } from '../../../datapath/bridge_vlan.ts';
import type { Device } from '../../../datapath/device.ts';
import type { Netns } from '../../../datapath/netns.ts';
import {
  CGROUP,
  DEV,
  ETH_P_IP,
  ETH_P_IPV6,
  IIF,
  L4PROTO,
  MARK,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
  NFTRACE,
  NH,
  NONE,
  OIF,
  PACKET_BROADCAST,
  PACKET_LOOPBACK,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  type Packet,
  PF,
  PKTTYPE,
  PRIORITY,
  PROTOCOL,
  RAW_SOCKET,
  RTCLASSID,
  SDIF,
  SECMARK,
  SOCKET,
} from '../../../datapath/packet.ts';
import type { Tunnel } from '../../check/protocol.ts';
import type { OpArgs } from '../../ir.ts';
import type { Reader, Source, Writer } from '../../row.ts';
import type { Env } from '../env.ts';
import { innerReader } from './inner.ts';
import { packetLength } from './payload.ts';
import { load32, store8, store16, store32, storeBe16, storeText } from './register.ts';

const IFNAMSIZ = 16;
const SECONDS_PER_DAY = 86_400;
const IPV4_DADDR = 16;

interface MetaArgs {
  readonly key: string;
  readonly tunnel?: Tunnel;
}

type Make = (env: Env) => Reader;

/** A key that is a slot of 32 bits in host order. */
const slot =
  (n: number): Make =>
  () =>
  (p, regs, at) =>
    store32(regs, at, p.m[n]!);

const device =
  (n: number, read: (device: Device, regs: Uint8Array, at: number) => boolean): Make =>
  ({ ns }) =>
  (p, regs, at) => {
    const found = ns.devices.get(p.m[n]!);
    return found !== undefined && read(found, regs, at);
  };

/** The name of the device, an empty one where there is none. */
const deviceName =
  (of: (p: Packet, ns: Netns) => Device | undefined): Make =>
  ({ ns }) =>
  (p, regs, at) =>
    storeText(regs, at, of(p, ns)?.name ?? '', IFNAMSIZ);

const at = (n: number) => (p: Packet, ns: Netns) => ns.devices.get(p.m[n]!);

const bridgeOf = (n: number) => (p: Packet, ns: Netns) => {
  const port = ns.devices.get(p.m[n]!);
  const master = port && ns.devices.get(port.master);
  return master?.kind === 'bridge' ? master : undefined;
};

/** What a bridge that filters VLANs knows of the port that a packet came by. */
function filteringPort(
  read: (port: Device, bridge: Device, regs: Uint8Array, to: number) => boolean,
): Make {
  const bridgeOfPort = bridgeOf(IIF);
  return ({ ns }) =>
    (p, regs, to) => {
      const bridge = bridgeOfPort(p, ns);
      if (!bridge?.vlanFiltering) return false;
      return read(ns.devices.get(p.m[IIF]!)!, bridge, regs, to);
    };
}

const GETTERS: Readonly<Record<string, Make>> = {
  length: () => (p, regs, to) => store32(regs, to, packetLength(p)),
  protocol: () => (p, regs, to) => storeBe16(regs, to, p.m[PROTOCOL]!),
  nfproto: () => (p, regs, to) => store8(regs, to, p.m[PF]!),
  l4proto: () => (p, regs, to) => p.m[L4PROTO] !== NONE && store8(regs, to, p.m[L4PROTO]!),
  priority: slot(PRIORITY),
  mark: slot(MARK),
  iif: slot(IIF),
  oif: slot(OIF),
  iifname: deviceName(at(IIF)),
  oifname: deviceName(at(OIF)),
  iiftype: (env) => device(env.ns.profile.iiftypeOfDevice ? DEV : IIF, linkType)(env),
  oiftype: device(OIF, linkType),
  iifgroup: device(IIF, (d, regs, to) => store32(regs, to, d.group)),
  oifgroup: device(OIF, (d, regs, to) => store32(regs, to, d.group)),
  iifkind: device(IIF, kind),
  oifkind: device(OIF, kind),
  skuid: () => owner,
  skgid: () => owner,
  cgroup: () => (p, regs, to) => p.m[SOCKET] !== NONE && store32(regs, to, p.m[CGROUP]!),
  rtclassid: () => (p, regs, to) => p.dst !== null && store32(regs, to, p.m[RTCLASSID]!),
  secmark: slot(SECMARK),
  pkttype: () => pkttype,
  cpu: () => (_p, regs, to) => store32(regs, to, 0),
  random:
    ({ ns }) =>
    (_p, regs, to) =>
      store32(regs, to, ns.random.u32()),
  ipsec: () => (_p, regs, to) => store8(regs, to, 0),
  ibrname: deviceName(bridgeOf(IIF)),
  obrname: deviceName(bridgeOf(OIF)),
  ibrpvid: filteringPort((port, _bridge, regs, to) => store16(regs, to, groupOf(port).pvid)),
  ibrvproto: filteringPort((_port, bridge, regs, to) => storeBe16(regs, to, bridge.vlanProto)),
  time:
    ({ wallSeconds }) =>
    (_p, regs, to) =>
      nanoseconds(regs, to, wallSeconds()),
  day:
    ({ wallSeconds }) =>
    (_p, regs, to) =>
      store8(regs, to, (Math.floor(wallSeconds() / SECONDS_PER_DAY) + 4) % 7),
  hour:
    ({ wallSeconds }) =>
    (_p, regs, to) =>
      store32(regs, to, Math.floor(wallSeconds()) % SECONDS_PER_DAY),
  sdif: slot(SDIF),
  sdifname: deviceName(at(SDIF)),
};

/** The user and group of the program that sent it: root. */
const owner: Reader = (p, regs, to) => p.m[SOCKET] === RAW_SOCKET && store32(regs, to, 0);

function linkType(d: Device, regs: Uint8Array, to: number): boolean {
  return store16(regs, to, d.type);
}

/** rtnl_link_ops: what `ip link add … type` names; a wire is an end of a pair of virtual ones. */
function kind(d: Device, regs: Uint8Array, to: number): boolean {
  if (d.kind === 'loopback') return false;
  return storeText(regs, to, d.kind === 'wire' ? 'veth' : d.kind, IFNAMSIZ);
}

/** NFT_META_TIME_NS; seconds have at most microseconds behind the point. */
function nanoseconds(regs: Uint8Array, to: number, seconds: number): true {
  const ns = BigInt(Math.round(seconds * 1e6)) * 1000n;
  store32(regs, to, Number(ns & 0xffffffffn));
  return store32(regs, to + 4, Number(ns >> 32n));
}

/** Mirrors nft_meta_get_eval_pkttype_lo for what went through the loopback device. */
const pkttype: Reader = (p, regs, to) => {
  const m = p.m;
  if (m[PKTTYPE] !== PACKET_LOOPBACK) return store8(regs, to, m[PKTTYPE]!);
  const v4 = m[PF] === NFPROTO_IPV4 || (m[PF] === NFPROTO_NETDEV && m[PROTOCOL] === ETH_P_IP);
  const v6 = m[PF] === NFPROTO_IPV6 || (m[PF] === NFPROTO_NETDEV && m[PROTOCOL] === ETH_P_IPV6);
  if (v6) return store8(regs, to, PACKET_MULTICAST);
  if (!v4) return false;
  const multicast = p.b[m[NH]! + IPV4_DADDR]! >> 4 === 14;
  return store8(regs, to, multicast ? PACKET_MULTICAST : PACKET_BROADCAST);
};

/** Each load of these is another number: none stands for another. */
const VOLATILE = ['random'];

export const metaPlace = (args: OpArgs): string | undefined => {
  const { key, tunnel } = args as unknown as MetaArgs;
  return VOLATILE.includes(key) ? undefined : `meta ${tunnel?.name ?? ''} ${key}`;
};

const SLOTS: Readonly<Record<string, Source>> = {
  mark: { from: 'slot', slot: MARK, order: 'host' },
  priority: { from: 'slot', slot: PRIORITY, order: 'host' },
  iif: { from: 'slot', slot: IIF, order: 'host' },
  oif: { from: 'slot', slot: OIF, order: 'host' },
  nfproto: { from: 'slot', slot: PF, order: 'host' },
  l4proto: { from: 'slot', slot: L4PROTO, order: 'host', absent: NONE },
  protocol: { from: 'slot', slot: PROTOCOL, order: 'big' },
};

export function metaSource(args: OpArgs): Source | undefined {
  const { key, tunnel } = args as unknown as MetaArgs;
  return tunnel ? undefined : SLOTS[key];
}

export function readMeta(args: OpArgs, _len: number, env: Env): Reader | undefined {
  const { key, tunnel } = args as unknown as MetaArgs;
  const reader = GETTERS[key]?.(env);
  return tunnel && reader ? innerReader(tunnel, reader) : reader;
}

type Set = (p: Packet, regs: Uint8Array, from: number) => void;

const SETTERS: Readonly<Record<string, Set>> = {
  mark: (p, regs, from) => {
    p.m[MARK] = load32(regs, from);
  },
  priority: (p, regs, from) => {
    p.m[PRIORITY] = load32(regs, from);
  },
  secmark: (p, regs, from) => {
    p.m[SECMARK] = load32(regs, from);
  },
  nftrace: (p, regs, from) => {
    p.m[NFTRACE] = regs[from] === 0 ? 0 : 1;
  },
  pkttype: (p, regs, from) => {
    if (regs[from]! <= PACKET_OTHERHOST && p.m[PKTTYPE]! <= PACKET_OTHERHOST) {
      p.m[PKTTYPE] = regs[from]!;
    }
  },
};

export function writeMeta(args: OpArgs): Writer | undefined {
  const set = SETTERS[(args as unknown as MetaArgs).key];
  return (
    set &&
    ((p, regs, from) => {
      set(p, regs, from);
      return true;
    })
  );
}
