/**
 * What a dump of a machine may say that would make a difference and is not read: named, not passed over.
 *
 * Keys are those of `ip -j -d addr`, `ip -j route` and `ip -j rule`.
 */
import { parseMac } from './address.ts';
import { vlanProtocol } from './iproute/bridge_options.ts';

type Data = Readonly<Record<string, unknown>>;

const ROUTE = ['nexthops', 'nhid', 'encap', 'via', 'metrics', 'tos'];
const RULE = [
  ...['oif', 'fwmask', 'ipproto', 'sport', 'sport_start', 'dport', 'dport_start', 'not', 'tos'],
  ...['suppress_prefixlen', 'suppress_ifgroup', 'goto', 'uid_start', 'tun_id', 'action', 'nat'],
];

const named = (what: string, data: object, keys: readonly string[]): string | undefined => {
  const key = keys.find((k) => k in data);
  return key === undefined ? undefined : `${what}: ${key}: not supported`;
};

export const unreadOfRoute = (route: { readonly dst: string }): string | undefined =>
  named(`route ${route.dst}`, route, ROUTE);

export const unreadOfRule = (rule: { readonly priority?: number }): string | undefined =>
  named(`rule ${rule.priority ?? ''}`.trim(), rule, RULE);

/** Settings of a bridge's port as they are unless somebody changes them (nbp_new); others make a difference. */
const PORT: Data = {
  hairpin: false,
  learning: true,
  flood: true,
  mcast_flood: true,
  bcast_flood: true,
  mcast_to_unicast: false,
  proxy_arp: false,
  proxy_arp_wifi: false,
  neigh_suppress: false,
  neigh_vlan_suppress: false,
  vlan_tunnel: false,
  isolated: false,
  locked: false,
  mab: false,
};

/** Of `linkinfo.info_slave_data` of a bridge's port. */
export function unreadOfPort(name: string, data: Data): string | undefined {
  const key = Object.keys(PORT).find((k) => k in data && data[k] !== PORT[k]);
  if (key !== undefined) return `link ${name}: ${key} ${data[key]}: not supported`;
  return named(`link ${name}`, data, ['backup_port']);
}

const isTag = (protocol: unknown): boolean =>
  protocol === undefined || vlanProtocol(protocol) !== undefined;
const isFull = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

const isNumber = (value: unknown, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;

/** Of `linkinfo.info_data` of a VLAN device, a VRF, a PPPoE session or a bridge. */
export function unreadOfLink(name: string, kind: string, data: Data): string | undefined {
  const refused = (key: string) => `link ${name}: ${key}: not supported`;
  const wrong = (key: string) => `link ${name}: ${key}: ${JSON.stringify(data[key]) ?? 'missing'}`;
  if (kind === 'vlan') {
    if (!isNumber(data.id, 4094)) return wrong('id');
    if (!isTag(data.protocol)) return refused('protocol');
    return ['ingress_qos', 'egress_qos'].filter((k) => isFull(data[k])).map(refused)[0];
  }
  if (kind === 'vrf' && !isNumber(data.table, 0xffffffff)) return wrong('table');
  if (kind === 'ppp') {
    if (data.session === undefined && data.peer === undefined)
      return `link ${name}: a device of kind ppp without a PPPoE session (session, peer): not supported`;
    if (!isNumber(data.session, 0xffff) || data.session === 0) return wrong('session');
    return parseMac(String(data.peer)) === undefined ? wrong('peer') : undefined;
  }
  if (kind !== 'bridge') return undefined;
  if (!isNumber(data.vlan_default_pvid ?? 1, 4094)) return wrong('vlan_default_pvid');
  return isTag(data.vlan_protocol) ? undefined : refused('vlan_protocol');
}
