/**
 * `ip address`: add, replace, del, flush.
 */
import { parseIpv4 } from '../address.ts';
import { type Device, SCOPE_HOST, SCOPE_LINK, SCOPE_UNIVERSE } from '../device.ts';
import { isLoopback4, sameSubnet } from '../fib4_tables.ts';
import type { Netns } from '../netns.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../packet.ts';
import { CommandError, isError, type Words } from '../words.ts';
import { actionOf, answers, findDevice, notSupported, type Prefix, parsePrefix } from './common.ts';

interface AddressLine {
  prefix: Prefix | null;
  /** The address has a length of its own. */
  exact: boolean;
  /** The other end of a link between two; its length is then that of the address. */
  peer: Prefix | null;
  device: Device | null;
  broadcast: number;
  scope: number;
}

const SCOPES: Readonly<Record<string, number>> = {
  global: SCOPE_UNIVERSE,
  universe: SCOPE_UNIVERSE,
  link: SCOPE_LINK,
  host: SCOPE_HOST,
};

export function ipAddress(ns: Netns, words: Words, family: number): CommandError | undefined {
  const word = words.next();
  const action = actionOf(word, ['add', 'change', 'replace', 'delete', 'flush']);
  if (action === undefined) return notSupported(`address ${word ?? ''}`);
  const line = parse(ns, words, family, action);
  if (isError(line)) return line;
  const { prefix, device } = line;
  if (device === null)
    return new CommandError('Not enough information: "dev" argument is required.');
  if (action === 'flush') {
    flush(ns, device, prefix?.family ?? family);
    return undefined;
  }
  if (prefix === null) return new CommandError('Error: an address is expected.');
  if (action === 'delete') return remove(ns, device, prefix, line);
  const error = add(ns, device, prefix, line);
  return action !== 'add' && error?.message.endsWith('File exists') ? undefined : error;
}

function parse(
  ns: Netns,
  words: Words,
  family: number,
  action: string,
): AddressLine | CommandError {
  const line: AddressLine = {
    prefix: null,
    exact: false,
    peer: null,
    device: null,
    broadcast: 0,
    scope: -1,
  };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'dev') {
      const device = findDevice(ns, words.value(word));
      if (isError(device)) return device;
      line.device = device;
    } else if (word === 'brd' || word === 'broadcast') {
      const text = words.value(word);
      if (isError(text)) return text;
      if (text === '+') line.broadcast = broadcastOf(line.prefix);
      else if (text !== '-') line.broadcast = parseIpv4(text) ?? 0;
    } else if (word === 'scope') {
      const scope = SCOPES[words.next() ?? ''];
      if (scope === undefined) return new CommandError('Error: argument is wrong: invalid scope');
      line.scope = scope;
    } else if (word === 'peer' || word === 'remote') {
      const text = words.value(word);
      if (isError(text)) return text;
      const peer = parsePrefix(text, family);
      if (isError(peer)) return peer;
      line.peer = peer;
    } else if (word === 'label') words.next();
    else if (word === 'nodad') continue;
    else if (word === 'local') continue;
    else if (/^[\d.]+|:/.test(word)) {
      const prefix = parsePrefix(word, family);
      if (isError(prefix)) return prefix;
      line.prefix = prefix;
      line.exact = word.includes('/');
    } else return notSupported(`address ${action} ${word}`);
  }
  return line;
}

function broadcastOf(prefix: Prefix | null): number {
  if (prefix === null || prefix.family !== NFPROTO_IPV4 || prefix.length >= 31) return 0;
  return prefix.words[0]! | (0xffffffff >>> prefix.length);
}

function add(ns: Netns, device: Device, prefix: Prefix, line: AddressLine) {
  const { words, length } = line.peer ?? prefix;
  let error: string | undefined;
  if (prefix.family === NFPROTO_IPV6)
    error = ns.links.addAddress6(device, prefix.words, length, line.peer && words);
  else {
    const local = prefix.words[0]!;
    const scope = line.scope >= 0 ? line.scope : isLoopback4(local) ? SCOPE_HOST : SCOPE_UNIVERSE;
    const { broadcast } = line;
    error = ns.links.addAddress4(device, local, length, { scope, broadcast, address: words[0]! });
  }
  return error === undefined ? undefined : new CommandError(error);
}

function remove(
  ns: Netns,
  device: Device,
  prefix: Prefix,
  { exact, peer }: AddressLine,
): CommandError | undefined {
  if (prefix.family === NFPROTO_IPV6) {
    const a = device.addr6.find(
      (x) => x.prefixlen === prefix.length && x.local.every((w, i) => w === prefix.words[i]),
    );
    if (a === undefined) return answers('Cannot assign requested address');
    ns.links.removeAddress6(device, a);
    return undefined;
  }
  // inet_rtm_deladdr: without a length and the other end, any that has this address
  const { words, length } = peer ?? prefix;
  const any = peer === null && !exact;
  const a = device.addr4.find(
    (x) =>
      x.local === prefix.words[0] && (any || (x.prefixlen === length && sameSubnet(x, words[0]!))),
  );
  if (a === undefined) return answers('Cannot assign requested address');
  ns.links.removeAddress4(device, a);
  return undefined;
}

function flush(ns: Netns, device: Device, family: number): void {
  if (family !== NFPROTO_IPV6)
    while (device.addr4.length > 0) ns.links.removeAddress4(device, device.addr4[0]!);
  if (family !== NFPROTO_IPV4)
    for (const a of [...device.addr6]) ns.links.removeAddress6(device, a);
}
