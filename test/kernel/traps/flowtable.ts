/** Traps about flowtables: when a flow is made, how it lives and ends, what the fast path does. */
import { about, counters, left, line, lines, refused, seconds, sent } from './answer.ts';
import type { Section } from './trap.ts';

const made: Section = {
  title: 'Flowtables: when a flow is made',
  traps: [
    {
      trap: 'A TCP connection is offloaded by the ACK that ends its handshake, not by the SYN-ACK.',
      case: 'flowtable/01-tcp-v4-lifetime',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'synack', 'sport=47562'), line(a, 'offloaded', 'sport=47562')],
      is: [/SYN_RECV/, /\[OFFLOAD\]/],
    },
    {
      trap: 'Up to 5.10 the SYN-ACK makes the flow.',
      case: 'flowtable/01-tcp-v4-lifetime',
      on: ['5.10'],
      shows: (a) => line(a, 'synack', 'sport=47562'),
      is: /\[OFFLOAD\]/,
    },
    {
      trap: 'The second packet of a UDP conversation makes the flow, an unanswered one too.',
      case: 'flowtable/09-timeouts-shorter-than-flow',
      on: ['6.12', '6.1'],
      shows: (a) => line(a, 'on', 'sport=45001 dport=53 [UNREPLIED]'),
      is: /\[OFFLOAD\]/,
    },
    {
      trap: 'Replies on the fast path leave an unreplied entry unreplied.',
      case: 'flowtable/17-several-flowtables',
      shows: (a) => line(a, 'on', 'sport=56003'),
      is: /\[UNREPLIED\].*\[OFFLOAD\]/,
    },
    {
      trap: 'GRE without keys is offloaded by its second packet, the GRE of PPTP is not.',
      case: 'flowtable/42-gre',
      shows: (a) => [
        line(a, 'gre', 'src=192.168.1.2 dst=198.51.100.10 srckey'),
        lines(a, 'pptp', 'dstkey=0x5', 'OFFLOAD'),
      ],
      is: [/\[OFFLOAD\]/, []],
    },
    {
      trap: 'Where "flow add" does not add, the rest of its rule is skipped and the next rule runs.',
      case: 'flowtable/04-break-when-ineligible',
      on: ['6.12', '6.1'],
      shows: (a) => {
        const { 0: before, 1: added, 2: tcp, 4: icmp } = counters(a, 'end') as never as number[];
        return [added, (before ?? 0) > 10, (tcp ?? 0) > 5, icmp];
      },
      is: [2, true, true, 2],
    },
    {
      trap: 'What stands behind "flow add" sees exactly one packet of each flow.',
      case: 'flowtable/04-break-when-ineligible',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'added', 'sport=41000'), counters(a, 'end')[1]],
      is: [/mark=119/, 2],
    },
    {
      trap: 'An ICMP error about a UDP flow makes its flow, since the entry counts and not the packet.',
      case: 'flowtable/40-icmp-errors',
      shows: (a) => [
        line(a, 'added-by-error', 'sport=31003'),
        line(a, 'added-by-error6', 'sport=31004'),
      ],
      is: [/\[UNREPLIED\].*\[OFFLOAD\]/, /\[UNREPLIED\].*\[OFFLOAD\]/],
    },
    {
      trap: 'A connection with a helper is never offloaded; since 6.1 gives it to data connections, these are not either.',
      case: 'flowtable/65-ftp-helper',
      shows: (a) => [
        line(a, 'data_fast', 'dport=21 '),
        line(a, 'data_offloaded', 'sport=42000 '),
        line(a, 'v6_data', 'sport=42001 '),
      ],
      is: [/ESTABLISHED.*\[ASSURED\]/, /helper=ftp/, /helper=ftp/],
      on: ['6.1'],
    },
    {
      trap: 'A connection picked up in the middle is offloaded once it is assured.',
      case: 'flowtable/74-loose-and-repeated-syn',
      on: ['6.1'],
      shows: (a) => [line(a, 'reply', 'sport=41000 '), line(a, 'third', 'sport=41000 ')],
      is: [/ESTABLISHED/, /\[OFFLOAD\]/],
    },
    {
      trap: 'A device may be in one flowtable of a table only, whatever their priorities.',
      case: 'flowtable/51-load-device-twice',
      shows: (a) => a.loaded,
      is: false,
    },
    {
      trap: 'Flowtables of different tables may share a device.',
      case: 'flowtable/17-several-flowtables',
      shows: (a) => a.loaded,
      is: true,
    },
    {
      trap: 'Of two tables with "flow add" the chain that runs first gets the flow, the other one breaks.',
      case: 'flowtable/19-two-tables',
      on: ['6.12', '6.1'],
      shows: (a) => [counters(a, 'on')[1], counters(a, 'on')[3]],
      is: [2, 1], // the first table is of IPv4, so the other one has what is IPv6
    },
  ],
};

const life: Section = {
  title: 'Flowtables: life and death',
  traps: [
    {
      trap: 'An offloaded entry shows neither a timeout nor a state, and [OFFLOAD] in the place of [ASSURED].',
      case: 'flowtable/01-tcp-v4-lifetime',
      shows: (a) => line(a, 'offloaded', 'sport=47562'),
      is: /^ipv4 +2 tcp +6 src=(?!.*ASSURED).*\[OFFLOAD\]/,
    },
    {
      trap: 'A fast packet refreshes a flow only if that lengthens it by more than a second.',
      case: 'flowtable/10-refresh-granularity',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'a-off', 'sport=45100'), line(a, 'a-off', 'sport=45101')],
      is: [/udp +17 8\d src/, /\[OFFLOAD\]/],
    },
    {
      trap: 'An offloaded entry outlives its own shorter timeout and goes with its flow.',
      case: 'flowtable/09-timeouts-shorter-than-flow',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 't24', 'sport=45002'), lines(a, 't40', 'tcp')],
      is: [/\[OFFLOAD\]/, []],
    },
    {
      trap: 'A UDP entry has 90 s left when its flow ends, replied or not.',
      case: 'flowtable/40-icmp-errors',
      on: ['6.1'],
      shows: (a) => [
        about(seconds(a, 'expired', 'sport=31001'), 84),
        about(seconds(a, 'expired', 'sport=31003'), 85),
      ],
      is: [true, true],
    },
    {
      trap: 'On 6.12.117 a flow sets its connection to a day, so that is what TCP has left, too, when the flow ends.',
      case: 'flowtable/27-link-down',
      on: ['6.12.117'],
      shows: (a) => about(seconds(a, 'down', 'sport=22000'), 86399),
      is: true,
    },
    {
      trap: 'GRE keeps the rest of its day when its flow ends.',
      case: 'flowtable/42-gre',
      shows: (a) => about(seconds(a, 't33', 'dst=198.51.100.53 srckey'), 86367),
      is: true,
    },
    {
      trap: 'A FIN ends the flow before conntrack sees it, and the entry is held until the collector comes.',
      case: 'flowtable/01-tcp-v4-lifetime',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'fin', 'sport=47562'), line(a, 'later', 'sport=47562')],
      is: [/FIN_WAIT.*use=2$/, /TIME_WAIT.*use=1$/],
    },
    {
      trap: 'Deleting a table ends its flows at once, those of other tables go on.',
      case: 'flowtable/19-two-tables',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'early-gone', 'sport=58001'), line(a, 'early-gone', 'sport=58002')],
      is: [/udp +17 \d+ src/, /\[OFFLOAD\]/],
    },
    {
      trap: 'A FIN with IP options goes slow and does not end the flow.',
      case: 'flowtable/16-fragments-and-options',
      shows: (a) => line(a, 'fin-with-options', 'sport=55002'),
      is: /\[OFFLOAD\]/,
    },
    {
      trap: 'A FIN over the MTU goes slow and does not end the flow.',
      case: 'flowtable/15-mtu',
      shows: (a) => [left(a, 23), line(a, 'end', 'sport=54000')],
      is: [['eth0'], /\[OFFLOAD\]/],
    },
    {
      trap: 'The end of a flow knows the timeouts of the namespace, not those of a policy.',
      case: 'flowtable/76-timeout-policies',
      on: ['6.1'],
      shows: (a) => seconds(a, 'expired', 'src=192.168.1.2', 'sport=5001 ') > 50,
      is: true,
    },
    {
      trap: 'A RST after fast traffic is not exact, so the next data offloads the connection anew.',
      case: 'flowtable/62-rst',
      on: ['6.1'],
      shows: (a) => [
        line(a, 'after_fast_traffic', 'sport=41001 '),
        line(a, 'data_after_it', 'sport=41001 '),
        line(a, 'syn_on_the_flow', 'sport=41001 '),
      ],
      is: [/ (9|10) ESTABLISHED/, /\[OFFLOAD\]/, /\[OFFLOAD\]/],
    },
    {
      trap: 'A RST with a wrong number costs the connection its flow and nothing else.',
      case: 'flowtable/41-what-the-fast-path-does-not-check',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'udp', 'sport=32000'), line(a, 'bad-rst', 'sport=32000'), left(a, 47)],
      is: [/\[OFFLOAD\]/, /4319\d\d ESTABLISHED.*\[ASSURED\]/, []],
    },
  ],
};

/** The link-layer address that a frame goes to. */
const to = (frame: string | undefined): string => frame!.split(' ')[1]!.slice(0, 12);

const fast: Section = {
  title: 'Flowtables: what the fast path does and does not do',
  traps: [
    {
      trap: 'A FIN or RST with TTL 1 is answered with time exceeded and leaves the flow offloaded.',
      case: 'flowtable/63-ttl',
      shows: (a) => line(a, 'fin_and_rst', 'sport=41000'),
      is: /\[OFFLOAD\]/,
    },
    {
      trap: 'Packets of a flow that come in by a device that is not listed are slow; a RST among them does not end it.',
      case: 'flowtable/64-unlisted-device',
      shows: (a) => line(a, 'rst_by_eth2', 'sport=41001'),
      is: /\[OFFLOAD\]/,
    },
    {
      trap: 'Fragments, IP options and extension headers go slow, and the flow stays.',
      case: 'flowtable/16-fragments-and-options',
      on: ['6.12', '6.1'],
      shows: (a) => [counters(a, 'after')[0], lines(a, 'after', 'OFFLOAD').length],
      is: [4, 3],
    },
    {
      trap: 'Of a packet that is exactly as big as the MTU of the way out the fast path takes care.',
      case: 'flowtable/15-mtu',
      shows: (a) => [left(a, 15), left(a, 16), left(a, 18), left(a, 19)],
      is: [['eth1'], ['eth1', 'eth1'], ['eth1'], ['eth0']],
    },
    {
      trap: 'Fast packets are counted in their entry only where the flowtable has "counter".',
      case: 'flowtable/05-counter-acct-on',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'traffic', 'sport=42000'), line(a, 'traffic', 'sport=42001')],
      is: [/packets=4 bytes=264/, /packets=2 bytes=80/],
    },
    {
      trap: 'Whether an entry counts is decided when it is made, also for fast packets.',
      case: 'flowtable/05-counter-acct-on',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'toggled', 'sport=42000'), line(a, 'toggled', 'sport=42003')],
      is: [/packets=6 bytes=354/, /^(?!.*packets=)/],
    },
    {
      trap: 'The padding of short frames counts in the bytes of an entry.',
      case: 'flowtable/05-counter-acct-on',
      on: ['6.12', '6.1'],
      shows: (a) => line(a, 'toggled', 'sport=42002'),
      is: /packets=3 bytes=122/,
    },
    {
      trap: 'An ingress chain behind the flowtable sees no fast packets, so its drop does not reach them.',
      case: 'flowtable/39-netdev-chains',
      shows: (a) => [left(a, 25), left(a, 26)],
      is: [['eth1'], []],
    },
    {
      trap: 'A port that an ingress chain before the flowtable rewrites is the one that is looked up.',
      case: 'flowtable/39-netdev-chains',
      shows: (a) => lines(a, 'used', 'sport=30002 dport=5353').length,
      is: 1,
    },
    {
      trap: 'An IPv6 fragment that is the whole packet loses its fragment header on the slow path.',
      case: 'flowtable/16-fragments-and-options',
      shows: (a) => sent(a, 12).map((f) => f.split(' ')[1]!.slice(40, 42)),
      is: ['11'],
    },
    {
      trap: "Checksums, sequence numbers, flags and the frame's address are not looked at.",
      case: 'flowtable/41-what-the-fast-path-does-not-check',
      on: ['6.12', '6.1'],
      shows: (a) => [left(a, 36), left(a, 42), left(a, 38), left(a, 44)],
      is: [['eth1'], [], ['eth1'], []],
    },
  ],
};

const routes: Section = {
  title: 'Flowtables: routes',
  traps: [
    {
      trap: 'Any IPv4 route that comes ends every IPv4 flow at its next packet, which makes it anew; IPv6 flows go on.',
      case: 'flowtable/26-route-changes',
      on: ['6.12', '6.1'],
      shows: (a) => [
        line(a, 'unrelated4', 'sport=21000'),
        line(a, 'unrelated4', 'sport=21002'),
        line(a, 'new-gw', 'sport=21001'),
      ],
      is: [/use=3$/, /use=2$/, /use=4$/],
    },
    {
      trap: 'An unrelated IPv6 route ends IPv6 flows in the same way.',
      case: 'flowtable/26-route-changes',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'unrelated6', 'sport=21002'), line(a, 'unrelated6', 'sport=21003')],
      is: [/use=3$/, /use=3$/],
    },
    {
      trap: 'With IPv4 forwarding off IPv4 flows end at their next packet.',
      case: 'flowtable/45-sysctls-in-flight',
      on: ['6.12', '6.1'],
      shows: (a) => [left(a, 9), line(a, 'v4-off', 'sport=35002')],
      is: [[], /udp +17 29 /],
    },
    {
      trap: 'A connection that loses its flow to a data packet and gets a new one by it is left with a day, not five.',
      case: 'flowtable/45-sysctls-in-flight',
      on: ['6.12', '6.1'],
      shows: (a) => about(seconds(a, 't115', 'sport=35000'), 86285),
      is: true,
    },
    {
      trap: 'The software path asks for the neighbour with every packet.',
      case: 'flowtable/28-stale-soft',
      shows: (a) => [to(sent(a, 12)[0]), to(sent(a, 21)[0])],
      is: ['02ff00000002', '5254000002fe'],
    },
    {
      trap: 'With "flags offload" the addresses are copied into the flow, so a new neighbour is not noticed.',
      case: 'flowtable/29-stale-hardware',
      shows: (a) => [to(sent(a, 12)[0]), to(sent(a, 21)[0])],
      is: ['02ff00000002', '02ff00000002'],
    },
  ],
};

const devices: Section = {
  title: 'Flowtables: devices',
  traps: [
    {
      trap: 'With only the real device listed a FIN whose tag has a priority is a miss, and the flow stays.',
      case: 'flowtable/78-vlan-real-devices',
      shows: (a) => line(a, 'fin_with_priority', 'sport=41000'),
      is: /\[OFFLOAD\]/,
    },
    {
      trap: 'With the VLAN device listed the priority of the tag does not matter.',
      case: 'flowtable/79-vlan-devices',
      on: ['6.1'],
      shows: (a) => line(a, 'fin_with_priority', 'sport=41000'),
      is: /FIN_WAIT/,
    },
    {
      trap: "Packets of a bridge's station that has moved come by another port and miss; its replies still go to the old one.",
      case: 'flowtable/36-bridge',
      on: ['6.12', '6.1'],
      shows: (a) => [left(a, 13), left(a, 20), left(a, 24)],
      is: [['eth2'], ['eth1'], ['eth2']],
    },
    {
      trap: 'In a VRF the slow path passes prerouting twice, the fast path is looked up by the enslaved device.',
      case: 'flowtable/84-vrf',
      on: ['6.1'],
      shows: (a) => {
        const { 'pre eth0': eth0, 'pre vrf1': vrf } = counters(a, 'fast');
        return [(vrf ?? 0) > (eth0 ?? 0), line(a, 'fast', 'tcp', 'ipv4')];
      },
      is: [true, /\[OFFLOAD\]/],
    },
    {
      trap: '"flags offload" with one device that cannot is refused as a whole.',
      case: 'flowtable/32-hw-mixed-devices',
      shows: (a) => a.loaded,
      is: false,
    },
    {
      trap: '[HW_OFFLOAD] hides neither the state nor the timeout after a FIN.',
      case: 'flowtable/29-stale-hardware',
      shows: (a) => line(a, 'fin', 'sport=23000'),
      is: /\d+ TIME_WAIT.*\[HW_OFFLOAD\]/,
    },
    {
      trap: 'A flow stays while a device comes to its flowtable, and goes fast that way from then on.',
      case: 'flowtable/17-several-flowtables',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'used', 'sport=56001'), line(a, 'eth2-added', 'sport=56001')],
      is: [/packets=4 .*packets=2 .*OFFLOAD/, /packets=4 .*packets=2 .*OFFLOAD/],
    },
  ],
};

const deleting: Section = {
  title: 'Flowtables: deleting',
  traps: [
    {
      trap: 'A flowtable that a rule names cannot be deleted.',
      case: 'flowtable/69-rules-and-flowtables-deleted',
      shows: (a) => refused(a, 28),
      is: true,
    },
    {
      trap: 'conntrack -D takes an offloaded entry at once, and the next packet is picked up in the middle.',
      case: 'flowtable/30-conntrack-delete',
      shows: (a) => [lines(a, 'deleted', 'tcp').length, line(a, 'pickup', 'tcp')],
      is: [0, /299 ESTABLISHED.*\[UNREPLIED\]/],
    },
    {
      trap: 'An update with another priority, hook or offload flag is refused; without "counter" counting stops.',
      case: 'flowtable/68-updates-of-a-flowtable',
      shows: (a) => [[5, 30, 31].map((e) => refused(a, e)), line(a, 'counts', 'sport=5001 ')],
      is: [[true, true, true], /packets=2 .*packets=3 /],
      on: ['6.1'],
    },
    {
      trap: 'An update that says no priority keeps it, but for nft before 1.1, which says 0.',
      case: 'flowtable/68-updates-of-a-flowtable',
      shows: (a) => refused(a, 5),
      is: false,
      on: ['6.12.117'],
    },
    {
      trap: 'conntrack -U sets the mark of an offloaded entry.',
      case: 'flowtable/30-conntrack-delete',
      shows: (a) => line(a, 'deleted', 'sport=24001'),
      is: /\[OFFLOAD\] mark=7/,
    },
    {
      trap: 'After conntrack -F a UDP conversation may begin anew with what was its reply.',
      case: 'flowtable/30-conntrack-delete',
      shows: (a) => line(a, 'after', 'src=198.51.100.53 dst=192.168.1.2 sport=53'),
      is: /^ipv4 +2 udp +17 (\d+ )?src=198\.51\.100\.53/,
    },
    {
      trap: 'An atomic deletion of the rule leaves the flow, that of the table ends it.',
      case: 'flowtable/19-two-tables',
      on: ['6.12', '6.1'],
      shows: (a) => [left(a, 15), seconds(a, 'early-gone', 'sport=58000') > 0],
      is: [['eth1'], true],
    },
  ],
};

export const flowtable: readonly Section[] = [made, life, fast, routes, devices, deleting];
