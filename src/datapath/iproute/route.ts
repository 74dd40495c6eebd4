/**
 * `ip route`: add, append, replace, change, del, flush.
 *
 * Mirrors iproute.c's defaults and the kernel's checks of next hops (fib_semantics.c, route.c).
 */
import { mask6 } from '../address.ts';
import { LOOPBACK_IFINDEX, SCOPE_HOST, SCOPE_LINK, SCOPE_UNIVERSE } from '../device.ts';
import {
  type FibRoute,
  PLAIN_ROUTE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_ANYCAST,
  RTN_BLACKHOLE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from '../fib.ts';

import { isLinkLocal6 } from '../fib6.ts';
import type { Netns } from '../netns.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../packet.ts';
import { CommandError, isError, type Words } from '../words.ts';
import { actionOf, answers, findDevice, notSupported, type Prefix } from './common.ts';
import { parseRoute, type RouteLine } from './route_line.ts';

/** IP6_RT_PRIO_USER */
const IP6_PRIORITY = 1024;

const RTPROT_KERNEL = 2;
const RTPROT_BOOT = 3;

export function ipRoute(ns: Netns, words: Words, family: number): CommandError | undefined {
  const word = words.next();
  const action = actionOf(word, ['add', 'append', 'change', 'replace', 'delete', 'flush']);
  if (action === 'flush') return flush(ns, words, family);
  if (action === undefined) return notSupported(`route ${word ?? ''}`);
  const line = parseRoute(words, family);
  if (isError(line)) return line;
  // `default` may be of either family
  const named = line.dst?.length ? line.dst : undefined;
  const known = named ?? line.gateway ?? line.dst ?? line.prefsrc;
  const v6 = (family || known?.family || NFPROTO_IPV4) === NFPROTO_IPV6;
  if (action === 'delete') return remove(ns, line, v6);
  // it is made before the route is looked at, and stays where that is refused
  (v6 ? ns.fib6 : ns.fib4).table(line.table ?? defaultTable(line.type, v6));
  const route = resolve(ns, line, v6);
  if (isError(route)) return route;
  const refused = install(ns, route, action);
  // the kernel's own come with addresses, also where they are named in a dump
  if (refused === undefined && route.type === RTN_LOCAL && route.protocol !== RTPROT_KERNEL)
    ns.fib4.customLocal ||= !v6;
  return refused;
}

const isReject = (type: number) =>
  type === RTN_BLACKHOLE || type === RTN_UNREACHABLE || type === RTN_PROHIBIT || type === RTN_THROW;

function defaultTable(type: number, v6: boolean): number {
  const local = type === RTN_LOCAL || type === RTN_BROADCAST || type === RTN_ANYCAST;
  return local && !v6
    ? RT_TABLE_LOCAL
    : type === RTN_LOCAL || type === RTN_ANYCAST
      ? RT_TABLE_LOCAL
      : RT_TABLE_MAIN;
}

function defaultScope(line: RouteLine): number {
  if (line.type === RTN_LOCAL) return SCOPE_HOST;
  if ([RTN_BROADCAST, RTN_MULTICAST, RTN_ANYCAST].includes(line.type)) return SCOPE_LINK;
  return line.type === RTN_UNICAST && line.gateway === undefined ? SCOPE_LINK : SCOPE_UNIVERSE;
}

/** The route as the kernel keeps it, or why it does not. */
function resolve(ns: Netns, line: RouteLine, v6: boolean): FibRoute | CommandError {
  const family = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
  const width = v6 ? 4 : 1;
  const dst = line.dst?.family === family ? line.dst.words : new Int32Array(width);
  if (line.dst !== null && line.dst.length > 0 && line.dst.family !== family)
    return new CommandError('Error: an inet prefix of the other family.');
  const prefixlen = line.dst?.length ?? 0;
  if (dst.some((w, i) => w & ~mask6(prefixlen, i)) && !v6)
    return new CommandError('Error: Invalid prefix for given prefix length.');
  const dev = deviceOf(ns, line, v6);
  if (isError(dev)) return dev;
  const error = checkSource(ns, line, v6);
  if (error !== undefined) return error;
  return {
    ...PLAIN_ROUTE,
    family,
    table: line.table ?? defaultTable(line.type, v6),
    dst: dst.map((w, i) => w & mask6(prefixlen, i)),
    prefixlen,
    type: line.type,
    tos: line.tos,
    scope: v6 ? SCOPE_UNIVERSE : (line.scope ?? defaultScope(line)),
    metric: line.metric || (v6 ? IP6_PRIORITY : 0),
    dev,
    gateway: line.gateway?.words ?? null,
    gateway6: line.gateway?.family === NFPROTO_IPV6,
    onlink: line.onlink,
    prefsrc: line.prefsrc?.words ?? null,
    protocol: line.protocol ?? RTPROT_BOOT,
    mtu: line.mtu,
    mtuLocked: line.mtuLocked,
    advmss: line.advmss,
    hoplimit: line.hoplimit,
    realm: line.realm,
  };
}

function checkSource(ns: Netns, line: RouteLine, v6: boolean): CommandError | undefined {
  if (line.prefsrc === undefined) return undefined;
  const own = v6
    ? ns.fib6.isOwnAddress(line.prefsrc.words)
    : ns.fib4.addressType(line.prefsrc.words[0]!) === RTN_LOCAL;
  return own ? undefined : new CommandError('Error: Invalid prefsrc address.');
}

/** fib_check_nh, ip6_route_check_nh: the device of a route, found by its gateway if not given. */
function deviceOf(ns: Netns, line: RouteLine, v6: boolean): number | CommandError {
  if (isReject(line.type)) return v6 ? LOOPBACK_IFINDEX : 0;
  let ifindex = 0;
  if (line.dev !== undefined) {
    const device = findDevice(ns, line.dev);
    if (isError(device)) return device;
    if (!device.up) return new CommandError('Error: Device for nexthop is not up.');
    ifindex = device.ifindex;
  }
  const { gateway } = line;
  if (gateway === undefined) {
    if (ifindex === 0) return v6 ? LOOPBACK_IFINDEX : answers('No such device');
    return ifindex;
  }
  if (line.onlink) return ifindex || answers('No such device');
  // link-local gateways are taken as they are
  if (
    gateway.family === NFPROTO_IPV6 &&
    isLinkLocal6(gateway.words) &&
    !ns.fib6.isOwnAddress(gateway.words)
  )
    return ifindex || new CommandError('Error: Egress device not specified.');
  const found =
    gateway.family === NFPROTO_IPV6
      ? gateway6(ns, gateway.words, ifindex)
      : gateway4(ns, gateway.words[0]!, ifindex, line);
  return found === 0 ? new CommandError('Error: Nexthop has invalid gateway.') : found;
}

function gateway4(ns: Netns, gateway: number, ifindex: number, line: RouteLine): number {
  const { flow } = ns.fib4;
  flow.clear();
  flow.daddr[0] = gateway;
  flow.oif = ifindex;
  flow.iif = LOOPBACK_IFINDEX;
  flow.scope = Math.max((line.scope ?? defaultScope(line)) + 1, SCOPE_LINK);
  const own = line.table === undefined ? -1 : ns.fib4.lookupTable(ns.fib4.table(line.table), flow);
  if (own !== 0 && ns.fib4.lookup(flow) !== 0) return 0;
  const { type, dev } = ns.fib4.result!;
  return type === RTN_UNICAST || type === RTN_LOCAL ? dev : 0;
}

function gateway6(ns: Netns, gateway: Int32Array, ifindex: number): number {
  if (ns.fib6.isOwnAddress(gateway)) return 0;
  const { flow } = ns.fib6;
  flow.clear();
  flow.daddr.set(gateway);
  flow.oif = ifindex;
  flow.iif = LOOPBACK_IFINDEX;
  const route = ns.fib6.lookup(flow, ifindex);
  if (route.error !== 0 || route.gateway !== null) return 0;
  return ifindex === 0 || route.dev === ifindex ? route.dev : 0;
}

/** fib_table_insert, fib6_add. */
function install(ns: Netns, route: FibRoute, action: string): CommandError | undefined {
  const v6 = route.family === NFPROTO_IPV6;
  const table = (v6 ? ns.fib6 : ns.fib4).table(route.table);
  const same = table
    .at(route.dst, route.prefixlen)
    .filter((r) => r.tos === route.tos && r.metric === route.metric);
  const old = same[0];
  if (old !== undefined && action === 'add') return answers('File exists');
  if (old === undefined && action === 'change') return answers('No such file or directory');
  if (v6 && action === 'append' && old?.gateway && route.gateway)
    return notSupported('route append (several next hops)');
  const twin = v6 ? undefined : same.find((r) => alike(r, route));
  if (twin !== undefined && action !== 'add')
    return twin === old && action !== 'append' ? undefined : answers('File exists');
  const replaced = action === 'append' ? undefined : old;
  if (replaced !== undefined) table.remove(replaced);
  table.insert(route, action === 'replace' || action === 'change');
  if (replaced === undefined) ns.links.routesChanged(route.family);
  else gone(ns, [replaced]);
  return undefined;
}

/** Whether two routes of one place would share their fib_info. */
function alike(a: FibRoute, b: FibRoute): boolean {
  const same = (x: Int32Array | null, y: Int32Array | null) => x?.join() === y?.join();
  const keys = ['type', 'scope', 'dev', 'protocol', 'mtu', 'mtuLocked', 'advmss'] as const;
  const more = ['hoplimit', 'realm', 'onlink', 'gateway6'] as const;
  if ([...keys, ...more].some((key) => a[key] !== b[key])) return false;
  return same(a.gateway, b.gateway) && same(a.prefsrc, b.prefsrc);
}

/** IPv4 routes that no lookup has come upon go without anybody noticing. */
function gone(ns: Netns, routes: readonly FibRoute[]): void {
  const [first] = routes;
  if (first === undefined) return;
  if (first.family === NFPROTO_IPV6 || routes.some((r) => r.accessed))
    ns.links.routesChanged(first.family);
}

function remove(ns: Netns, line: RouteLine, v6: boolean): CommandError | undefined {
  const fib = v6 ? ns.fib6 : ns.fib4;
  const id = line.table ?? defaultTable(line.type, v6);
  if (!fib.has(id)) return new CommandError('Error: FIB table does not exist.');
  const table = fib.table(id);
  const dst = line.dst?.length ? line.dst.words : new Int32Array(v6 ? 4 : 1);
  const dev = line.dev === undefined ? undefined : (ns.devices.named(line.dev)?.ifindex ?? -1);
  const found = table
    .at(dst, line.dst?.length ?? 0)
    .find(
      (r) =>
        (line.metric === undefined || r.metric === line.metric) &&
        (dev === undefined || r.dev === dev) &&
        (line.type === RTN_UNICAST || r.type === line.type) &&
        (line.gateway === undefined ||
          (r.gateway !== null && line.gateway.words.every((w, i) => w === r.gateway![i]))) &&
        (line.prefsrc === undefined || r.prefsrc?.[0] === line.prefsrc.words[0]) &&
        (line.tos === 0 || r.tos === line.tos),
    );
  if (found === undefined) return answers('No such process');
  table.remove(found);
  gone(ns, [found]);
  return undefined;
}

/** `ip route flush [table T] [dev D] [PREFIX]`; `flush cache` makes what packets hold stale. */
function flush(ns: Netns, words: Words, family: number): CommandError | undefined {
  const v6 = family === NFPROTO_IPV6;
  const own = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
  if (words.take('cache')) {
    ns.links.routesChanged(own);
    (v6 ? ns.fib6 : ns.fib4).exceptions.flush();
    return undefined;
  }
  if (words.done) return new CommandError('"ip route flush" requires arguments.');
  const line = parseRoute(words, family);
  if (isError(line)) return line;
  if (line.dev !== undefined) {
    const device = findDevice(ns, line.dev);
    if (isError(device)) return device;
  }
  const fib = v6 ? ns.fib6 : ns.fib4;
  const id = line.table ?? RT_TABLE_MAIN;
  if (!fib.has(id) && id !== RT_TABLE_MAIN) {
    const what = `${v6 ? 'ipv6' : 'ipv4'}: FIB table does not exist.`;
    return new CommandError(`Error: ${what}\nFlush terminated`);
  }
  const table = fib.table(id);
  const dev = line.dev === undefined ? undefined : ns.devices.named(line.dev)?.ifindex;
  const flushed = [...table].filter(
    (route) =>
      (line.dev === undefined || route.dev === dev) &&
      (line.dst === null || covers(line.dst, route)),
  );
  for (const route of flushed) table.remove(route);
  gone(ns, flushed);
  return undefined;
}

function covers(prefix: Prefix, route: FibRoute): boolean {
  if (route.prefixlen !== prefix.length) return false;
  return prefix.length === 0 || prefix.words.every((w, i) => w === route.dst[i]);
}
