/**
 * `bridge vlan`: add, delete.
 *
 * Mirrors vlan_modify (iproute2's bridge/vlan.c), rtnl_bridge_setlink, rtnl_bridge_dellink
 * (core/rtnetlink.c) and br_process_vlan_info (br_netlink.c).
 */
import { addVlans, deleteVlans, VLAN_N_VID } from '../bridge_vlan.ts';
import type { Device } from '../device.ts';
import type { Netns } from '../netns.ts';
import { VLAN_VID_MASK } from '../packet.ts';
import { CommandError, isError, type Words } from '../words.ts';
import { actionOf, answers } from './common.ts';

/** What a line says. */
interface Line {
  device: string | undefined;
  /** vid, or from vid to vidEnd. */
  vid: number;
  vidEnd: number | undefined;
  pvid: boolean;
  untagged: boolean;
  self: boolean;
  master: boolean;
}

export function bridgeVlan(ns: Netns, words: Words): CommandError | undefined {
  const word = words.next();
  const action = actionOf(word, ['add', 'delete']);
  if (action === undefined) return new CommandError(`bridge vlan ${word ?? ''}: not supported`);
  const line = parseLine(words);
  if (isError(line)) return line;
  const device = ns.devices.named(line.device!);
  if (device === undefined) return new CommandError(`Cannot find bridge device "${line.device}"`);
  const wrong = checkRange(line);
  if (wrong !== undefined) return wrong;
  if (line.master || !line.self) {
    if (ns.devices.get(device.master)?.kind !== 'bridge') return answers('Operation not supported');
    modify(ns, device, line, action);
  }
  if (!line.self) return undefined;
  if (device.kind !== 'bridge') return answers('Operation not supported');
  modify(ns, device, line, action);
  return undefined;
}

function parseLine(words: Words): Line | CommandError {
  const line: Line = {
    device: undefined,
    vid: -1,
    vidEnd: undefined,
    pvid: false,
    untagged: false,
    self: false,
    master: false,
  };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'pvid' || word === 'untagged' || word === 'self' || word === 'master')
      line[word] = true;
    else if (word === 'dev') {
      const name = words.value(word);
      if (isError(name)) return name;
      line.device = name;
    } else if (word === 'vid') {
      const text = words.value(word);
      if (isError(text)) return text;
      const range = /^(\d+)(?:-(\d+))?$/.exec(text);
      if (range === null) return new CommandError(`bridge vlan vid ${text}: not supported`);
      line.vid = Number(range[1]);
      line.vidEnd = range[2] === undefined ? undefined : Number(range[2]);
    } else return new CommandError(`bridge vlan ${word}: not supported`);
  }
  if (line.device === undefined || line.vid < 0)
    return new CommandError('Device and VLAN ID are required arguments.');
  return line;
}

function checkRange({ vid, vidEnd, pvid }: Line): CommandError | undefined {
  if (vid >= VLAN_N_VID) return new CommandError(`Invalid VLAN ID "${vid}"`);
  if (vidEnd !== undefined && (vidEnd >= VLAN_N_VID || vid >= vidEnd))
    return new CommandError(`Invalid VLAN range "${vid}-${vidEnd}"`);
  if (vidEnd !== undefined && pvid)
    return new CommandError('pvid cannot be configured for a vlan range');
  const valid = vid > 0 && (vidEnd ?? vid) < VLAN_VID_MASK;
  return valid ? undefined : new CommandError('Error: bridge: Vlan id is invalid.');
}

function modify(ns: Netns, device: Device, line: Line, action: string): void {
  const { vid, vidEnd = vid } = line;
  if (action === 'add') addVlans(ns, device, vid, vidEnd, line);
  else deleteVlans(ns, device, vid, vidEnd);
}
