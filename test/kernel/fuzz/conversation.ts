/**
 * Conversations: who sends what in which order, per protocol. A conversation hands out one packet at
 * a time and is told what came of it.
 */

import { arp, datagrams, dccp, echoes, groups, plain, sctp } from './datagram.ts';
import { wanted } from './field.ts';
import { FTP_PORT, ftp, TFTP_PORT, tftp } from './ftp.ts';
import type { Machine } from './machine.ts';
import { Path } from './path.ts';
import type { Random } from './random.ts';
import type { Conversation, Talk } from './talk.ts';
import { tcp } from './tcp.ts';
import { CLIENT_PORTS, PORTS } from './value.ts';

/** Numbers of clients' ports and ids: no two conversations share one, so that no NAT clashes. */
export interface Numbers {
  next: number;
}

export interface Speaker {
  readonly talk: Talk;
  readonly packets: Conversation;
}

interface Kind {
  readonly weight: number;
  readonly make: (talk: Talk) => Conversation;
  /** The server's, where it is always the same. */
  readonly port?: number;
  /** Rules with these words are about it. */
  readonly words?: RegExp;
}

/** What is spoken, by weights; releases may lack some by name. */
const KINDS: Readonly<Record<string, Kind>> = {
  tcp: { weight: 42, make: tcp },
  udp: { weight: 26, make: (talk) => datagrams(talk, 'udp') },
  icmp: { weight: 11, make: echoes, words: /icmp|icmpv6/ },
  sctp: { weight: 5, make: sctp, words: /sctp/ },
  plain: { weight: 5, make: plain, words: /\b(gre|esp|ah|comp|igmp|mh)\b/ },
  udplite: { weight: 1, make: (talk) => datagrams(talk, 'udplite'), words: /udplite/ },
  dccp: { weight: 3, make: dccp, words: /dccp/ },
  groups: { weight: 2, make: groups, words: /multicast|broadcast/ },
  arp: { weight: 1, make: arp, words: /\barp\b/ },
  ftp: { weight: 5, make: ftp, port: FTP_PORT, words: /ftp/ },
  tftp: { weight: 3, make: tftp, port: TFTP_PORT, words: /ftp/ },
};

/** What is spoken of. */
export interface Taste {
  /** Conversations that there are none of. */
  readonly silent: readonly string[];
  /** The ruleset's text. */
  readonly rules: string;
}

export function conversation(
  r: Random,
  machine: Machine,
  numbers: Numbers,
  { silent, rules }: Taste = { silent: [], rules: '' },
): Speaker {
  const family = r.percent(65) ? 'ip' : 'ip6';
  const near = r.pick(machine.hosts);
  const others = machine.hosts.filter((h) => h.ip !== near.ip);
  const target = r.percent(82) ? r.pick(others) : r.pick(machine.own);
  const sport = CLIENT_PORTS + 2 * numbers.next++;
  const spoken = Object.entries(KINDS).filter(([name]) => !silent.includes(name));
  const kind = r.weighted(spoken.map(([, k]) => [wanted(k.weight, k.words, rules), k] as const));
  const path = new Path(machine, family, { near, target }, sport, kind.port ?? r.pick(PORTS));
  const talk = { r, path, rules };
  return { talk, packets: kind.make(talk) };
}
