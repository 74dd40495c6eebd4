/**
 * What a route of another table sends to a VRF device: it is routed once more, in the VRF's table.
 *
 * Mirrors vrf_process_v4_outbound and vrf_process_v6_outbound of drivers/net/vrf.c.
 */
import { loadIpv6, word } from '../address.ts';
import { type Device, LOOPBACK_IFINDEX } from '../device.ts';
import { OUTPUT } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  DATA,
  ETH_P_IP,
  MARK,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  type Packet,
  PROTOCOL,
} from '../packet.ts';
import type { Route } from '../route.ts';
import { dstOutput } from './ip.ts';
import { dstOutput6 } from './ip6.ts';

/** Whether the packet went on by a port of the VRF, or was dropped; false: it is for the VRF itself. */
export function vrfOutbound(ns: Netns, p: Packet, vrf: Device): boolean {
  const { m } = p;
  const four = m[PROTOCOL] === ETH_P_IP;
  const route = four ? route4(ns, p, vrf) : route6(ns, p, vrf);
  if (route?.dev === vrf.ifindex) {
    p.dst = route;
    return false;
  }
  if (route === null) {
    ns.drop(p, 'NOT_SPECIFIED');
    return true;
  }
  p.dst = route;
  m[DATA] = m[NH]!;
  if (!ns.hook(four ? NFPROTO_IPV4 : NFPROTO_IPV6, OUTPUT, p, 0, route.dev)) return true;
  if (four) dstOutput(ns, p);
  else dstOutput6(ns, p);
  return true;
}

function route4(ns: Netns, { m, b }: Packet, vrf: Device): Route | null {
  const at = m[NH]!;
  const flow = ns.outFlow4;
  flow.clear();
  flow.l3mdev = vrf.ifindex;
  flow.iif = LOOPBACK_IFINDEX;
  flow.tos = b[at + 1]! & 0x1c;
  flow.anysrc = true;
  flow.proto = b[at + 9]!;
  flow.daddr[0] = word(b, at + 16);
  flow.saddr[0] = word(b, at + 12);
  return ns.fib4.output(flow);
}

function route6(ns: Netns, p: Packet, vrf: Device): Route {
  const at = p.m[NH]!;
  const flow = ns.outFlow6;
  flow.clear();
  flow.l3mdev = vrf.ifindex;
  flow.iif = LOOPBACK_IFINDEX;
  flow.mark = p.m[MARK]!;
  flow.proto = p.b[at + 6]!;
  loadIpv6(p, at + 24, flow.daddr);
  loadIpv6(p, at + 8, flow.saddr);
  return ns.fib6.output(flow);
}
