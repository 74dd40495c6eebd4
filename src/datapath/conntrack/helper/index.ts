/** The helpers, by name and protocol. Mirrors __nf_conntrack_helper_find. */
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../../packet.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from '../status.ts';
import { ftp } from './ftp.ts';
import type { ExpectPolicy, Helper } from './helper.ts';
import { tftp } from './tftp.ts';
import { amanda, sipTcp, sipUdp, unread } from './unread.ts';

const BOTH = [NFPROTO_IPV4, NFPROTO_IPV6];
const IPV4 = [NFPROTO_IPV4];

const policy = (maxExpected: number, timeout: number, name = ''): ExpectPolicy => ({
  name,
  maxExpected,
  timeout,
});

const SIP = [policy(8, 180, 'signalling'), policy(8, 300, 'audio')];

export const HELPERS: readonly Helper[] = [
  ftp,
  tftp,
  unread('amanda', IPPROTO_UDP, 10080, BOTH, [policy(3, 180)], amanda),
  unread('RAS', IPPROTO_UDP, 1719, BOTH, [policy(32, 240)]),
  unread('Q.931', IPPROTO_TCP, 1720, BOTH, [policy(8, 240)]),
  unread('H.245', IPPROTO_UDP, 0, BOTH, [policy(8, 240)]),
  unread('irc', IPPROTO_TCP, 6667, IPV4, [policy(8, 300)]),
  unread('netbios-ns', IPPROTO_UDP, 137, IPV4, [policy(1, 3)]),
  unread('pptp', IPPROTO_TCP, 1723, IPV4, [policy(2, 300)]),
  unread('sane', IPPROTO_TCP, 6566, BOTH, [policy(1, 300)]),
  unread('sip', IPPROTO_UDP, 5060, BOTH, SIP, sipUdp),
  unread('sip', IPPROTO_TCP, 5060, BOTH, SIP, sipTcp),
  unread('snmp', IPPROTO_UDP, 161, IPV4, [policy(1, 30)]),
];

/** undefined: there is no such helper (ENOENT). */
export const helperOf = (name: string, protonum: number, family: number): Helper | undefined =>
  HELPERS.find((h) => h.name === name && h.protonum === protonum && h.families.includes(family));

/** __nf_ct_helper_find: of the server's side of a connection. */
export const helperOfPort = (port: number, protonum: number, family: number): Helper | undefined =>
  HELPERS.find((h) => h.port === port && h.protonum === protonum && h.families.includes(family));
