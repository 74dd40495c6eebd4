/**
 * A new route for a packet of the machine's own, after a hook changed where it goes.
 *
 * Mirrors ip_route_me_harder (ipv4/netfilter.c) and ip6_route_me_harder (ipv6/netfilter.c): nat at
 * output does it for a new destination, chains of type route for a new mark, address or tos.
 */
import { loadIpv6, word } from '../address.ts';
import { RTN_LOCAL, RTN_UNICAST } from '../fib.ts';
import { isLinkLocal6, isMulticast6 } from '../fib6.ts';
import type { Netns } from '../netns.ts';
import { MARK, NFPROTO_IPV6, NH, type Packet } from '../packet.ts';
import type { Route } from '../route.ts';

/** False where there is no route: the packet is dropped. */
export function rerouteOutput(ns: Netns, p: Packet, family: number): boolean {
  ns.routing = p;
  const route = family === NFPROTO_IPV6 ? reroute6(ns, p) : reroute4(ns, p);
  ns.routing = null;
  if (route === null || route.error !== 0) return false;
  p.dst = route;
  return true;
}

function reroute4(ns: Netns, p: Packet): Route | null {
  const { b, m } = p;
  const nh = m[NH]!;
  const dev = p.dst?.dev ?? 0;
  const saddr = word(b, nh + 12);
  const type = ns.fib4.addressTypeAt(saddr, dev);
  const own = type === RTN_LOCAL || type === RTN_UNICAST;
  const flow = ns.outFlow4;
  flow.clear();
  flow.daddr[0] = word(b, nh + 16);
  flow.saddr[0] = own ? saddr : 0;
  flow.anysrc = own;
  flow.tos = b[nh + 1]! & 0x1e;
  flow.mark = m[MARK]!;
  flow.l3mdev = ns.l3mdev(dev);
  if (ns.fib4.rules.readsPorts) ns.fillPorts(flow);
  return ns.fib4.output(flow);
}

function reroute6(ns: Netns, p: Packet): Route {
  const { m } = p;
  const dev = p.dst?.dev ?? 0;
  const flow = ns.outFlow6;
  flow.clear();
  loadIpv6(p, m[NH]! + 8, flow.saddr);
  loadIpv6(p, m[NH]! + 24, flow.daddr);
  flow.mark = m[MARK]!;
  flow.l3mdev = ns.l3mdev(dev);
  if (isMulticast6(flow.daddr) || isLinkLocal6(flow.daddr)) flow.oif = dev;
  if (ns.fib6.rules.readsPorts) ns.fillPorts(flow);
  return ns.fib6.output(flow);
}
