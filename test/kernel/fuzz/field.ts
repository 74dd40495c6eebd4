/**
 * What of a ruleset packets must have, so that its rules are not only written but matched: values
 * that the fuzzer's packets carry, by what a rule asks; conversations and distortions, by the words
 * that rules are written in.
 */

/** By selector: what conversations, errors and distortions put there. */
export const VALUES: Readonly<Record<string, readonly string[]>> = {
  'ah hdrlength': ['4'],
  'ah nexthdr': ['udp', '17'],
  'ah reserved': ['0'],
  'ah sequence': ['1'],
  'ah spi': ['256', '1-1000'],
  'comp cpi': ['2', '1-5'],
  'comp flags': ['0'],
  'comp nexthdr': ['tcp', '6'],
  'ct helper': ['"ftp"', '"tftp"'],
  'ct zone': ['0', '1', '2'],
  'dccp type': ['request', 'response', 'ack', 'data'],
  'esp sequence': ['1', '2', '0-5'],
  'esp spi': ['1', '2', '0-5'],
  'ether daddr': ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'],
  'ether saddr': ['02:ff:00:00:00:01', '02:ff:00:00:00:02', '02:ff:00:00:00:03'],
  'frag frag-off': ['0', '1-20'],
  'frag more-fragments': ['0', '1'],
  'frag nexthdr': ['tcp', 'udp', 'ipv6-icmp'],
  'gre flags': ['0', '3', '6'],
  'gre protocol': ['ip', '0x880b'],
  'gre version': ['0', '1'],
  'hbh hdrlength': ['0'],
  'hbh nexthdr': ['tcp', 'udp', 'ipv6-icmp'],
  'icmp code': ['0', '1', '3', '4'],
  'icmp gateway': ['0', '3232235788', '1-4294967295'],
  'icmp mtu': ['1300', '0', '1000-1500'],
  'icmp sequence': ['1', '2', '1-4'],
  'icmpv6 code': ['0', '1', '4'],
  'icmpv6 mtu': ['1280', '1000-1500'],
  'icmpv6 sequence': ['1', '2', '1-4'],
  'igmp mrt': ['0'],
  'igmp type': ['membership-report-v2', 'membership-query'],
  'ip dscp': ['cs0', '0-20', 'ef'],
  'ip ecn': ['not-ect', 'ce', 'ect0'],
  'ip frag-off': ['0', '0x4000', '0x2000'],
  'ip hdrlength': ['5', '6', '7'],
  'ip length': ['40', '48', '28-100', '20-200'],
  'ip ttl': ['64', '1-64', '255'],
  'ip version': ['4'],
  'ip6 dscp': ['cs0', '0-20'],
  'ip6 ecn': ['not-ect', 'ce'],
  'ip6 flowlabel': ['0'],
  'ip6 length': ['20', '28', '20-100', '8-200'],
  'ip6 version': ['6'],
  'meta iifgroup': ['default', '0'],
  'meta iiftype': ['ether'],
  'meta nfproto': ['ipv4', 'ipv6'],
  'meta oifgroup': ['default', '0'],
  'meta oiftype': ['ether'],
  'mh type': ['0', '1', '0-10'],
  'rt type': ['0', '2', '4'],
  'sctp vtag': ['0', '286331153', '572662306'],
  'tcp ackseq': ['0', '1-4294967295'],
  'tcp doff': ['5', '6', '5-10'],
  'tcp sequence': ['1', '1000', '0-2147483647'],
  'tcp urgptr': ['0'],
  'tcp window': ['64240', '1000', '8192', '0-65535'],
  'udp length': ['9', '20', '28', '8-200'],
  'udplite csumcov': ['9', '20', '0-200'],
  'vlan dei': ['0'],
  'vlan id': ['10'],
  'vlan pcp': ['0', '3'],
  'vlan type': ['ip', 'ip6'],
};

/** How much likelier what a ruleset is about becomes. */
const FACTOR = 7;

/** A weight, the larger where rules are about this. */
export const wanted = (weight: number, words: RegExp | undefined, rules: string): number =>
  words?.test(rules) ? weight * FACTOR : weight;
