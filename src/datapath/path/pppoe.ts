/**
 * PPPoE sessions: what a ppp device is to the Ethernet device below it.
 *
 * Mirrors pppoe_rcv, pppoe_disc_rcv and __pppoe_xmit (ppp/pppoe.c) with ppp_receive_nonmp_frame and
 * ppp_start_xmit (ppp/ppp_generic.c) of a session that is up: no compression, no filters, no multilink.
 * What is for pppd goes to nobody.
 */
import { half, putHalf } from '../address.ts';
import type { Device } from '../device.ts';
import type { Netns } from '../netns.ts';
import {
  DATA,
  DEV,
  END,
  ETH_P_IP,
  ETH_P_IPV6,
  ETH_P_PPP_SES,
  FLAG_IGNORE_DF,
  FLAGS,
  LL,
  NFTRACE,
  NH,
  PACKET_HOST,
  PACKET_OTHERHOST,
  type Packet,
  PKTTYPE,
  PROTOCOL,
  SKB_IIF,
} from '../packet.ts';
import { isAddress } from './receive.ts';
import { hardHeader, transmit } from './transmit.ts';

/** struct pppoe_hdr: version and type, code, session, length. */
const PPPOE_HLEN = 6;
const PPP_PROTO_LEN = 2;
const PADT_CODE = 0xa7;

const ETH_P_PPPTALK = 0x0010;
const ETH_P_IPX = 0x8137;
const ETH_P_MPLS_UC = 0x8847;
const ETH_P_MPLS_MC = 0x8848;

/** npindex_to_proto and npindex_to_ethertype: what goes by the device itself. */
const NETWORK: readonly (readonly [ppp: number, ethertype: number])[] = [
  [0x21, ETH_P_IP],
  [0x57, ETH_P_IPV6],
  [0x2b, ETH_P_IPX],
  [0x29, ETH_P_PPPTALK],
  [0x281, ETH_P_MPLS_UC],
  [0x283, ETH_P_MPLS_MC],
];

function ethertypeOf(ppp: number): number {
  for (let i = 0; i < NETWORK.length; i++) if (NETWORK[i]![0] === ppp) return NETWORK[i]![1];
  return 0;
}

function pppOf(ethertype: number): number {
  for (let i = 0; i < NETWORK.length; i++) if (NETWORK[i]![1] === ethertype) return NETWORK[i]![0];
  return 0;
}

/** get_item: the session that a frame is of, by its number, its station and the device that it came by. */
function sessionOf(ns: Netns, p: Packet, id: number): Device | undefined {
  const { b, m } = p;
  const { sessions } = ns.devices.get(m[DEV]!)!;
  for (let i = 0; i < sessions.length; i++) {
    const session = sessions[i]!.session!;
    if (session.id === id && isAddress(b, m[LL]! + 6, session.peer)) return sessions[i];
  }
  return undefined;
}

/** skb_scrub_packet within a namespace: another device's packet from here on; mark and priority stay. */
function scrub(ns: Netns, p: Packet): void {
  const { m } = p;
  m[PKTTYPE] = PACKET_HOST;
  m[SKB_IIF] = m[NFTRACE] = 0;
  m[FLAGS]! &= ~FLAG_IGNORE_DF;
  p.dst = null;
  ns.resetConntrack(p);
}

/** pppoe_rcv: the length in the header is that of the packet; what stands behind is cut. */
export function pppoeReceive(ns: Netns, p: Packet): void {
  const { b, m } = p;
  const at = m[DATA]!;
  const ppp = at + PPPOE_HLEN;
  if (m[END]! - ppp < PPP_PROTO_LEN || m[END]! - ppp < half(b, at + 4)) {
    ns.drop(p, 'NOT_SPECIFIED');
    return;
  }
  m[END] = ppp + half(b, at + 4);
  const device = sessionOf(ns, p, half(b, at + 2));
  if (device === undefined || device.session!.ended || m[PKTTYPE] === PACKET_OTHERHOST) {
    ns.drop(p, 'NOT_SPECIFIED');
    return;
  }
  pppReceive(ns, p, device, ppp);
}

/**
 * ppp_input and ppp_receive_nonmp_frame: packets are the device's, and come in by it after the present
 * one. A protocol number of one byte is odd (ppp_skb_is_compressed_proto).
 */
function pppReceive(ns: Netns, p: Packet, device: Device, at: number): void {
  const { b, m } = p;
  const compressed = (b[at]! & 1) !== 0;
  const length = compressed ? 1 : PPP_PROTO_LEN;
  const taken = !compressed || ns.profile.pppoeTakesCompressed;
  const ethertype = taken ? ethertypeOf(compressed ? b[at]! : half(b, at)) : 0;
  if (ethertype === 0 || m[END]! - at < length || !device.up) {
    ns.drop(p, 'NOT_SPECIFIED');
    return;
  }
  m[DATA] = m[LL] = at + length;
  m[DEV] = device.ifindex;
  m[PROTOCOL] = ethertype;
  scrub(ns, p);
  ns.enqueue(p);
}

/** pppoe_disc_rcv: the other end says that the session is over. */
export function pppoeDiscovery(ns: Netns, p: Packet): void {
  const { b, m } = p;
  const at = m[DATA]!;
  if (m[PKTTYPE] === PACKET_HOST && m[END]! - at >= PPPOE_HLEN && b[at + 1] === PADT_CODE) {
    const device = sessionOf(ns, p, half(b, at + 2));
    if (device !== undefined) device.session!.ended = true;
  }
  ns.drop(p, 'NOT_SPECIFIED');
}

/** ppp_start_xmit and __pppoe_xmit: DATA stands where the packet begins. */
export function pppTransmit(ns: Netns, p: Packet, { session }: Device): void {
  const { b, m } = p;
  const protocol = pppOf(m[PROTOCOL]!);
  const below = ns.devices.get(session!.below);
  if (protocol === 0 || session!.ended || below === undefined) {
    ns.drop(p, 'NOT_SPECIFIED');
    return;
  }
  scrub(ns, p);
  const at = m[DATA]! - PPPOE_HLEN - PPP_PROTO_LEN;
  b[at] = 0x11;
  b[at + 1] = 0;
  putHalf(b, at + 2, session!.id);
  putHalf(b, at + 4, m[END]! - m[DATA]! + PPP_PROTO_LEN);
  putHalf(b, at + 6, protocol);
  m[NH] = at;
  m[PROTOCOL] = ETH_P_PPP_SES;
  hardHeader(p, session!.peer, below.address, ETH_P_PPP_SES);
  transmit(ns, p, below);
}
