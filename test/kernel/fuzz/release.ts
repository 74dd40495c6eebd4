/**
 * The kernels that answers are recorded of: Debian's releases and this machine's own, and what of the
 * fuzzer's vocabulary each of them and its nft lack.
 */

export interface Release {
  /** As nftsim names it. */
  readonly kernel: string;
  /** Its nft is the one that nftsim prints like. */
  readonly prints?: boolean;
  /** No devices on devices: not every kernel has VLANs and bridges. */
  readonly plain?: boolean;
  /** No pause longer than so many seconds. */
  readonly pauses?: number;
  /** Conversations that its kernel tracks in no way that nftsim knows. */
  readonly silent?: readonly string[];
  /** What no rule and no set may have: most of it isn't known there, some makes that nft die. */
  readonly without?: RegExp;
}

export const RELEASES: Readonly<Record<string, Release>> = {
  trixie: { kernel: '6.12.117', prints: true },
  bookworm: {
    kernel: '6.1',
    without:
      /@(ll|nh|th),|\blast\b|dccp option|vlan type|gc-interval|\bgre (flags|version)|icmpv6 (taddr|daddr)/,
  },
  bullseye: {
    kernel: '5.10',
    without:
      /@(ll|nh|th),|\blast\b|dccp option|sctp chunk|vlan type|gc-interval|\bgre |icmpv6 (taddr|daddr)|\{ .*(counter|quota|limit|ct count).*\};|(add|update) @.* (counter|quota|limit|ct count)|jhash|(icmp|icmpv6) (id|sequence) /,
  },
  // real time, and what is a module of its own may be missing
  local: {
    kernel: '6.12',
    plain: true,
    pauses: 75,
    silent: ['dccp'],
    without: /ct count|flowtable|flow add|tproxy|queue|\blast\b|dccp option/,
  },
};
