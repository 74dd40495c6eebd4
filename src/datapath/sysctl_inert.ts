/**
 * Settings of Linux that the machine does not have: those that change nothing that is seen here, and
 * those that would, of which only one value is what the machine does.
 *
 * So that the output of `sysctl -a` of a router can be given as it is, and a setting that would make
 * a difference is refused rather than passed over.
 */

const IPV4 = String.raw`net\.ipv4\.`;
const IPV6 = String.raw`net\.ipv6\.`;
const DEVICE4 = String.raw`net\.ipv4\.conf\.[^ ]+\.`;
const DEVICE6 = String.raw`net\.ipv6\.conf\.[^ ]+\.`;
const NEIGHBOURS = String.raw`net\.ipv[46]\.neigh\.[^ ]+\.`;

/** No packet that is forwarded, filtered or answered here depends on them. */
const INERT: readonly RegExp[] = [
  String.raw`(abi|crypto|debug|dev|fs|kernel|sunrpc|user|vm)\..*`,
  String.raw`net\.(core|mptcp|sctp|smc|unix|vsock|l2tp|tipc|rds|ax25|netrom|rose|dccp)\..*`,
  `${IPV4}(tcp|udp|igmp|cipso|inet_peer|fib_multipath|fib_notify|xfrm4|ipfrag)_.*`,
  `${IPV4}(fib_sync_mem|icmp_ignore_bogus_error_responses|ip_autobind_reuse|ip_dynaddr)`,
  `${IPV4}(ip_early_demux|ip_nonlocal_bind|raw_l3mdev_accept|ip_local_port_range|ip_local_reserved_ports)`,
  `${IPV4}(ip_unprivileged_port_start|nexthop_compat_mode|ping_group_range|route\\.(?!min_pmtu$|mtu_expires$).*)`,
  `${DEVICE4}(arp_evict_nocarrier|arp_notify|disable_policy|disable_xfrm)`,
  `${DEVICE4}(force_igmp_version|igmpv[23]_.*|ignore_routes_with_linkdown|tag)`,
  `${DEVICE4}log_martians`,
  `${IPV6}(bindv6only|ip_nonlocal_bind|calipso_.*|fib_.*|flowlabel_consistency|flowlabel_state_ranges|idgen_.*)`,
  `${IPV6}(ioam6_.*|ip6frag_.*|mld_.*|route\\..*|seg6_flowlabel|xfrm6_.*)`,
  `${DEVICE6}(accept_dad|accept_ra|accept_ra_.*|accept_untracked_na|addr_gen_mode|autoconf)`,
  `${DEVICE6}(dad_transmits|disable_policy|enhanced_dad|force_mld_version)`,
  `${DEVICE6}(ignore_routes_with_linkdown|ioam6_id.*|max_addresses|mldv.*)`,
  `${DEVICE6}(max_desync_factor|ndisc_.*|optimistic_dad|ra_.*|regen_.*|router_.*|stable_secret)`,
  `${DEVICE6}(suppress_frag_ndisc|temp_.*|use_optimistic|use_tempaddr)`,
  // retrans_time is in units of the recording machine; retrans_time_ms says the same
  `${NEIGHBOURS}(retrans_time|anycast_delay|gc_.*|interval_probe_time_ms|locktime|proxy_.*|unres_qlen_bytes)`,
  String.raw`net\.netfilter\.(nf_conntrack_count|nf_conntrack_frag6_.*thresh|nf_log.*)`,
  String.raw`net\.bridge\.bridge-nf-(filter|pass)-.*`,
].map((pattern) => new RegExp(`^(${pattern})$`));

/** What the machine does as if they stood at these values. */
const FIXED: readonly (readonly [RegExp, string])[] = (
  [
    [`${DEVICE4}(bootp_relay|mc_forwarding|medium_id|proxy_arp_pvlan)`, '0'],
    [`${IPV4}icmp_echo_enable_probe`, '0'],
    [`${DEVICE6}(accept_source_route|force_forwarding|ioam6_enabled|mc_forwarding)`, '0'],
    [`${DEVICE6}(rpl_seg_enabled|seg6_.*|use_oif_addrs_only)`, '0'],
    [`${IPV6}flowlabel_reflect`, '0'],
    [`${IPV6}icmp\\.error_anycast_as_unicast`, '0'],
    [`${IPV6}icmp\\.ratemask`, '0-1,3-127'],
    [`${IPV6}max_(dst|hbh)_opts_number`, '8'],
    [`${IPV6}max_(dst_opts|hbh)_length`, '2147483647'],
    [`${NEIGHBOURS}(app_solicit|mcast_resolicit)`, '0'],
    [`${NEIGHBOURS}(mcast_solicit|ucast_solicit)`, '3'],
    [`${NEIGHBOURS}(base_reachable_time)`, '30'],
    [`${NEIGHBOURS}(base_reachable_time_ms)`, '30000'],
    [`${NEIGHBOURS}(delay_first_probe_time)`, '5'],
    [`${NEIGHBOURS}(retrans_time_ms)`, '1000'],
    [`${NEIGHBOURS}(unres_qlen)`, '101'],
    [String.raw`net\.bridge\.bridge-nf-call-.*`, '0'],
    [String.raw`net\.netfilter\.nf_hooks_lwtunnel`, '0'],
  ] as const
).map(([pattern, value]) => [new RegExp(`^(${pattern})$`), value] as const);

/** undefined: may be passed over; else why it is refused. */
export function setInert(name: string, value: string): string | undefined {
  if (INERT.some((pattern) => pattern.test(name))) return undefined;
  const only = FIXED.find(([pattern]) => pattern.test(name))?.[1];
  if (only === undefined) return `sysctl ${name}: not supported`;
  return value === only ? undefined : `sysctl ${name}: only ${only} is supported`;
}
