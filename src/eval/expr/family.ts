/**
 * The protocols that the families' hooks start from, and how what they carry is compared.
 *
 * Mirrors hook_proto_desc of nft, and its proto_inet, proto_netdev, proto_inet_service, proto_metaeth.
 */
import type { Family } from '../../parser/ast.ts';
import type { Protocol } from '../check/protocol.ts';
import { arp } from './arp.ts';
import { ether } from './ether.ts';
import { ip } from './ip.ts';
import { ip6 } from './ip6.ts';

const outermost = (name: string, carries: Protocol['carries']): Protocol => ({
  name,
  layer: 'll',
  numbers: {},
  virtual: true,
  ...(carries && { carries }),
});

/** What is known before the first match, at the layer that the family's hooks see first. */
export const familyProtocol: Readonly<Record<Family, Protocol>> = {
  ip: ip.protocol!,
  ip6: ip6.protocol!,
  arp: arp.protocol!,
  inet: outermost('inet', { numbering: 'nfproto', by: ['meta', 'key', 'nfproto'] }),
  netdev: outermost('netdev', { numbering: 'ethertype', by: ['meta', 'key', 'protocol'] }),
  bridge: ether.protocol!,
};

/** Whatever network protocol there is: transport is compared all the same. */
export const anyNetwork: Protocol = {
  name: 'inet_service',
  layer: 'nh',
  numbers: {},
  carries: { numbering: 'l4proto', by: ['meta', 'key', 'l4proto'] },
};

/** In bridges IP is told by the packet's own type: a VLAN tag may hide that of the frame. */
export const bridgedNetwork: Protocol = {
  name: 'metaeth',
  layer: 'll',
  numbers: {},
  carries: { numbering: 'ethertype', by: ['meta', 'key', 'protocol'] },
};

/** Frames: what must hold before fields of a link layer can be read in families above it. */
export const frame: {
  readonly protocol: Protocol;
  readonly by: readonly [string, string, string];
} = { protocol: ether.protocol!, by: ['meta', 'key', 'iiftype'] };
