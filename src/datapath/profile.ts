/**
 * What differs from kernel release to kernel release: every such behaviour is a column here, read by
 * the code that needs it. No file compares releases; releases.ts has a row of each.
 */

/** How long a recorded machine is busy with what a trace tells it to do, in µs. */
export interface Toil {
  readonly snapshot: number;
  readonly nft: number;
  readonly conntrack: number;
  readonly ip: number;
  readonly link: number;
  readonly sysctl: number;
}

export interface KernelProfile {
  /** As `--kernel` and `env.kernel` name it. */
  readonly release: string;
  /** Postrouting knows the device that a forwarded packet came by (5.7). */
  readonly postroutingIif: boolean;
  /** The first address of a subnet is a broadcast address too (before 5.14). */
  readonly lowestAddressIsBroadcast: boolean;
  /** All of 0.0.0.0/8 is no address, not only 0.0.0.0 (before 5.3). */
  readonly zeronetIsSubnet: boolean;
  /** `reject` answers UDP that carries no checksum (6.0). */
  readonly rejectTakesZeroSum: boolean;
  /** The device of a `fib` look-up may be asked for in input and forward too, not only in prerouting (5.19). */
  readonly fibOifInside: boolean;
  /** `reject` may stand at ingress (5.11). */
  readonly rejectAtIngress: boolean;
  /** `queue` is refused where nobody can take packets back: at ingress and for ARP. */
  readonly queueKnowsPlace: boolean;
  /** `fwd` to a neighbour drops packets whose TTL is used up (6.1). */
  readonly fwdChecksTtl: boolean;
  /** Defragmentation stays once somebody asked for it (before 6.1). */
  readonly defragStays: boolean;
  /** Netdev tables have the egress hook (5.16). */
  readonly egressHook: boolean;
  /** Tables of both families have the ingress hook (5.10). */
  readonly inetIngress: boolean;
  /** Tables of both families have chains of type nat and route (5.2). */
  readonly inetNat: boolean;
  /** There is a statement `last` (5.14). */
  readonly last: boolean;
  /**
   * nft_flow_offload_eval: a TCP connection is offloaded once both directions were seen (4.16), once
   * the entry is confirmed (5.2, 5.10), or once it is ESTABLISHED and ASSURED (6.1, 6.12).
   */
  readonly tcpOffload: 'replied' | 'confirmed' | 'assured';
  /** Flowtables know `counter` (5.7). */
  readonly flowtableCounter: boolean;
  /** `meta iiftype` is of the device that the packet is at, not of that it came by (5.17). */
  readonly iiftypeOfDevice: boolean;
  /** `fib … oif` at input does not look up what comes back from the machine itself (6.12). */
  readonly fibSkipsInput: boolean;
  /** `fib … type` without a device asks the tables of the VRF that the packet is in (6.12's stable releases). */
  readonly fibTypeInVrf: boolean;
  /** `fib` and the device of a VRF: looked up in its table and named for all families (6.1), or only with `iif`, and IPv6 names the port. */
  readonly fibKnowsVrf: boolean;
  /** Fields of IP options are looked for as far behind the option as the basic header is long (before 6.1). */
  readonly ipOptionsBeyond: boolean;
  /** IPv6 extension headers that run past the packet's end hide what they name (stable releases of late 2026). */
  readonly extensionsMustFit: boolean;
  /** Later fragments have no transport header, only ports as fast loads read them (5.17). */
  readonly fragmentsLackTransport: boolean;
  /** `@ih` is also what GRE and IP in IP carry (6.2). */
  readonly innerOfTunnels: boolean;
  /** PPPoE takes frames whose PPP protocol number is one byte (5.0 until 2026's stable releases). */
  readonly pppoeTakesCompressed: boolean;
  /** Flowtables look through VLAN, PPPoE and bridges (5.13). */
  readonly flowtablePath: boolean;
  /** A flowtable refused for one device leaves the others bound to its drivers (before 5.13). */
  readonly flowtableKeepsBinding: boolean;
  /**
   * Devices leave only flowtables of priority 0: nft before 1.1 names that one whatever is written,
   * and kernels compare it (since 5.12 and in 5.10's stable releases).
   */
  readonly flowtableGivesAtZero: boolean;
  /** Flowtables take GRE (6.0). */
  readonly flowtableGre: boolean;
  /** `flow add` passes over packets with FIN or RST (5.3). */
  readonly flowtableSkipsClosing: boolean;
  /** Offloaded TCP connections have no window checks afterwards (5.3). */
  readonly flowtableLiberal: boolean;
  /** net.netfilter.nf_flowtable_tcp_timeout and nf_flowtable_udp_timeout exist (5.13). */
  readonly flowtableTimeouts: boolean;
  /** A new flow is expired until its first fast packet (before 5.2). */
  readonly flowtableStartsExpired: boolean;
  /** A packet must lengthen a flow by more than so many seconds to be worth it. */
  readonly flowtableRefreshSlack: number;
  /**
   * What a new flow does to its connection's timeout: nothing, lift it to a day where it is less than
   * half of that (5.9), or set it to a day, and again whenever it runs low (6.12's stable releases).
   */
  readonly flowtableTimeout: 'kept' | 'lifted' | 'set';
  /** The fast path notices that its route has become stale (5.13). */
  readonly flowtableChecksRoute: boolean;
  /** The way back is looked up by its destination alone, or also by source, tos and mark. */
  readonly flowtableRouteKey: 'destination' | 'full';
  /**
   * What a torn down flow does to its connection: it ends with it (before 4.17); it leaves at most
   * 120 s (UDP 30 s) when it is collected, and TCP as ESTABLISHED; or it leaves what its state's
   * timeout is without the flow's, at once.
   */
  readonly flowtableFixup: 'delete' | 'pickup' | 'state';
  /** The 'state' fix-up is done once, not at every teardown of a flow that still waits for its end (6.12's stable releases). */
  readonly flowtableFixesOnce: boolean;
  /** FIN and RST end a flow (4.17). */
  readonly flowtableEndsOnFin: boolean;
  /** Packets with a TTL of 1 are not for the fast path (5.2). */
  readonly flowtableChecksTtl: boolean;
  /** The 'state' fix-up takes UDP for replied even where it is not (before 6.3). */
  readonly flowtableUdpReplied: boolean;
  /** UDP is a stream only after two seconds, then for 120 s (5.0); before, at once and for 180 s. */
  readonly udpStreamLate: boolean;
  /** A RST that is not exactly at the expected number does not close (5.1). */
  readonly tcpResetExact: boolean;
  /** What such a RST leaves of the connection: CLOSE's timeout, or UNACK's (6.12's stable releases). */
  readonly tcpResetLeaves: 'close' | 'unack';
  /** Repeated SYNs do not renew SYN_SENT (5.12, and 5.10's stable releases). */
  readonly tcpSynRenewsNot: boolean;
  /** Higher numbers begin a side of an opening connection anew only with a SYN (6.0). */
  readonly tcpRestartsOnSyn: boolean;
  /**
   * A RST may answer a SYN that was let through whatever its number, if the other side sent that
   * SYN, and a challenge ACK to a new connection (5.13).
   */
  readonly tcpResetToIgnoredSyn: boolean;
  /** Once somebody began to close, every RST closes (6.0). */
  readonly tcpResetWhileClosing: boolean;
  /** nf_conntrack_tcp_ignore_invalid_rst (5.14) */
  readonly tcpIgnoreInvalidRst: boolean;
  /** Segments a little out of the window are part of their connection (6.1), not invalid. */
  readonly tcpWindowIgnores: boolean;
  /** A repeated SCTP INIT, of a tag that is known already, leaves the association as it is (6.1). */
  readonly sctpKnowsRepeatedInit: boolean;
  /** DCCP packets without a whole header are dropped (before 6.12), not invalid. */
  readonly dccpDropsShort: boolean;
  /** An ICMP error about a UDP packet that no socket sent teaches the path's MTU (6.12). */
  readonly udpErrorsTeachMtu: boolean;
  /** Multicast router discovery is not tracked (6.12). */
  readonly icmpv6RouterDiscoveryUntracked: boolean;
  /** FINs and RSTs that did not fit shorten a connection to 300 s (6.1). */
  readonly tcpInvalidLowers: boolean;
  /** Expected connections get the helper of the one that expected them (6.1's stable releases). */
  readonly expectedTakesHelper: boolean;
  /** A synproxy sums IPv6 as IPv6 (6.12); before, all of it is dropped as broken. */
  readonly synproxySumsIp6: boolean;
  /** nf_conntrack_helper: connections may get their helper by their port alone (before 6.0). */
  readonly helpersByPort: boolean;
  /** A bridge that takes everything has the machine track it anew, what is confirmed, too (6.1). */
  readonly bridgeTracksAnew: boolean;
  /** A helper that comes to a translated connection may adjust its sequence numbers (6.1). */
  readonly helperAddsSeqadj: boolean;
  /** A reset of the machine's own (`reject with tcp reset`) closes the connection at once (6.1). */
  readonly resetCloses: boolean;
  /** Expectations end by a timer, as late as its wheel makes it; else to the jiffy. */
  readonly expectationOnWheel: boolean;
  /**
   * The collector of connections looks at all of them within so many seconds: at least, at most.
   * Its intervals follow their timeouts since 5.16, before 5.15 it went in steps.
   */
  readonly conntrackScan: readonly [least: number, most: number];
  /** Destroy events tell the state and what was left of the timeout (5.11). */
  readonly conntrackDestroyTells: boolean;
  /**
   * conntrack-tools list IPv4 and IPv6 unless told, know DCCP's states, have the kernel look at the
   * status, and say whose doing an event was (1.4.7).
   */
  readonly conntrackListsAll: boolean;
  /** conntrack -U names no family in its request, which the kernel refuses; -A changes nothing (1.4.7 alone). */
  readonly conntrackUpdatesWithoutFamily: boolean;
  /** conntrack before 1.4.7 names few protocols to the kernel, which deletes all for others; changes of ICMP's are lost. */
  readonly conntrackNamesFew: boolean;
  /** nft lists flow statements as JSON; without it a ruleset that has one lists as nothing (0.9.9). */
  readonly nftListsFlowsAsJson: boolean;
  /** nft reads the type of an IP option as any field (before 1.0); later it asks whether it is there. */
  readonly nftReadsOptionType: boolean;
  /** nft names a hook and priority 0 where a flowtable says none (before 1.1); later it leaves them out. */
  readonly nftFillsHook: boolean;
  /** nft makes and lists the sets of meters as sets (1.1); before, they belong to their rules alone. */
  readonly nftListsMeters: boolean;
  /** dnat to a range of ports takes the first one that is free (6.8), not a random one. */
  readonly natDestinationPortFirst: boolean;
  /** When ports run out, a new TCP connection may end one that is closing (6.3). */
  readonly natEvictsClosing: boolean;
  /** Chains at devices may have none, and get and lose some later (6.4). */
  readonly chainDevicesChange: boolean;
  /** `!= @set` matches whatever the set holds where it has a catch-all element, which counts instead (before 6.12). */
  readonly catchAllUndoesInversion: boolean;
  /** Of a concatenation with ranges only the first four bytes tell "the same" from "overlaps" (before 6.12). */
  readonly concatComparesWord: boolean;
  /** Ranges of concatenations forget the sixth byte of IPv6 addresses on processors with AVX2 (before 6.1). */
  readonly concatForgetsByte: boolean;
  /** What is written where a VLAN tag was goes into the tag (6.1), not over the network header. */
  readonly payloadWritesTag: boolean;
  /** `add set` of a set that is there must describe it as it is (6.1); before, it says nothing. */
  readonly setMustBeSame: boolean;
  /** `add set` of a set that is there may also change its size (6.12). */
  readonly setSizeChanges: boolean;
  /** `destroy` is known (6.3). */
  readonly destroys: boolean;
  /** Rules can be listed and set back in one (6.2), and so can elements (6.5). */
  readonly resetsRules: boolean;
  readonly resetsElements: boolean;
  /** The packet that uses a quota up to its last byte is over it (before 6.1). */
  readonly quotaExactIsOver: boolean;
  /** `add element` of an element that is there sets its timeout anew (6.12). */
  readonly elementTimeoutChanges: boolean;
  /** sizeof(struct nft_rbtree), which decides where memory does: with work of its own before 6.12. */
  readonly treeBytes: number;
  /** A rule lists the statements that it gives to elements where their set has them, too (6.12's stable releases). */
  readonly dynsetListsStatements: boolean;
  /** Elements that packets add get the statements of their set (5.11). */
  readonly dynsetTakesStatements: boolean;
  /** Byte orders are changed of whole words of 2, 4 or 8 bytes only (6.12's stable releases). */
  readonly byteorderOfWords: boolean;
  /** `osf` may stand in tables of IPv6, where it never matches (before 6.1). */
  readonly osfInIp6: boolean;
  /** What hangs at hooks can be listed (5.14). */
  readonly listsHooks: boolean;
  /** There, nf_confirm is one function for both families, and nf_nat_ipv6_local_in one of its own (after 6.1). */
  readonly newHookFunctions: boolean;
  /** Also a batch that is only checked is asked where its rules may stand (until 6.1). */
  readonly validatesChecks: boolean;
  /** A VLAN device wants room for its tag before the header, so that received pieces are cut anew (6.12). */
  readonly vlanWantsRoom: boolean;
  /** `ct` reads the fields of a template too, that of a zone set before tracking (until 2026's stable releases). */
  readonly ctReadsTemplates: boolean;
  /** Which connections `ct count` takes to be on its list (2026): before, confirmed ones; at first none, so that it looks. */
  readonly countTakesListed: 'none' | 'confirmed' | 'assured';
  /** nft before 1.1 shifts fields of odd bits as they lie in the packet, not in host order. */
  readonly nftShiftsInPlace: boolean;
  /** nft before 1.1 writes a byte of a tag, which the kernel does not take. */
  readonly nftSplitsWords: boolean;
  /** nft before 1.1 has the checksum of UDP corrected like that of TCP, also where it is zero. */
  readonly nftSumsUdp: boolean;
  /** nft joins new elements with those that a set with auto-merge has (1.0.3), not only with one another. */
  readonly nftMergesIntoSets: boolean;
  /** `delete element` takes a part out of an interval (nft 1.1, in sets with auto-merge). */
  readonly nftCutsIntervals: boolean;
  /** nft before 1.0 has an option of TCP depend on TCP: of other packets not even its absence is told. */
  readonly nftTiesOptions: boolean;
  /** nft before 1.0 takes a tag for what a frame begins with, in tables of one network protocol. */
  readonly nftStraysInFrames: boolean;
  /** nft 1.0 takes braces around one flag off before it knows the operator: the flag is tested. */
  readonly nftTestsFlagInBraces: boolean;
  /** nft before 1.1 learns nothing of a packet's protocol from a set that the table has. */
  readonly nftTrustsSets: boolean;
  /** The tools of the release that nft and conntrack come with, at work. */
  readonly toil: Toil;
}
