/**
 * `ip neighbour`: add, replace, change, del, flush.
 */
import { parseMac } from '../address.ts';
import type { Device } from '../device.ts';
import {
  NUD_FAILED,
  NUD_NOARP,
  NUD_NONE,
  NUD_PERMANENT,
  NUD_REACHABLE,
  NUD_STALE,
} from '../neigh.ts';
import type { Netns } from '../netns.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../packet.ts';
import { CommandError, isError, type Words } from '../words.ts';
import {
  actionOf,
  answers,
  findDevice,
  notSupported,
  type Prefix,
  parseAddress,
} from './common.ts';

const STATES: Readonly<Record<string, number>> = {
  permanent: NUD_PERMANENT,
  reachable: NUD_REACHABLE,
  stale: NUD_STALE,
  noarp: NUD_NOARP,
  failed: NUD_FAILED,
  none: NUD_NONE,
};

interface NeighbourLine {
  target: Prefix | null;
  device: Device | null;
  lladdr: Uint8Array | null;
  /** null: not said. */
  state: number | null;
  /** An address that is answered for, not a neighbour. */
  proxy: boolean;
}

export function ipNeighbour(ns: Netns, words: Words, family: number): CommandError | undefined {
  const word = words.next();
  const action = actionOf(word, ['add', 'change', 'replace', 'delete', 'flush']);
  if (action === undefined) return notSupported(`neighbour ${word ?? ''}`);
  const line = parse(ns, words, family);
  if (isError(line)) return line;
  const { device, target, state } = line;
  if (action === 'flush') return flush(ns, line);
  if (device === null || target === null)
    return new CommandError('Device and destination are required arguments.');
  if (line.proxy) return proxy(ns, action, device, target);
  const table = target.family === NFPROTO_IPV4 ? ns.neigh4 : ns.neigh6;
  const known = table.find(device.ifindex, target.words);
  if (action === 'delete') {
    if (known === undefined) return answers('No such file or directory');
    table.delete(known);
    return undefined;
  }
  if (action === 'add' && known !== undefined) return answers('File exists');
  if (action === 'change' && known === undefined) return answers('No such file or directory');
  if (line.lladdr === null && (state ?? NUD_PERMANENT) === NUD_PERMANENT)
    return answers('Invalid argument');
  const lladdr = line.lladdr ?? known?.lladdr ?? new Uint8Array(6);
  table.set(device.ifindex, target.words, lladdr, state ?? NUD_PERMANENT);
  return undefined;
}

/** Without a state those that are not for good. */
function flush(ns: Netns, { device, target, state }: NeighbourLine): CommandError | undefined {
  if (device === null && target === null && state === null)
    return new CommandError('Flush requires arguments.');
  for (const table of [ns.neigh4, ns.neigh6]) {
    for (const entry of [...table]) {
      if (device !== null && entry.ifindex !== device.ifindex) continue;
      if (target !== null && entry.address.some((word, i) => word !== target.words[i])) continue;
      const meant = state === null ? ~(NUD_PERMANENT | NUD_NOARP) : state;
      if (entry.state & meant) table.delete(entry);
    }
  }
  return undefined;
}

/** pneigh_lookup, pneigh_delete */
function proxy(
  ns: Netns,
  action: string,
  device: Device,
  { family, words }: Prefix,
): CommandError | undefined {
  const table = family === NFPROTO_IPV4 ? ns.neigh4 : ns.neigh6;
  const { ifindex } = device;
  const adds = action !== 'delete';
  if (adds === table.isProxied(ifindex, words))
    return adds ? undefined : answers('No such file or directory');
  if (adds) table.addProxy(ifindex, words);
  else table.deleteProxy(ifindex, words);
  if (family === NFPROTO_IPV6) ns.mld.proxyChanged(device, words, adds);
  return undefined;
}

function parse(ns: Netns, words: Words, family: number): NeighbourLine | CommandError {
  const line: NeighbourLine = {
    target: null,
    device: null,
    lladdr: null,
    state: null,
    proxy: false,
  };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'dev') {
      const device = findDevice(ns, words.value(word));
      if (isError(device)) return device;
      line.device = device;
    } else if (word === 'lladdr') {
      const lladdr = parseMac(words.next() ?? '');
      if (lladdr === undefined) return new CommandError('"lladdr" is invalid');
      line.lladdr = lladdr;
    } else if (word === 'nud') {
      const state = STATES[words.next() ?? ''];
      if (state === undefined) return new CommandError('nud state is bad');
      line.state = state;
    } else if (word === 'proxy') {
      line.proxy = true;
    } else if (word !== 'to') {
      const target = parseAddress(word, family);
      if (isError(target)) return notSupported(`neighbour … ${word}`);
      line.target = target;
    }
  }
  return line;
}
