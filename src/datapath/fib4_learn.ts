/**
 * What is learned about the paths of single addresses: their MTU, a better gateway.
 *
 * Mirrors __ip_rt_update_pmtu and __ip_do_redirect of net/ipv4/route.c.
 */
import { US_PER_SECOND } from './clock.ts';
import type { Device } from './device.ts';
import { RTN_UNICAST } from './fib.ts';
import { isMulticast4, isZeronet4, LIMITED_BROADCAST, sameSubnet } from './fib4_tables.ts';
import { NUD_VALID } from './neigh.ts';
import type { Netns } from './netns.ts';
import { dstMtu } from './path/ip.ts';
import type { Flow } from './rule.ts';

/** The path to flow.daddr takes no more than `mtu` bytes at once. */
export function updateMtu(ns: Netns, flow: Flow, mtu: number): void {
  const daddr = flow.daddr[0]!;
  const route = ns.fib4.output(flow);
  if (route === null || route.fib === null || route.mtuLocked) return;
  const { minPmtu, mtuExpires } = ns.ipv4;
  const before = dstMtu(ns, route);
  if (before < mtu) return;
  const locked = mtu < minPmtu;
  const learned = locked ? Math.min(before, minPmtu) : mtu;
  const left = (route.pathMtuUntil - ns.clock.now) / US_PER_SECOND;
  if (route.pathMtu === learned && !locked && left > mtuExpires / 2) return;
  ns.fib4.exceptions.learn(route.fib, daddr, learned, locked, mtuExpires);
}

/** The router `from` that flow.daddr is sent to knows a better one on the same wire. */
export function redirectTo(
  ns: Netns,
  flow: Flow,
  from: number,
  gateway: number,
  device: Device,
): void {
  const daddr = flow.daddr[0]!;
  const route = ns.fib4.output(flow);
  if (route === null || route.fib === null) return;
  if (route.gateway === null || route.gateway6 || route.gateway[0] !== from) return;
  if (gateway === from || !mayBeGateway(ns, gateway, from, device)) return;
  const key = Int32Array.of(gateway);
  const neighbour = ns.neigh4.get(route.dev, key);
  if (neighbour.state & NUD_VALID) ns.fib4.exceptions.redirect(route.fib, daddr, key);
  else ns.neigh4.ask(neighbour);
}

function mayBeGateway(ns: Netns, gateway: number, from: number, device: Device): boolean {
  const { all4 } = ns.settings;
  if (isMulticast4(gateway) || gateway === LIMITED_BROADCAST) return false;
  if (isZeronet4(gateway, ns.profile)) return false;
  if (device.ipv4.shared_media | all4.shared_media)
    return ns.fib4.addressTypeAt(gateway, 0) === RTN_UNICAST;
  if (!device.addr4.some((a) => sameSubnet(a, gateway) && sameSubnet(a, from))) return false;
  const secure = device.ipv4.secure_redirects | all4.secure_redirects;
  return !secure || isGateway(ns, gateway, device);
}

/** ip_fib_check_default: some route goes by it. */
function isGateway(ns: Netns, address: number, device: Device): boolean {
  for (const route of ns.fib4.routes())
    if (route.dev === device.ifindex && !route.gateway6 && route.gateway?.[0] === address)
      return true;
  return false;
}
