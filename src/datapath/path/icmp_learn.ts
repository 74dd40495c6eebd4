/**
 * What ICMP errors about the machine's own packets teach: the MTU of a path, a better next hop.
 *
 * Mirrors icmp_unreach and icmp_redirect (icmp.c), and of udp.c and icmp.c what happens to errors
 * about packets that no socket sent.
 */
import { half, word } from '../address.ts';
import type { Device } from '../device.ts';
import { redirectTo, updateMtu } from '../fib4_learn.ts';
import type { Netns } from '../netns.ts';
import { DEV, END, MARK, NH, type Packet, TH } from '../packet.ts';
import { RTCF_BROADCAST, RTCF_MULTICAST } from '../route.ts';
import type { Flow } from '../rule.ts';
import { ICMP_DEST_UNREACH, ICMP_ECHOREPLY, ICMP_FRAG_NEEDED, ICMP_REDIRECT } from './icmp.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_UDP = 17;
const NR_ICMP_UNREACH = 15;
/** Net, host, net and host for one kind of service. */
const REDIRECTS = 4;

/** A packet of ICMP that the machine takes in. */
export function learnFromError(ns: Netns, p: Packet): void {
  const type = p.b[p.m[TH]!]!;
  if (type !== ICMP_DEST_UNREACH && type !== ICMP_REDIRECT) return;
  if (p.dst!.flags & (RTCF_BROADCAST | RTCF_MULTICAST)) return;
  if (type === ICMP_DEST_UNREACH) unreachable(ns, p);
  else redirected(ns, p);
}

/** What quotes UDP or an echo reply is about a flow of the machine's; null: it teaches nothing. */
function quotedFlow(ns: Netns, p: Packet): Flow | null {
  const { m, b } = p;
  const quoted = m[TH]! + 8;
  const hlen = (b[quoted]! & 15) * 4;
  if (m[END]! - quoted < 20 || hlen < 20 || m[END]! - quoted < hlen + 8) return null;
  const protocol = b[quoted + 9]!;
  const ownReply = protocol === IPPROTO_ICMP && b[quoted + hlen] === ICMP_ECHOREPLY;
  if (!ownReply && (protocol !== IPPROTO_UDP || !ns.profile.udpErrorsTeachMtu)) return null;
  const flow = ns.outFlow4;
  flow.clear();
  flow.saddr[0] = word(b, quoted + 12);
  flow.daddr[0] = word(b, quoted + 16);
  flow.tos = b[quoted + 1]! & 0x1c;
  flow.proto = protocol;
  flow.mark = ns.ipv4.fwmarkReflect ? m[MARK]! : 0;
  return flow;
}

/** 3 believes only protocols that prove it, 2 nobody, 1 takes the least. */
function unreachable(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const th = m[TH]!;
  if ((b[th + 1]! & 15) !== ICMP_FRAG_NEEDED || b[th + 1]! > NR_ICMP_UNREACH) return;
  const flow = quotedFlow(ns, p);
  const { noPmtuDisc } = ns.ipv4;
  if (flow === null || noPmtuDisc >= 2) return;
  updateMtu(ns, flow, noPmtuDisc === 1 ? 0 : half(b, th + 6));
}

/** __ip_do_redirect: `from` knows a better gateway for one address. */
function redirected(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const th = m[TH]!;
  if ((b[th + 1]! & 7) >= REDIRECTS) return;
  const flow = quotedFlow(ns, p);
  const device = ns.devices.get(m[DEV]!);
  if (flow === null || device === undefined || !acceptsRedirects(ns, device)) return;
  redirectTo(ns, flow, word(b, m[NH]! + 12), word(b, th + 4), device);
}

/** IN_DEV_RX_REDIRECTS: routers take them where both settings say so. */
function acceptsRedirects(ns: Netns, { ipv4 }: Device): boolean {
  const all = ns.settings.all4.accept_redirects;
  return (ipv4.forwarding ? ipv4.accept_redirects & all : ipv4.accept_redirects | all) !== 0;
}
