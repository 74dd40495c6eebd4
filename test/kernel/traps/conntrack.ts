/** Traps about connection tracking: states and timeouts of the protocols, and what rules see. */
import { about, left, line, lines, seconds } from './answer.ts';
import type { Section } from './trap.ts';

const opening: Section = {
  title: 'Connection tracking: TCP that opens and closes',
  traps: [
    {
      trap: 'A repeated SYN, with other numbers too, neither renews SYN_SENT nor makes a new entry.',
      case: 'conntrack/04-tcp-syn-retransmit',
      shows: (a) => [
        about(seconds(a, 't60', 'SYN_SENT'), 59),
        about(seconds(a, 'other_isn', 'SYN_SENT'), 19),
        lines(a, 'other_isn').length,
      ],
      is: [true, true, 1],
    },
    {
      trap: 'A SYN in SYN_RECV does not renew it, a SYN,ACK in window does.',
      case: 'conntrack/04-tcp-syn-retransmit',
      shows: (a) => [
        about(seconds(a, 'syn_in_synrecv', 'SYN_RECV'), 32),
        about(seconds(a, 'synack_late', 'SYN_RECV'), 59),
      ],
      is: [true, true],
    },
    {
      trap: "A refused SYN and a RST after one's own SYN delete the entry at once.",
      case: 'conntrack/05-tcp-rst-in-states',
      shows: (a) => [lines(a, 'refused').length, lines(a, 'k_own_rst', 'sport=41007').length],
      is: [0, 0],
    },
    {
      trap: 'A RST that is in window but not exact leaves ESTABLISHED, with 10 s; the next ACK mends that.',
      case: 'conntrack/05-tcp-rst-in-states',
      on: ['6.12', '6.1'],
      shows: (a) => [line(a, 'd_inexact', 'sport=41003'), line(a, 'd_challenge', 'sport=41003')],
      is: [/ (9|10) ESTABLISHED/, / 4319\d\d ESTABLISHED/],
    },
    {
      trap: '6.12.117 leaves such a connection the 300 s of unacknowledged data.',
      case: 'conntrack/05-tcp-rst-in-states',
      on: ['6.12.117'],
      shows: (a) => [line(a, 'd_inexact', 'sport=41003'), line(a, 'd_challenge', 'sport=41003')],
      is: [/ (299|300) ESTABLISHED/, / 4319\d\d ESTABLISHED/],
    },
    {
      trap: 'A RST below what was acknowledged is invalid, unless nf_conntrack_tcp_ignore_invalid_rst is set.',
      case: 'conntrack/17-tcp-ignore-invalid-rst',
      on: ['6.12', '6.1'],
      shows: (a) => [left(a, 5), left(a, 8), line(a, 'ignored', 'sport=58001')],
      is: [[], ['eth0'], / (9|10) ESTABLISHED/],
    },
    {
      trap: 'A far RST of one side and then a far FIN of the other lower an entry to 300 s, both invalid.',
      case: 'conntrack/17-tcp-ignore-invalid-rst',
      on: ['6.12', '6.1'],
      shows: (a) => [left(a, 20), left(a, 22), about(seconds(a, 'far_fin_lowers', '58002'), 299)],
      is: [[], [], true],
    },
    {
      trap: 'A repeated FIN is taken for the one of the other side.',
      case: 'conntrack/66-tcp-fin-retransmissions',
      shows: (a) => [line(a, 'a_twice_0', 'sport=46000'), line(a, 'a_ack_0', 'sport=46000')],
      is: [/LAST_ACK/, /TIME_WAIT/],
    },
    {
      trap: 'A SYN on an established connection is let through and renews nothing; the challenge ACK does.',
      case: 'conntrack/07-tcp-syn-on-established',
      shows: (a) => [
        about(seconds(a, 'syn_ignored', 'sport=40100'), 431399),
        about(seconds(a, 'challenge', 'sport=40100'), 431999),
      ],
      is: [true, true],
    },
    {
      trap: 'A SYN,ACK that answers an ignored SYN brings the connection to SYN_RECV, still assured.',
      case: 'conntrack/07-tcp-syn-on-established',
      shows: (a) => line(a, 'g_synack', 'sport=40101'),
      is: /SYN_RECV.*\[ASSURED\]/,
    },
    {
      trap: 'A RST,ACK that answers an ignored SYN closes, whatever its number.',
      case: 'conntrack/07-tcp-syn-on-established',
      on: ['6.12', '6.1'],
      shows: (a) => line(a, 'h_rst_to_syn', 'sport=40102'),
      is: / CLOSE /,
    },
    {
      trap: 'A SYN of either direction ends TIME_WAIT and makes an entry of its own direction.',
      case: 'conntrack/06-tcp-timewait-reuse',
      shows: (a) => [lines(a, 'reopened').join(), lines(a, 'syn_from_server').join()],
      is: [/SYN_SENT src=192/, /SYN_SENT src=198/],
    },
    {
      trap: 'In CLOSE a SYN is ignored where the other side sent the RST, and the SYN,ACK revives the old entry.',
      case: 'conntrack/06-tcp-timewait-reuse',
      shows: (a) => [
        line(a, 'syn_after_server_rst', 'sport=45002'),
        line(a, 'synack_after', 'sport=45002'),
      ],
      is: [/ CLOSE /, /SYN_RECV/],
    },
    {
      trap: 'A SYN in LAST_ACK is let through, and the ACK that answers it is not the last one.',
      case: 'conntrack/66-tcp-fin-retransmissions',
      shows: (a) => line(a, 'e_challenge_0', 'sport=46003'),
      is: /LAST_ACK/,
    },
  ],
};

const established: Section = {
  title: 'Connection tracking: TCP in the middle',
  traps: [
    {
      trap: 'A connection picked up in the middle has 300 s; the reply keeps them, the third packet makes it assured.',
      case: 'conntrack/08-tcp-midstream-loose1',
      shows: (a) => ['ack', 'reply', 'third'].map((at) => line(a, at, 'sport=51001')),
      is: [
        / 299 ESTABLISHED.*\[UNREPLIED\]/,
        / 299 ESTABLISHED (?!.*(ASSURED|UNREPLIED))/,
        / 431999 ESTABLISHED.*\[ASSURED\]/,
      ],
    },
    {
      trap: 'What was picked up in the middle has no window.',
      case: 'conntrack/08-tcp-midstream-loose1',
      shows: (a) => left(a, 6),
      is: ['eth1'],
    },
    {
      trap: 'A SYN,ACK, a FIN or a RST never begins an entry.',
      case: 'conntrack/08-tcp-midstream-loose1',
      shows: (a) =>
        ['synack_only', 'fin', 'rst'].map((at, i) => lines(a, at, `5100${3 + i} dport=80`).length),
      is: [0, 0, 0],
    },
    {
      trap: 'With nf_conntrack_tcp_loose=0 nothing is picked up in the middle.',
      case: 'conntrack/62-tcp-loose0',
      shows: (a) => lines(a, 'middle', '42001').length,
      is: 0,
    },
    {
      trap: 'Data without an acknowledgement brings an assured entry to 300 s, the acknowledgement back to five days.',
      case: 'conntrack/14-tcp-unacked-and-retrans',
      shows: (a) =>
        [seconds(a, 'unack', '55001'), seconds(a, 'acked', '55001')].map((s) => s > 300),
      is: [false, true],
    },
    {
      trap: 'Four equal ACKs bring an entry to the timeout of too many retransmissions.',
      case: 'conntrack/14-tcp-unacked-and-retrans',
      shows: (a) => [seconds(a, 'dup2', '55001'), seconds(a, 'dup3', '55001')].map((s) => s > 300),
      is: [true, false],
    },
    {
      trap: 'A window of zero does so too.',
      case: 'conntrack/12-tcp-window-scale',
      on: ['6.12', '6.1'],
      shows: (a) => about(seconds(a, 'zero_window', 'sport=53003'), 299),
      is: true,
    },
    {
      trap: 'Window scaling counts only if both sides offer it.',
      case: 'conntrack/12-tcp-window-scale',
      shows: (a) => [left(a, 7), left(a, 20)],
      is: [['eth1'], []],
    },
    {
      trap: 'A segment a little out of the window passes and renews nothing, one far out is invalid.',
      case: 'conntrack/10-tcp-out-of-window',
      on: ['6.12', '6.1'],
      shows: (a) => [left(a, 8), left(a, 12), about(seconds(a, 'keepalive', '52001'), 239)],
      is: [[], ['eth1'], true],
    },
    {
      trap: 'An overshoot counts as data without an acknowledgement.',
      case: 'conntrack/10-tcp-out-of-window',
      on: ['6.12', '6.1'],
      shows: (a) => [left(a, 10), about(seconds(a, 'overshoot', '52001'), 299)],
      is: [['eth1'], true],
    },
    {
      trap: 'Entries keep their timeout when the sysctl changes, their next packet brings the new one.',
      case: 'conntrack/65-timeout-sysctls',
      shows: (a) => [
        seconds(a, 'set', 'tcp', 'sport=45001 ', 'ipv4') > 400000,
        about(seconds(a, 'time_wait', 'sport=45000 ', 'TIME_WAIT'), 1006),
      ],
      is: [true, true],
    },
  ],
};

const others: Section = {
  title: 'Connection tracking: UDP, ICMP and others',
  traps: [
    {
      trap: 'A HEARTBEAT may start an SCTP entry, DATA may not.',
      case: 'conntrack/69-sctp-life',
      on: ['6.1'],
      shows: (a) => [line(a, 'hb_0', 'sport=2001'), lines(a, 'hb_0', 'sctp').length],
      is: [/HEARTBEAT_SENT/, 2],
    },
    {
      trap: 'UDP-Lite with a right checksum is invalid until nf_conntrack_checksum is 0.',
      case: 'conntrack/68-udp-bad-packets',
      shows: (a) => [
        lines(a, 'sum_1_v4', 'udplite').length,
        lines(a, 'sum_0_v4', 'udplite').length > 0,
      ],
      is: [0, true],
    },
    {
      trap: 'UDP is a stream with the first packet that comes two seconds after the first, not with the third packet.',
      case: 'conntrack/67-udp',
      shows: (a) => [line(a, 'quick_0', 'sport=5000'), line(a, 'stream_0', 'sport=5002')],
      is: [/udp +17 (2\d|30) (?!.*ASSURED)/, /udp +17 1[12]\d .*\[ASSURED\]/],
    },
    {
      trap: 'An entry that conntrack -I made as replied is a stream with its first packet.',
      case: 'conntrack/67-udp',
      on: ['6.12', '6.1'],
      shows: (a) => line(a, 'first_of_made', 'sport=6001'),
      is: /udp +17 (119|120) .*\[ASSURED\]/,
    },
    {
      trap: 'An echo reply does not end the entry; one without a request is invalid.',
      case: 'conntrack/23-ping',
      shows: (a) => [lines(a, 'reply', 'id=77').length, lines(a, 'several', 'id=99').length],
      is: [1, 0],
    },
    {
      trap: 'ICMP errors neither renew nor count in the flow that they are about.',
      case: 'conntrack/24-icmp-error-related',
      shows: (a) => line(a, 'related', 'tcp'),
      is: /packets=3 bytes=1532 .*packets=1 bytes=52/,
    },
    {
      trap: 'The GRE of PPTP is two entries, one for each direction, since its key is the call id.',
      case: 'flowtable/42-gre',
      shows: (a) => lines(a, 'pptp', 'dstkey=0x5', 'UNREPLIED').length,
      is: 2,
    },
  ],
};

const rules: Section = {
  title: 'Connection tracking: rules',
  traps: [
    {
      trap: 'A rule about ct in "table ip" has no IPv6 tracked, and entries stay when the last such rule goes.',
      case: 'conntrack/45-when-tracking-starts',
      shows: (a) => lines(a, 'end').some((l) => l.startsWith('ipv4')),
      is: true,
    },
    {
      trap: 'A table that is full drops before any rule.',
      case: 'conntrack/46-table-full',
      shows: (a) => [left(a, 10), left(a, 15), left(a, 14), lines(a, 'others').length],
      is: [[], [], ['eth1'], 3],
    },
    {
      trap: 'A zone for the original direction alone is listed behind the original addresses, one for both at the end.',
      case: 'conntrack/34-ct-zones',
      shows: (a) => [
        lines(a, 'end', 'zone-orig=').length > 0,
        lines(a, 'end', ' zone=').length > 0,
      ],
      is: [true, true],
    },
  ],
};

export const conntrack: readonly Section[] = [opening, established, others, rules];
