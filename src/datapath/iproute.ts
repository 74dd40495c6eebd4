/**
 * `ip …`, `bridge …`, `sysctl …`: command lines that change the machine.
 *
 * Understands what iproute2 does to links, addresses, routes, rules, neighbours and bridges' VLANs, as
 * far as the machine knows it; the rest is "not supported", never ignored. Each object has its own file.
 */
import { ipAddress } from './iproute/address.ts';
import { bridgeVlan } from './iproute/bridge_vlan.ts';
import { ipLink } from './iproute/link.ts';
import { ipNeighbour } from './iproute/neigh.ts';
import { ipRoute } from './iproute/route.ts';
import { ipRule } from './iproute/rule.ts';
import type { Netns } from './netns.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from './packet.ts';
import { type CommandError, Words } from './words.ts';

type Handler = (ns: Netns, words: Words, family: number) => CommandError | undefined;

/** Objects in the order in which iproute2 matches abbreviations. */
const OBJECTS: readonly (readonly [name: string, handler: Handler])[] = [
  ['address', ipAddress],
  ['link', ipLink],
  ['neighbor', ipNeighbour],
  ['neighbour', ipNeighbour],
  ['route', ipRoute],
  ['rule', ipRule],
];

/** Runs `ip LINE`; undefined, or why it was refused. `line` may begin with `ip` itself. */
export function ip(ns: Netns, line: string): string | undefined {
  const words = new Words(line);
  words.take('ip');
  let family = 0;
  while (words.peek()?.startsWith('-')) {
    const option = words.next()!;
    if (option === '-4') family = NFPROTO_IPV4;
    else if (option === '-6') family = NFPROTO_IPV6;
    else return `ip ${option}: not supported`;
  }
  const object = words.next() ?? '';
  const handler = OBJECTS.find(([name]) => object !== '' && name.startsWith(object))?.[1];
  if (handler === undefined) return `ip ${object}: not supported`;
  return handler(ns, words, family)?.message;
}

/** Runs `bridge LINE`; undefined, or why it was refused. `line` may begin with `bridge` itself. */
export function bridge(ns: Netns, line: string): string | undefined {
  const words = new Words(line);
  words.take('bridge');
  const object = words.next() ?? '';
  if (object === '' || !'vlan'.startsWith(object)) return `bridge ${object}: not supported`;
  return bridgeVlan(ns, words)?.message;
}

/** Runs `sysctl [-w] [-q] NAME=VALUE …`; undefined, or why it was refused. */
export function sysctl(ns: Netns, line: string): string | undefined {
  const words = new Words(line);
  words.take('sysctl');
  while (words.peek()?.startsWith('-')) {
    const option = words.next()!;
    if (!['-w', '-q', '-wq', '-qw'].includes(option)) return `sysctl ${option}: not supported`;
  }
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const [name, value] = word.split('=');
    if (name === undefined || value === undefined) return `sysctl ${word}: not supported`;
    const error = ns.sysctl.set(name, value);
    if (error !== undefined) return error;
  }
  return undefined;
}
