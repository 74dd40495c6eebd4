/**
 * `ip link`: set, add, delete.
 */
import { parseMac } from '../address.ts';
import { initBridge } from '../bridge_vlan.ts';
import { ARPHRD_ETHER, type Device, type DeviceKind } from '../device.ts';
import type { Netns } from '../netns.ts';
import { CommandError, isError, type Words } from '../words.ts';
import { type BridgeOptions, bridgeOptions, changeBridge, vlanProtocol } from './bridge_options.ts';
import { actionOf, answers, findDevice, notSupported, numberOf, parseTable } from './common.ts';

export function ipLink(ns: Netns, words: Words): CommandError | undefined {
  const word = words.next();
  const action = actionOf(word, ['add', 'set', 'delete']);
  if (action === 'set') return setLink(ns, words);
  if (action === 'add') return addLink(ns, words);
  if (action !== 'delete') return notSupported(`link ${word ?? ''}`);
  words.take('dev');
  const device = findDevice(ns, words.value('dev'));
  if (isError(device)) return device;
  if (device.kind === 'wire' || device.kind === 'loopback')
    return answers('Operation not supported');
  ns.links.remove(device);
  return undefined;
}

function setLink(ns: Netns, words: Words): CommandError | undefined {
  words.take('dev');
  const device = findDevice(ns, words.value('dev'));
  if (isError(device)) return device;
  const changes: Change[] = [];
  while (!words.done) {
    const change = parseChange(ns, device, words);
    if (isError(change)) return change;
    changes.push(change);
  }
  for (const change of changes) {
    const error = change();
    if (typeof error === 'string') return new CommandError(error);
  }
  return undefined;
}

/** Done once the line is read; a string is an error. */
type Change = () => unknown;

/** One setting of `ip link set`. */
function parseChange(ns: Netns, device: Device, words: Words): Change | CommandError {
  const word = words.next()!;
  switch (word) {
    case 'up':
    case 'down':
      return () => {
        // vlan_dev_open
        if (word === 'up' && ns.devices.get(device.link)?.up === false)
          return 'RTNETLINK answers: Network is down';
        return ns.links.setUp(device, word === 'up');
      };
    case 'mtu': {
      const mtu = numberOf(words, word, 65536);
      if (isError(mtu)) return mtu;
      return () => ns.links.giveMtu(device, mtu);
    }
    case 'master': {
      const master = findDevice(ns, words.value(word));
      if (isError(master)) return master;
      // br_add_if
      if (master.kind === 'bridge' && device.type !== ARPHRD_ETHER)
        return answers('Invalid argument');
      if (master.kind !== 'bridge' && master.kind !== 'vrf')
        return answers('Operation not supported');
      return () => ns.links.setMaster(device, master);
    }
    case 'nomaster':
      return () => ns.links.setMaster(device, null);
    case 'address': {
      const address = parseMac(words.next() ?? '');
      if (address === undefined) return new CommandError('Error: lladdr is wrong.');
      if (!device.hasHeader) return answers('Operation not supported');
      return () => ns.links.setAddress(device, address);
    }
    case 'group': {
      if (words.take('default')) return () => ns.links.setGroup(device, 0);
      const group = numberOf(words, word);
      return isError(group) ? group : () => ns.links.setGroup(device, group);
    }
    case 'promisc': {
      const on = words.next() === 'on';
      return () => {
        device.promiscuous = on;
      };
    }
    case 'type':
      return parseType(ns, device, words);
    default:
      return notSupported(`link set ${word}`);
  }
}

/** `ip link set … type KIND …` */
function parseType(ns: Netns, device: Device, words: Words): Change | CommandError {
  const kind = words.value('type');
  if (isError(kind)) return kind;
  if (kind !== 'bridge') return notSupported(`link set type ${kind}`);
  const options = bridgeOptions(words);
  if (isError(options)) return options;
  if (device.kind !== 'bridge') return answers('Operation not supported');
  return () => {
    changeBridge(ns, device, options);
    ns.links.stateChanged(device);
  };
}

const KINDS: readonly DeviceKind[] = ['dummy', 'bridge', 'vlan', 'vrf'];

function addLink(ns: Netns, words: Words): CommandError | undefined {
  let name = '';
  let below: Device | null = null;
  let kind: DeviceKind | undefined;
  let address: Uint8Array | undefined;
  let mtu = 0;
  while (kind === undefined) {
    const word = words.next();
    if (word === undefined)
      return new CommandError('Not enough information: "type" argument is required');
    if (word === 'link') {
      const device = findDevice(ns, words.value(word));
      if (isError(device)) return device;
      below = device;
    } else if (word === 'type') {
      const type = words.value(word);
      if (isError(type)) return type;
      // ppp_nl_validate: a session is its daemon's, and `ip` has no word for it
      if (type === 'ppp') return answers('Invalid argument');
      kind = KINDS.find((k) => k === type);
      if (kind === undefined) return notSupported(`link add type ${type}`);
    } else if (word === 'address') address = parseMac(words.next() ?? '');
    else if (word === 'mtu') mtu = Number(words.next());
    else if (word === 'name' || word === 'dev') name = words.next() ?? '';
    else if (['up', 'down', 'master', 'index'].includes(word))
      return notSupported(`link add ${word}`);
    else name = word;
  }
  if (ns.devices.named(name) !== undefined) return answers('File exists');
  const data = parseKind(words, kind);
  if (isError(data)) return data;
  if (kind === 'vlan' && below === null) return answers('Operation not supported');
  if (kind === 'vlan' && below?.kind === 'ppp')
    return notSupported('link add type vlan, of a ppp device');
  const device = createDevice(ns, name, kind, ns.devices.free(2), { ...data, below });
  if (address !== undefined) ns.links.setAddress(device, address);
  if (mtu > 0) {
    const error = ns.links.giveMtu(device, mtu);
    if (error !== undefined) return new CommandError(error);
  }
  return undefined;
}

export interface KindData {
  readonly vlanId?: number;
  readonly vlanProto?: number;
  readonly vrfTable?: number;
  readonly bridge?: BridgeOptions;
  readonly session?: { readonly id: number; readonly peer: Uint8Array };
}

/** What stands behind `type KIND`. */
function parseKind(words: Words, kind: DeviceKind): KindData | CommandError {
  if (kind === 'bridge') {
    const bridge = bridgeOptions(words);
    return isError(bridge) ? bridge : { bridge };
  }
  let data: KindData = {};
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (kind === 'vlan' && word === 'id') {
      const id = numberOf(words, word, 4094);
      if (isError(id)) return id;
      data = { ...data, vlanId: id };
    } else if (kind === 'vlan' && (word === 'protocol' || word === 'proto')) {
      const vlanProto = vlanProtocol(words.next());
      if (vlanProto === undefined) return notSupported('vlan protocol');
      data = { ...data, vlanProto };
    } else if (kind === 'vrf' && word === 'table') {
      const table = parseTable(words.next() ?? '');
      if (isError(table)) return table;
      data = { ...data, vrfTable: table };
    } else return notSupported(`link add type ${kind} ${word}`);
  }
  return data;
}

/** A new device, down. */
export function createDevice(
  ns: Netns,
  name: string,
  kind: DeviceKind,
  ifindex: number,
  data: KindData & { readonly below: Device | null },
): Device {
  const device = ns.links.add(name, kind, ifindex);
  device.address = Uint8Array.from({ length: 6 }, (_, i) =>
    i === 0 ? (ns.random.u32() & 0xfc) | 2 : ns.random.u32() & 0xff,
  );
  if (kind === 'vlan') ns.links.stack(device, data.below!, data.vlanId ?? 0, data.vlanProto);
  if (kind === 'ppp') ns.links.connect(device, data.below!, data.session!.id, data.session!.peer);
  if (kind === 'vrf') {
    device.vrfTable = data.vrfTable ?? 0;
    device.mtu = 65575;
    ns.links.addVrfRules();
  }
  if (kind === 'bridge') {
    device.addressFollows = true;
    initBridge(device);
    changeBridge(ns, device, data.bridge ?? {});
  }
  return device;
}
