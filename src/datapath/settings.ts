/**
 * Settings of the whole namespace: net.ipv4.*, net.ipv6.* and reassembly's.
 *
 * Mirrors sysctl_net_ipv4.c and sysctl_net_ipv6.c as far as they have an effect here. Fields hold
 * the values that the path reads.
 */
import type { Sysctl } from './sysctl.ts';

/** Field of Ipv4Settings: the setting's name and default. */
const IPV4 = {
  defaultTtl: ['net.ipv4.ip_default_ttl', 64],
  fwdUpdatePriority: ['net.ipv4.ip_forward_update_priority', 1],
  fwmarkReflect: ['net.ipv4.fwmark_reflect', 0],
  icmpRatelimit: ['net.ipv4.icmp_ratelimit', 1000],
  icmpRatemask: ['net.ipv4.icmp_ratemask', 6168],
  msgsPerSec: ['net.ipv4.icmp_msgs_per_sec', 1000],
  msgsBurst: ['net.ipv4.icmp_msgs_burst', 50],
  errorsUseInboundIfaddr: ['net.ipv4.icmp_errors_use_inbound_ifaddr', 0],
  echoIgnoreAll: ['net.ipv4.icmp_echo_ignore_all', 0],
  echoIgnoreBroadcasts: ['net.ipv4.icmp_echo_ignore_broadcasts', 1],
  forwardUsesPmtu: ['net.ipv4.ip_forward_use_pmtu', 0],
  noPmtuDisc: ['net.ipv4.ip_no_pmtu_disc', 0],
  minPmtu: ['net.ipv4.route.min_pmtu', 552],
  mtuExpires: ['net.ipv4.route.mtu_expires', 600],
  ipfragTime: ['net.ipv4.ipfrag_time', 30],
} as const;

const IPV6 = {
  autoFlowlabels: ['net.ipv6.auto_flowlabels', 1],
  fwmarkReflect: ['net.ipv6.fwmark_reflect', 0],
  fragTime: ['net.ipv6.ip6frag_time', 60],
  conntrackFragTime: ['net.netfilter.nf_conntrack_frag6_timeout', 60],
  icmpRatelimit: ['net.ipv6.icmp.ratelimit', 1000],
  echoIgnoreAll: ['net.ipv6.icmp.echo_ignore_all', 0],
  echoIgnoreAnycast: ['net.ipv6.icmp.echo_ignore_anycast', 0],
  echoIgnoreMulticast: ['net.ipv6.icmp.echo_ignore_multicast', 0],
  anycastSrcEchoReply: ['net.ipv6.anycast_src_echo_reply', 0],
} as const;

export type Ipv4Settings = Record<keyof typeof IPV4, number>;
export type Ipv6Settings = Record<keyof typeof IPV6, number>;

function fields<K extends string>(
  sysctl: Sysctl,
  table: Readonly<Record<K, readonly [name: string, value: number]>>,
): Record<K, number> {
  const out = {} as Record<K, number>;
  for (const field of Object.keys(table) as K[]) {
    const [name, value] = table[field];
    out[field] = value;
    sysctl.define(name, value, {
      apply: (v) => {
        out[field] = v;
      },
    });
  }
  return out;
}

export const ipv4Settings = (sysctl: Sysctl): Ipv4Settings => fields(sysctl, IPV4);
export const ipv6Settings = (sysctl: Sysctl): Ipv6Settings => fields(sysctl, IPV6);
