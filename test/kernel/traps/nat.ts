/** Traps about NAT. */
import { about, hits, left, line, lines, part, refused, seconds } from './answer.ts';
import type { Section } from './trap.ts';

export const nat: readonly Section[] = [
  {
    title: 'NAT: addresses and ports',
    traps: [
      {
        trap: 'The address out of a range follows from a hash of source and destination that is the same at every boot.',
        case: 'nat-routing/60-snat-range',
        shows: (a) => [0, 1, 2, 3, 4].map((i) => part(a, i, 12, 16)),
        is: ['cb00710a', 'cb00710f', 'cb00710f', 'cb00710e', 'cb00710d'],
      },
      {
        trap: 'A source port that has an address of the range keeps it for every other destination, persistent or not.',
        case: 'nat-routing/60-snat-range',
        shows: (a) => [72, 73, 74].map((i) => part(a, i, 12, 16)),
        is: ['cb00710e', 'cb00710e', 'cb00710e'],
      },
      {
        trap: 'With `persistent` the destination takes no part in the choice.',
        case: 'nat-routing/60-snat-range',
        shows: (a) => [36, 39, 42, 45].map((i) => part(a, i, 12, 16)),
        is: ['cb00712a', 'cb00712a', 'cb00712a', 'cb00712a'],
      },
      {
        trap: 'Of an IPv6 range what follows the first word that is not at its end is free, beyond the end of the range.',
        case: 'nat-routing/06-snat-address-range-ip6',
        shows: (a) => [0, 3, 6].map((i) => part(a, i, 8, 24)),
        is: [
          '20010db8000200000000000000001dc9',
          '20010db8000200000000000000001dc9',
          '20010db8000200000000000000001dc9',
        ],
      },
      {
        trap: 'Where no port of a range is left the packet still passes postrouting with a clashing tuple and is dropped after it.',
        case: 'nat-routing/07-snat-port-range-clash',
        shows: (a) => [
          left(a, 2),
          hits(a, 'end', 'post')[0] - lines(a, 'end', 'src=192.168.1', 'dst=203.0.113.2').length >
            0,
          lines(a, 'full', 'src=192.168.1.12 dst=198.51.100.53', 'dport=53').length,
        ],
        is: [[], true, 0],
      },
      {
        trap: '`snat to A:p` looks for no clash: the second client of a server is dropped at the end, after the chains have counted it.',
        case: 'nat-routing/61-snat-one-port',
        shows: (a) => [left(a, 0), left(a, 1), left(a, 2), left(a, 3), hits(a, 'd', 'late')[1]],
        is: [['eth1'], [], [], ['eth1'], 10],
      },
      {
        trap: 'Each try of such a client is a new flow that the nat chain counts again.',
        case: 'nat-routing/61-snat-one-port',
        shows: (a) => hits(a, 'd', 'post').slice(0, 2),
        is: [7, 3],
      },
      {
        trap: 'An entry that timed out no longer stands in the way once a listing has removed it.',
        case: 'nat-routing/61-snat-one-port',
        shows: (a) => [left(a, 17), left(a, 21)],
        is: [['eth1'], ['eth1']],
      },
      {
        trap: 'Echo identifiers are translated as ports are: the second client gets the next one, the third none.',
        case: 'nat-routing/07-snat-port-range-clash',
        shows: (a) => [part(a, 10, 24, 26), part(a, 11, 24, 26), left(a, 12)],
        is: ['000a', '000b', []],
      },
      {
        trap: '`masquerade` takes the address in the subnet of the next hop, not the source that the route prefers.',
        case: 'nat-routing/64-masquerade-devices',
        shows: (a) => [0, 1, 2].map((i) => part(a, i, 12, 16)),
        is: ['cb007102', 'c6120505', 'cb007102'],
      },
      {
        trap: '`redirect` takes the first address of the device that the packet came by, in output the loopback address.',
        case: 'nat-routing/13-redirect',
        shows: (a) => hits(a, 'end', 'in').slice(0, 4),
        is: [4, 1, 2, 1],
      },
      {
        trap: 'The checksum of UDP that is zero stays zero through NAT, in IPv6 too.',
        case: 'nat-routing/65-midstream-and-broken',
        shows: (a) => [part(a, 18, 26, 28), part(a, 29, 46, 48)],
        is: ['0000', '0000'],
      },
    ],
  },
  {
    title: 'NAT: chains and when they are asked',
    traps: [
      {
        trap: 'All nat chains of the machine hang in one hook at -100 or 100, ordered by their priorities: one at -190 runs behind a filter chain at -150.',
        case: 'nat-routing/79-nat-priorities',
        shows: (a) => [hits(a, 'a', 'f1'), hits(a, 'a', 'f2')],
        is: [
          [13, 0, 16],
          [8, 8],
        ],
      },
      {
        trap: 'In postrouting a nat chain at -150 and one at 500 both run at 100.',
        case: 'nat-routing/79-nat-priorities',
        shows: (a) => [hits(a, 'a', 'f3')[0], hits(a, 'a', 'f4')[0]],
        is: [1, 9],
      },
      {
        trap: 'The first rule that translates binds, and no later nat chain is asked.',
        case: 'nat-routing/62-several-nat-chains',
        shows: (a) => [hits(a, 'end', 'pre1')[1], hits(a, 'end', 'pre2')[0]],
        is: [1, 1],
      },
      {
        trap: '`accept` in a nat chain binds nothing: the next nat chain is asked.',
        case: 'nat-routing/62-several-nat-chains',
        shows: (a) => [
          hits(a, 'end', 'pre1')[0],
          line(a, 'end', 'src=192.168.1.10', 'dport=1000')?.includes('src=10.0.3.11'),
        ],
        is: [1, true],
      },
      {
        trap: 'The policy drop of a nat chain meets the first packets of flows that are not bound, and only these.',
        case: 'nat-routing/62-several-nat-chains',
        shows: (a) => [left(a, 1), left(a, 12), left(a, 20)],
        is: [['eth2'], [], []],
      },
      {
        trap: 'Nat chains see the first packet of a flow only.',
        case: 'nat-routing/62-several-nat-chains',
        shows: (a) => [hits(a, 'end', 'pre1')[2], hits(a, 'end', 'filt')[0]],
        is: [9, 25],
      },
      {
        trap: 'A confirmed flow is not bound later, even before its first reply.',
        case: 'nat-routing/63-nat-rules-come-and-go',
        shows: (a) => [part(a, 8, 12, 16), part(a, 9, 12, 16), part(a, 13, 16, 20)],
        is: ['c0a8010a', 'cb007107', '0a00030a'],
      },
      {
        trap: 'Rules that are flushed do not release the flows that they bound.',
        case: 'nat-routing/63-nat-rules-come-and-go',
        shows: (a) => [part(a, 4, 12, 16), part(a, 5, 12, 16)],
        is: ['cb007102', 'c0a8010a'],
      },
      {
        trap: 'When the last nat chain goes, bound flows leave untranslated at once.',
        case: 'nat-routing/63-nat-rules-come-and-go',
        shows: (a) => [part(a, 16, 12, 16), part(a, 20, 16, 20)],
        is: ['c0a8010a', 'c6336407'],
      },
      {
        trap: 'A nat chain must have a priority above -200, and stands at no forward hook.',
        case: 'nat-routing/79-nat-priorities',
        shows: (a) => [refused(a, 32), refused(a, 33)],
        is: [true, true],
      },
      {
        trap: 'A device that goes down kills the flows masqueraded through it, not those translated to the same address by `snat`.',
        case: 'nat-routing/64-masquerade-devices',
        shows: (a) => [
          lines(a, 'b', 'dport=53 ', 'dst=203.0.113.2 ').length,
          lines(a, 'c', 'dport=53 ', 'dst=203.0.113.2 ').length,
          lines(a, 'c', 'dport=54').length,
        ],
        is: [3, 0, 1],
      },
      {
        trap: 'An address that goes kills the flows masqueraded to it and leaves the others.',
        case: 'nat-routing/64-masquerade-devices',
        shows: (a) => [
          lines(a, 'd', 'dst=10.0.3.1 ').length,
          lines(a, 'e', 'dst=10.0.3.1 ').length,
          lines(a, 'e', 'dport=54').length,
        ],
        is: [2, 0, 1],
      },
      {
        trap: '`snat` in input happens at 100: chains before it see the true source, chains after it the translated one.',
        case: 'nat-routing/14-output-dnat-input-snat',
        shows: (a) => [hits(a, 'end', 'inf'), hits(a, 'end', 'inlate')],
        is: [
          [0, 2],
          [3, 2],
        ],
      },
      {
        trap: 'After `dnat` in output, chains of output still see the old output device, postrouting sees the new one.',
        case: 'nat-routing/14-output-dnat-input-snat',
        shows: (a) => [hits(a, 'end', 'outf').slice(0, 2), hits(a, 'end', 'post')],
        is: [
          [3, 0],
          [1, 5, 0],
        ],
      },
    ],
  },
  {
    title: 'NAT: errors and broken packets',
    traps: [
      {
        trap: 'The redirect that the router sends for the first packet of a flow never leaves where there are nat chains; one of a later packet does.',
        case: 'nat-routing/67-icmp-redirects',
        shows: (a) => [left(a, 0), left(a, 2)],
        is: [['eth0'], ['eth0', 'eth0']],
      },
      {
        trap: 'Of flows that are translated no redirect leaves at all.',
        case: 'nat-routing/67-icmp-redirects',
        shows: (a) => [left(a, 3), left(a, 5)],
        is: [['eth0'], ['eth0']],
      },
      {
        trap: 'A TCP flow picked up in the middle is new, is translated, and lasts 300 s.',
        case: 'nat-routing/65-midstream-and-broken',
        shows: (a) => [
          part(a, 10, 12, 16),
          about(seconds(a, 'end', 'src=192.168.1.10', 'sport=9 dport=80 '), 299),
        ],
        is: ['cb007102', true],
      },
      {
        trap: 'A lone SYN-ACK or RST is invalid and leaves with its private source.',
        case: 'nat-routing/65-midstream-and-broken',
        shows: (a) => [3, 4, 6].map((i) => part(a, i, 12, 16)),
        is: ['c0a8010a', 'c0a8010a', 'c0a8010a'],
      },
      {
        trap: 'Packets with a wrong TCP or UDP checksum or length are invalid and not translated.',
        case: 'nat-routing/65-midstream-and-broken',
        shows: (a) => [13, 14, 15, 16, 17].map((i) => part(a, i, 12, 16)),
        is: ['c0a8010a', 'c0a8010a', 'c0a8010a', 'c0a8010a', 'c0a8010a'],
      },
      {
        trap: 'ICMP errors are translated outside and inside: one of a router in the middle behind the NAT gets the translated address as its source.',
        case: 'nat-routing/03-icmp-errors-through-nat',
        shows: (a) => [part(a, 11, 12, 16), part(a, 11, 28 + 16, 28 + 20)],
        is: ['cb007102', 'cb007102'],
      },
      {
        trap: 'A quote with less than eight bytes of its transport header is invalid and not translated.',
        case: 'nat-routing/03-icmp-errors-through-nat',
        shows: (a) => [left(a, 15), part(a, 14, 12, 16)],
        is: [[], '0a000314'],
      },
      {
        trap: 'An error that the router itself sends about a translated packet quotes what the sender sent.',
        case: 'nat-routing/12-twice-nat',
        shows: (a) => [10, 11, 12].map((i) => part(a, i, 28 + 16, 28 + 20)),
        is: ['cb007102', '0a000301', 'cb007102'],
      },
      {
        trap: 'Reject in forward quotes the packet as it was before `dnat`, and the later chains see it go.',
        case: 'nat-routing/18-reject-translated-flows',
        shows: (a) => [
          part(a, 2, 28 + 16, 28 + 20),
          part(a, 2, 28 + 22, 28 + 24),
          hits(a, 'end', 'latest'),
        ],
        is: ['cb007102', '0035', [3, 2]],
      },
      {
        trap: 'A reset of `reject` closes its confirmed connection at once.',
        case: 'nat-routing/18-reject-translated-flows',
        on: ['6.12', '6.1'],
        shows: (a) => lines(a, 'refused', 'dport=443').map((l) => l.includes(' CLOSE ')),
        is: [true],
      },
      {
        trap: 'SCTP leaves with a new checksum, GRE and ESP have their addresses translated only.',
        case: 'nat-routing/34-checksums-after-nat',
        shows: (a) => [left(a, 0), part(a, 12, 12, 16), left(a, 13)],
        is: [['eth2'], 'cb007102', ['eth2']],
      },
      {
        trap: 'The ftp helper looks at no line of a side before it saw the end of one there: a PORT as the first command passes untouched.',
        case: 'nat-routing/33-ftp-helper-nat',
        shows: (a) => hits(a, 'end', 'forward')[2],
        is: 4,
      },
    ],
  },
];
