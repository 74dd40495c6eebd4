/**
 * The machine as a trace describes it (`env`): devices, addresses, routes, rules, neighbours, settings.
 *
 * Takes data in the shapes of `ip -j -d addr`, `ip -j route`, `ip -j rule`, `ip -j neigh` and
 * `bridge -j vlan`, already checked for shape; what the machine does not know comes back as error texts.
 * The order is that of a machine that starts: devices, masters, VLANs of bridges, up, addresses,
 * settings, neighbours, routes, rules. A setting that the release does not have ends it there, as it
 * ends a script of these commands.
 */
import { parseMac } from './address.ts';
import { VlanGroup } from './bridge_vlan.ts';
import { unreadOfLink, unreadOfPort, unreadOfRoute, unreadOfRule } from './config_unread.ts';
import type { Device, DeviceKind } from './device.ts';
import { vlanProtocol } from './iproute/bridge_options.ts';
import { createDevice } from './iproute/link.ts';
import { bridge, ip, sysctl } from './iproute.ts';
import type { Netns } from './netns.ts';

export interface LinkConfig {
  readonly ifname: string;
  readonly ifindex?: number;
  readonly address?: string;
  readonly mtu?: number;
  readonly group?: string | number;
  readonly flags?: readonly string[];
  readonly master?: string;
  readonly link?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Readonly<Record<string, unknown>>;
    readonly info_slave_kind?: string;
    readonly info_slave_data?: Readonly<Record<string, unknown>>;
  };
  readonly addr_info?: readonly {
    readonly local: string;
    readonly prefixlen: number;
    /** The other end of a link between two. */
    readonly address?: string;
  }[];
}

export interface RouteConfig {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly metric?: number;
  readonly table?: string | number;
  readonly prefsrc?: string;
  readonly type?: string;
}

export interface RuleConfig {
  readonly priority?: number;
  readonly src?: string;
  readonly srclen?: number;
  readonly dst?: string;
  readonly dstlen?: number;
  readonly iif?: string;
  readonly fwmark?: string | number;
  readonly family?: string;
  readonly table: string | number;
}

export interface NeighbourConfig {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr: string;
}

/** As `bridge -j vlan` has it. */
export interface BridgeVlanConfig {
  readonly ifname: string;
  readonly vlans: readonly {
    readonly vlan: number;
    readonly vlanEnd?: number;
    readonly flags?: readonly string[];
  }[];
}

export interface MachineConfig {
  readonly link?: readonly LinkConfig[];
  readonly route?: readonly RouteConfig[];
  readonly rule?: readonly RuleConfig[];
  readonly neigh?: readonly NeighbourConfig[];
  readonly sysctl?: Readonly<Record<string, string | number>>;
  readonly offload?: readonly string[];
  readonly host?: 'silent' | 'closed';
  readonly listen?: readonly string[];
  readonly bridge_vlan?: readonly BridgeVlanConfig[];
  readonly setup?: readonly string[];
}

/** ifindex of the n-th device of the list (from 0). */
const FIRST_IFINDEX = 10;

/** The address of a device that has none given: 02:00:00:00:00:n, n from 1. */
export const defaultAddress = (n: number): string =>
  `02:00:00:00:00:${(n + 1).toString(16).padStart(2, '0')}`;

/** What came of it: what could not be understood, and what the release refused, which ended it. */
export interface Configured {
  readonly problems: readonly string[];
  readonly ended: string | null;
}

/** Builds the machine. */
export function configure(ns: Netns, env: MachineConfig): Configured {
  const configured = build(ns, env);
  ns.mld.settle();
  return configured;
}

function build(ns: Netns, env: MachineConfig): Configured {
  const problems: string[] = [];
  const note = (error: string | undefined) => {
    if (error !== undefined) problems.push(error);
  };
  ns.host = env.host ?? 'silent';
  ns.listen = (env.listen ?? []).map((x) => Number(x.split('/')[1]));
  (env.link ?? []).forEach((link, n) => {
    if (link.ifname !== 'lo') note(addDevice(ns, link, n));
  });
  const links = (env.link ?? []).filter(
    ({ ifname }) => ifname !== 'lo' && ns.devices.named(ifname) !== undefined,
  );
  for (const l of links) if (l.master) note(ip(ns, `link set ${l.ifname} master ${l.master}`));
  if (env.bridge_vlan !== undefined) setVlans(ns, env.bridge_vlan, note);
  for (const l of links)
    if (!l.flags || l.flags.includes('UP')) note(ip(ns, `link set ${l.ifname} up`));
  endSessions(ns);
  for (const l of links)
    for (const a of l.addr_info ?? [])
      note(
        ip(ns, `addr add ${a.local}${option('peer', a.address)}/${a.prefixlen} dev ${l.ifname}`),
      );
  for (const name of env.offload ?? []) {
    const device = ns.devices.named(name);
    if (device === undefined) problems.push(`offload: Cannot find device "${name}"`);
    else device.hwOffload = true;
  }
  const lacking = setSettings(ns, env, links, note);
  if (lacking !== undefined) return { problems, ended: ns.sysctl.set(lacking, 0)! };
  // a session comes up on a machine that has its settings: ipv6_add_dev makes it listen as a router's
  for (const device of ns.devices)
    if (device.session !== null) {
      ns.mld.removed(device);
      ns.mld.deviceAdded(device);
    }
  for (const n of env.neigh ?? [])
    note(ip(ns, `neigh replace ${n.dst} lladdr ${n.lladdr} dev ${n.dev} nud permanent`));
  for (const r of env.route ?? []) note(unreadOfRoute(r) ?? ip(ns, routeLine(r)));
  for (const r of env.rule ?? []) note(unreadOfRule(r) ?? ip(ns, ruleLine(r)));
  for (const line of env.setup ?? []) note(setupLine(ns, line));
  return { problems, ended: null };
}

/** Over a device that is down no session is up. */
function endSessions(ns: Netns): void {
  for (const { up, sessions } of ns.devices)
    for (const { session } of sessions) session!.ended = !up;
}

function addDevice(ns: Netns, link: LinkConfig, n: number): string | undefined {
  const info = link.linkinfo?.info_kind;
  const kind = kindOf(info);
  if (kind === undefined) return `link ${link.ifname}: devices of kind ${info}: not supported`;
  const data = link.linkinfo?.info_data ?? {};
  const { info_slave_kind, info_slave_data = {} } = link.linkinfo ?? {};
  const unread =
    unreadOfLink(link.ifname, kind, data) ??
    (info_slave_kind === 'bridge' ? unreadOfPort(link.ifname, info_slave_data) : undefined);
  if (unread !== undefined) return unread;
  let below: Device | null = null;
  if (kind === 'vlan' || kind === 'ppp') {
    below = ns.devices.named(link.link ?? '') ?? null;
    if (below === null) return `Cannot find device "${link.link ?? ''}"`;
    const wrong = kind === 'ppp' ? wrongSession(below, data) : undefined;
    if (wrong !== undefined) return `link ${link.ifname}: ${wrong}`;
  }
  const index = link.ifindex ?? FIRST_IFINDEX + n;
  if (ns.devices.named(link.ifname) ?? ns.devices.get(index))
    return `link ${link.ifname}: its name or its index is another device's`;
  const device = createDevice(ns, link.ifname, kind, index, {
    below,
    vlanId: Number(data.id ?? 0),
    vlanProto: vlanProtocol(data.protocol ?? '802.1Q')!,
    vrfTable: Number(data.table ?? 0),
    bridge: {
      vlanFiltering: Boolean(data.vlan_filtering),
      vlanProto: vlanProtocol(data.vlan_protocol ?? '802.1Q')!,
      defaultPvid: Number(data.vlan_default_pvid ?? 1),
    },
    ...(kind === 'ppp' && {
      session: { id: Number(data.session), peer: parseMac(String(data.peer))! },
    }),
  });
  const ownAddress = kind === 'wire' || kind === 'bridge';
  const text = link.address ?? (ownAddress ? defaultAddress(n) : undefined);
  const address = text === undefined ? undefined : parseMac(text);
  if (text !== undefined && (address === undefined || !device.hasHeader))
    return `link ${link.ifname}: address ${text}`;
  if (address !== undefined) ns.links.setAddress(device, address);
  if (link.mtu) ns.links.giveMtu(device, link.mtu);
  if (link.group !== undefined && link.group !== 'default') device.group = Number(link.group);
  return undefined;
}

/** What a PPPoE session may go by: what carries Ethernet frames to a wire. */
const UNDER_PPPOE: readonly DeviceKind[] = ['wire', 'vlan', 'bridge'];

/** __set_item: one number with one station is one session of a device. */
function wrongSession(below: Device, data: Readonly<Record<string, unknown>>): string | undefined {
  if (!UNDER_PPPOE.includes(below.kind)) return `a PPPoE session over ${below.name}: not supported`;
  const peer = parseMac(String(data.peer))!;
  const same = below.sessions.find(
    ({ session }) => session!.id === data.session && Buffer.compare(session!.peer, peer) === 0,
  );
  return same && `its session is that of ${same.name}`;
}

/** Devices of no kind have a wire, and so have ends of veth pairs. */
function kindOf(info: string | undefined): DeviceKind | undefined {
  if (info === undefined || info === '' || info === 'veth') return 'wire';
  const kinds: readonly string[] = ['dummy', 'bridge', 'vlan', 'vrf', 'ppp'];
  return kinds.includes(info) ? (info as DeviceKind) : undefined;
}

/** All VLANs of bridges and ports: who is not named has none. */
function setVlans(
  ns: Netns,
  dump: readonly BridgeVlanConfig[],
  note: (error: string | undefined) => void,
): void {
  for (const device of ns.devices)
    if (device.vlanGroup !== null) device.vlanGroup = new VlanGroup();
  for (const { ifname, vlans } of dump) {
    const self = ns.devices.named(ifname)?.kind === 'bridge' ? ' self' : '';
    for (const { vlan, vlanEnd, flags = [] } of vlans) {
      const range = vlanEnd === undefined ? vlan : `${vlan}-${vlanEnd}`;
      const pvid = flags.includes('PVID') ? ' pvid' : '';
      const untagged = flags.includes('Egress Untagged') ? ' untagged' : '';
      note(bridge(ns, `vlan add dev ${ifname} vid ${range}${pvid}${untagged}${self}`));
    }
  }
}

const DEFAULT_SYSCTL: Readonly<Record<string, number>> = {
  'net.ipv4.ip_forward': 1,
  'net.ipv6.conf.all.forwarding': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv6.auto_flowlabels': 0,
};

/** The name of a setting that this release lacks: those after it are not set. */
function setSettings(
  ns: Netns,
  env: MachineConfig,
  links: readonly LinkConfig[],
  note: (error: string | undefined) => void,
): string | undefined {
  const own = { ...DEFAULT_SYSCTL, ...env.sysctl };
  const lacking = Object.keys(own).find((name) => ns.sysctl.lacks(name));
  for (const [name, value] of Object.entries(own)) {
    if (name === lacking) return lacking;
    note(ns.sysctl.set(name, value));
  }
  for (const { ifname } of links)
    for (const setting of ['rp_filter', 'send_redirects']) {
      const name = `net.ipv4.conf.${ifname}.${setting}`;
      if (!(name in own)) note(ns.sysctl.set(name, 0));
    }
  return undefined;
}

const option = (word: string, value: string | number | undefined): string =>
  value === undefined || value === '' ? '' : ` ${word} ${value}`;

function routeLine(r: RouteConfig): string {
  const v6 = r.dst.includes(':') || r.gateway?.includes(':');
  const type = r.type ? `${r.type} ` : '';
  const rest =
    option('via', r.gateway) +
    option('dev', r.dev) +
    option('metric', r.metric) +
    option('table', r.table) +
    option('src', r.prefsrc);
  return `${v6 ? '-6 ' : ''}route replace ${type}${r.dst}${rest}`;
}

function ruleLine(r: RuleConfig): string {
  const v6 = r.family === 'inet6' || [r.src, r.dst].some((a) => a?.includes(':'));
  const length = (n: number | undefined) => (n === undefined ? '' : `/${n}`);
  const src = r.src && r.src !== 'all' ? ` from ${r.src}${length(r.srclen)}` : '';
  const dst = r.dst ? ` to ${r.dst}${length(r.dstlen)}` : '';
  const rest = option('iif', r.iif) + option('fwmark', r.fwmark);
  return `${v6 ? '-6 ' : ''}rule add${option('pref', r.priority)}${src}${dst}${rest} lookup ${r.table}`;
}

/** A line of `setup`: `ip …`, `sysctl …` or `bridge …`. */
export function setupLine(ns: Netns, line: string): string | undefined {
  const [command] = line.trim().split(/\s+/);
  if (command === 'ip') return ip(ns, line);
  if (command === 'sysctl') return sysctl(ns, line);
  if (command === 'bridge') return bridge(ns, line);
  return `setup: ${line}: not supported`;
}
