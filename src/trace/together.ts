/**
 * What an event may say at once: one command, or one packet in one way.
 *
 * A field that would be passed over is refused, so that a trace means all that it says.
 */
import { FieldError } from './problem.ts';
import type { Event } from './schema.ts';

type Field = keyof Event;

const ABOUT: readonly Field[] = ['time', 'about', 'expect'];
/** And `ip`, where it is a text. */
const COMMANDS: readonly Field[] = ['nft', 'conntrack', 'sysctl', 'link', 'snapshot'];
const NETWORK: readonly Field[] = ['ip', 'ip6', 'arp'];
const OUTER: readonly Field[] = ['ether', 'vlan', 'pppoe'];
const TRANSPORT: readonly Field[] = [
  ...(['tcp', 'udp', 'udplite', 'icmp', 'icmpv6'] as const),
  ...(['sctp', 'esp', 'ah'] as const),
];

function clash(first: Field | undefined, second: Field | undefined): void {
  if (first && second) throw new FieldError(second, `not together with '${first}'`);
}

/** Throws FieldError. */
export function checkTogether(event: Event): void {
  const given = (Object.keys(event) as Field[]).filter(
    (field) => event[field] !== undefined && !ABOUT.includes(field),
  );
  const others = (field: Field, ...allowed: Field[]) =>
    given.find((other) => other !== field && !allowed.includes(other));
  const isCommand = (field: Field) =>
    COMMANDS.includes(field) || (field === 'ip' && typeof event.ip === 'string');
  const command = given.find(isCommand);
  if (command) clash(command, others(command));
  if (event.frame !== undefined) clash('frame', others('frame', 'iif'));
  if (event.arp) clash('arp', others('arp', 'iif', 'ether', 'vlan'));
  for (const group of [NETWORK, TRANSPORT]) {
    const [first, second] = given.filter((field) => group.includes(field));
    clash(first, second);
  }
  const transport = given.find((field) => TRANSPORT.includes(field));
  if (transport && !event.ip && !event.ip6)
    throw new FieldError(transport, "without 'ip' or 'ip6'");
  if (event.pppoe && !event.ip && !event.ip6 && event.pppoe.protocol === undefined)
    throw new FieldError('pppoe', "without 'ip', 'ip6' or a protocol");
  const outer = event.iif === undefined && given.find((f) => OUTER.includes(f));
  if (outer) throw new FieldError(outer, 'only of a frame that comes in (iif)');
}
