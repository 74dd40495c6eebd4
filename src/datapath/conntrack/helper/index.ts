/** The helpers, by name and protocol. Mirrors __nf_conntrack_helper_find. */
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../../packet.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from '../status.ts';
import { ftp } from './ftp.ts';
import type { ExpectPolicy, Helper } from './helper.ts';
import { tftp } from './tftp.ts';

const BOTH = [NFPROTO_IPV4, NFPROTO_IPV6];
const IPV4 = [NFPROTO_IPV4];

const policy = (maxExpected: number, timeout: number, name = ''): ExpectPolicy => ({
  name,
  maxExpected,
  timeout,
});

/** A helper whose protocol is not read. */
const unread = (
  name: string,
  protonum: number,
  families: readonly number[],
  ...policies: ExpectPolicy[]
): Helper => ({ name, protonum, families, policies });

export const HELPERS: readonly Helper[] = [
  ftp,
  tftp,
  unread('amanda', IPPROTO_UDP, BOTH, policy(3, 180)),
  unread('RAS', IPPROTO_UDP, BOTH, policy(32, 240)),
  unread('Q.931', IPPROTO_TCP, BOTH, policy(8, 240)),
  unread('H.245', IPPROTO_TCP, BOTH, policy(8, 240)),
  unread('irc', IPPROTO_TCP, IPV4, policy(8, 300)),
  unread('netbios-ns', IPPROTO_UDP, IPV4, policy(1, 3)),
  unread('pptp', IPPROTO_TCP, IPV4, policy(2, 300)),
  unread('sane', IPPROTO_TCP, BOTH, policy(1, 300)),
  unread('sip', IPPROTO_UDP, BOTH, policy(8, 180, 'signalling'), policy(8, 300, 'audio')),
  unread('sip', IPPROTO_TCP, BOTH, policy(8, 180, 'signalling'), policy(8, 300, 'audio')),
  unread('snmp', IPPROTO_UDP, IPV4, policy(1, 30)),
];

/** undefined: there is no such helper (ENOENT). */
export const helperOf = (name: string, protonum: number, family: number): Helper | undefined =>
  HELPERS.find((h) => h.name === name && h.protonum === protonum && h.families.includes(family));
