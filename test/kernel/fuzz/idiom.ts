/**
 * Rules that real rulesets have in these words: where they may stand and how they go. Drawn beside
 * those made of single words, which seldom come to such as these.
 */
import type { Random } from './random.ts';
import type { Place } from './statement.ts';
import { PORTS } from './value.ts';

interface Idiom {
  /** Hooks and types of chains, as patterns; absent: all. */
  readonly at?: RegExp;
  readonly rule: (r: Random, place: Place) => string;
}

const host = (r: Random, place: Place) => r.pick(place.machine.hosts);
const own = (r: Random, place: Place) => r.pick(place.machine.own);
const port = (r: Random): number => r.pick(PORTS);

const FILTER = /^filter (prerouting|input|forward|output|postrouting)/;
const DNAT = /^nat (prerouting|output)/;
const SNAT = /^nat (postrouting|input)/;
const EARLY = /^filter (prerouting|output)/;
const DEVICE = /^filter (ingress|egress)/;

const IDIOMS: readonly Idiom[] = [
  {
    at: FILTER,
    rule: () => 'ct state vmap { established : accept, related : accept, invalid : drop }',
  },
  { at: FILTER, rule: () => 'ct state { established, related } counter accept' },
  { at: FILTER, rule: () => 'ct state invalid counter drop' },
  {
    at: FILTER,
    rule: () => 'tcp flags & (fin | syn | rst | ack) != syn ct state new counter drop',
  },
  { at: FILTER, rule: () => 'tcp flags syn tcp option maxseg size set rt mtu' },
  { at: FILTER, rule: () => 'ct status dnat counter accept' },
  { at: FILTER, rule: () => 'ct original ip daddr 203.0.113.2 counter' },
  { at: FILTER, rule: (r) => `ct original proto-dst ${port(r)} counter` },
  { at: FILTER, rule: () => 'ct helper "ftp" counter' },
  { at: FILTER, rule: () => 'ct state related ct status expected counter' },
  { at: FILTER, rule: () => 'ip frag-off & 0x1fff != 0 counter' },
  { at: FILTER, rule: () => 'exthdr frag exists counter' },
  { at: FILTER, rule: () => 'meta l4proto { icmp, ipv6-icmp } limit rate 2/minute accept' },
  { at: FILTER, rule: () => 'ct mark set meta mark counter' },
  { at: FILTER, rule: () => 'meta mark set ct mark counter' },
  { at: FILTER, rule: () => 'ct packets > 3 counter' },
  { at: FILTER, rule: () => 'ct bytes > 300 counter' },
  { at: FILTER, rule: (r) => `ct count over ${r.between(1, 3)} counter reject` },
  { at: FILTER, rule: () => 'meta l4proto tcp counter reject with tcp reset' },
  { at: FILTER, rule: () => 'counter reject with icmpx admin-prohibited' },
  { at: FILTER, rule: () => 'udp dport 53 @ih,0,16 0x6161 counter' },
  { at: EARLY, rule: (r) => `tcp dport ${port(r)} notrack` },
  { at: EARLY, rule: () => 'fib saddr . iif oif missing counter drop' },
  { at: EARLY, rule: () => 'fib daddr . iif type != { local, unicast } counter' },
  { at: EARLY, rule: () => 'ct zone set iif map { "eth0" : 1, "eth2" : 2 }' },
  { at: EARLY, rule: (r) => `ct zone set ${r.between(1, 2)}` },
  { at: EARLY, rule: (r) => `ct original zone set ${r.between(1, 2)}` },
  {
    at: FILTER,
    rule: () => 'ct original saddr . ct original proto-dst vmap { 192.168.1.10 . 80 : continue }',
  },
  { at: FILTER, rule: () => 'ct label 3 counter' },
  { at: FILTER, rule: () => 'ct label set 3 counter' },
  { at: FILTER, rule: () => 'ct zone != 0 counter' },
  { at: FILTER, rule: () => 'ct avgpkt > 100 counter' },
  { at: FILTER, rule: () => 'ct reply packets > 0 counter' },
  { at: FILTER, rule: () => 'meta time > "2020-01-01 00:00:00" counter' },
  { at: FILTER, rule: () => 'rt nexthop 203.0.113.254 counter' },
  { at: FILTER, rule: () => 'rt mtu < 1500 counter' },
  { at: FILTER, rule: () => 'tcp option maxseg size 1-1460 counter' },
  { at: FILTER, rule: () => 'tcp option window exists counter' },
  { at: FILTER, rule: () => 'tcp option timestamp tsval > 0 counter' },
  { at: FILTER, rule: () => 'ip option rr exists counter' },
  { at: FILTER, rule: () => 'ip option ra value 0 counter' },
  { at: FILTER, rule: () => 'sctp chunk init init-tag > 0 counter' },
  { at: FILTER, rule: () => 'sctp chunk data tsn 1 counter' },
  { at: FILTER, rule: () => 'sctp chunk heartbeat exists counter' },
  { at: FILTER, rule: () => 'icmp type echo-request icmp id 10000-20000 counter' },
  { at: FILTER, rule: () => 'icmpv6 type echo-request icmpv6 id 10000-20000 counter' },
  { at: FILTER, rule: () => 'icmp type redirect icmp gateway 3232235788 counter' },
  { at: FILTER, rule: () => 'gre protocol 0x880b counter' },
  { at: FILTER, rule: () => 'log group 1 prefix "x" counter' },
  { at: FILTER, rule: () => 'log flags all level debug counter' },
  { at: FILTER, rule: () => 'tcp dport 443 queue to 1' },
  { at: /^filter prerouting/, rule: () => 'socket transparent 1 counter' },
  { at: /^filter prerouting/, rule: () => 'tcp dport 80 tproxy to :50080 counter accept' },
  { at: /^route output/, rule: (r) => `meta mark set ${r.between(1, 3)} counter` },
  { at: /^route output/, rule: () => 'ip dscp set ef counter' },
  {
    at: DNAT,
    rule: (r, p) => `tcp dport ${port(r)} counter dnat ip to ${host(r, p).ip}:${port(r)}`,
  },
  { at: DNAT, rule: (r, p) => `fib daddr type local dnat ip to ${host(r, p).ip}` },
  { at: DNAT, rule: (r, p) => `fib daddr type local dnat ip6 to ${host(r, p).ip6}` },
  {
    at: DNAT,
    rule: (r, p) =>
      `dnat ip to numgen inc mod 2 map { 0 : ${host(r, p).ip}, 1 : ${host(r, p).ip} }`,
  },
  {
    at: DNAT,
    rule: (r, p) =>
      `dnat ip to ip daddr . tcp dport map { 203.0.113.2 . 80 : ${host(r, p).ip} . 8080, 198.51.100.1 . 22 : ${host(r, p).ip} . 22 }`,
  },
  { at: DNAT, rule: (r) => `meta l4proto { tcp, udp } redirect to :${port(r)}` },
  { at: DNAT, rule: () => 'dnat ip prefix to ip daddr map { 198.51.100.0/24 : 10.0.0.0/24 }' },
  { at: SNAT, rule: () => 'oifname "eth1" masquerade' },
  { at: SNAT, rule: () => 'meta l4proto { tcp, udp } masquerade to :2000-2003' },
  { at: SNAT, rule: (r, p) => `ip saddr 192.168.1.0/24 snat ip to ${own(r, p).ip}` },
  {
    at: SNAT,
    rule: () => 'snat ip to ip saddr map { 192.168.1.10 : 203.0.113.50, 10.0.0.10 : 203.0.113.51 }',
  },
  { at: SNAT, rule: () => 'snat ip prefix to ip saddr map { 192.168.1.0/24 : 203.0.113.0/24 }' },
  { at: SNAT, rule: (r, p) => `ct status dnat snat ip to ${own(r, p).ip}` },
  { at: DEVICE, rule: () => 'meta protocol { ip, arp, ip6 } counter' },
  { at: DEVICE, rule: () => 'ip frag-off & 0x1fff != 0 counter drop' },
  { at: DEVICE, rule: (r) => `udp dport ${port(r)} counter drop` },
  {
    at: DEVICE,
    rule: (r, p) => `icmp type echo-request counter fwd to "${r.pick(p.machine.wires)}"`,
  },
  { at: DEVICE, rule: (r, p) => `tcp flags syn counter dup to "${r.pick(p.machine.wires)}"` },
  {
    at: /^filter ingress/,
    rule: (r, p) =>
      `udp dport 53 counter fwd ip to ${host(r, p).ip} device "${r.pick(p.machine.wires)}"`,
  },
  { at: DEVICE, rule: () => 'vlan id 10 counter' },
  { at: DEVICE, rule: (r) => `vlan id 10 vlan pcp ${r.pick([0, 3])} counter` },
  { at: DEVICE, rule: (r) => `vlan type ${r.pick(['ip', 'ip6'])} counter` },
  { at: DEVICE, rule: (r, p) => `vlan id 10 ip saddr ${host(r, p).ip} counter` },
  { at: DEVICE, rule: () => 'ether saddr . vlan id { 02:ff:00:00:00:01 . 10 } counter' },
  { at: DEVICE, rule: () => 'vlan pcp set 5 counter' },
  { at: DEVICE, rule: () => 'frag more-fragments 1 counter' },
  { at: DEVICE, rule: () => 'ip saddr set 203.0.113.77 counter' },
  { at: DEVICE, rule: () => 'meta mark set 2 counter' },
];

/** A rule that may or may not be allowed in this family. */
export function idiom(r: Random, place: Place): string | undefined {
  const here = `${place.type} ${place.hook}`;
  const fit = IDIOMS.filter(({ at }) => at?.test(here) ?? true);
  return fit.length > 0 ? r.pick(fit).rule(r, place) : undefined;
}
