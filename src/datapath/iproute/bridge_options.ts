/**
 * What stands behind `type bridge` in `ip link add` and `ip link set`.
 *
 * Mirrors iplink_bridge.c and br_changelink (br_netlink.c). Spanning tree and snooping are off, whatever
 * delay there is.
 */
import { setDefaultPvid } from '../bridge_vlan.ts';
import type { Device } from '../device.ts';
import type { Netns } from '../netns.ts';
import { ETH_P_8021AD, ETH_P_8021Q, VLAN_VID_MASK } from '../packet.ts';
import { CommandError, isError, type Words } from '../words.ts';
import { answers, notSupported, numberOf } from './common.ts';

export interface BridgeOptions {
  readonly vlanFiltering?: boolean;
  readonly vlanProto?: number;
  readonly defaultPvid?: number;
}

const VLAN_PROTOCOLS = new Map([
  ['802.1q', ETH_P_8021Q],
  ['802.1ad', ETH_P_8021AD],
]);

/** The ethertype of a tag by its name, without regard to case. */
export const vlanProtocol = (name: unknown): number | undefined =>
  VLAN_PROTOCOLS.get(String(name).toLowerCase());

export function bridgeOptions(words: Words): BridgeOptions | CommandError {
  let options: BridgeOptions = {};
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const option = bridgeOption(words, word);
    if (isError(option)) return option;
    options = { ...options, ...option };
  }
  return options;
}

function bridgeOption(words: Words, word: string): BridgeOptions | CommandError {
  switch (word) {
    case 'vlan_filtering': {
      const value = numberOf(words, word, 0xff);
      return isError(value) ? value : { vlanFiltering: value !== 0 };
    }
    case 'vlan_default_pvid': {
      const value = numberOf(words, word, 0xffff);
      if (isError(value)) return value;
      return value < VLAN_VID_MASK ? { defaultPvid: value } : answers('Invalid argument');
    }
    case 'vlan_protocol': {
      const name = words.value(word);
      if (isError(name)) return name;
      const vlanProto = vlanProtocol(name);
      if (vlanProto !== undefined) return { vlanProto };
      return new CommandError(`Error: argument "${name}" is wrong: invalid vlan_protocol`);
    }
    case 'forward_delay':
    case 'mcast_snooping':
      return words.next() === '0' ? {} : notSupported(`bridge ${word}`);
    default:
      return notSupported(`link type bridge ${word}`);
  }
}

/** br_changelink */
export function changeBridge(ns: Netns, bridge: Device, options: BridgeOptions): void {
  const { vlanFiltering, vlanProto, defaultPvid } = options;
  if (vlanFiltering !== undefined) bridge.vlanFiltering = vlanFiltering;
  if (vlanProto !== undefined) bridge.vlanProto = vlanProto;
  if (defaultPvid !== undefined) setDefaultPvid(ns, bridge, defaultPvid);
}
