/** Statements as they are written, listed and refused. */
import { describe, expect, it } from 'vitest';
import type { Family } from '../../../src/parser/ast.ts';
import { table } from '../lower/language.ts';

/** `written` alone: it lists as it is written. */
type Case = readonly [written: string, listed?: string];

function lists(family: Family, cases: readonly Case[], setup: readonly string[] = [], chain = '') {
  const pairs = cases.map(([written, listed]) => [written, listed ?? written] as const);
  it.each(pairs)('%s', (written, listed) => {
    const scope = table(family, chain);
    for (const command of setup) scope.run(command);
    expect(scope.listed(written)).toBe(listed);
  });
}

describe('state', () => {
  lists('ip', [
    ['counter', 'counter packets 0 bytes 0'],
    ['counter bytes 1024 packets 1', 'counter packets 1 bytes 1024'],
    ['quota 25 mbytes'],
    ['quota until 1024 bytes', 'quota 1 kbytes'],
    ['quota over 5 mbytes used 3 kbytes'],
    ['limit rate 400/minute', 'limit rate 400/minute burst 5 packets'],
    ['limit rate over 1 kbytes/second burst 512 bytes'],
    ['limit rate 1024 bytes/second', 'limit rate 1 kbytes/second'],
    ['last', 'last used never'],
    ['ct count over 20'],
  ]);
});

describe('log', () => {
  lists('inet', [
    ['log'],
    ['log level warn', 'log'],
    ['log prefix "in: " level debug flags ip options flags skuid'],
    ['log flags skuid prefix "x" flags ether', 'log prefix "x" flags skuid flags ether'],
    ['log flags tcp sequence,options flags ip options flags skuid flags ether', 'log flags all'],
    ['log group 2 snaplen 33 prefix "n"', 'log prefix "n" group 2 snaplen 33'],
    ['log snaplen 33', 'log'],
  ]);
});

describe('reject', () => {
  lists('inet', [
    ['reject'],
    ['reject with icmpx port-unreachable', 'reject'],
    ['reject with icmpx 3', 'reject with icmpx admin-prohibited'],
    ['reject with icmp type host-unreachable', 'reject with icmp host-unreachable'],
    ['meta nfproto ipv6 reject', 'reject with icmpv6 port-unreachable'],
    ['log reject with tcp reset', 'meta l4proto tcp log reject with tcp reset'],
  ]);
  lists('ip', [
    ['reject with icmp port-unreachable', 'reject'],
    ['ip protocol tcp reject with tcp reset', 'reject with tcp reset'],
  ]);
});

describe('nat', () => {
  const hook = 'type nat hook prerouting priority dstnat;';
  lists(
    'ip',
    [
      ['dnat ip to 192.0.2.1', 'dnat to 192.0.2.1'],
      ['dnat to 192.0.2.0-192.0.2.255', 'dnat to 192.0.2.0/24'],
      ['dnat to 192.0.2.7-192.0.2.7', 'dnat to 192.0.2.7'],
      [
        'tcp dport 80 dnat to :8080 persistent,random',
        'tcp dport 80 dnat to :8080 random,persistent',
      ],
      ['tcp dport 80 dnat to 192.0.2.1-192.0.2.9:80-90'],
      ['dnat prefix to 192.0.2.0/24'],
      ['dnat to ip saddr map { 10.0.0.1 : 192.0.2.1 }'],
      [
        'dnat to ip saddr . tcp dport map { 10.0.0.1 . 80 : 192.0.2.1 . 8080 }',
        'dnat ip to ip saddr . tcp dport map { 10.0.0.1 . 80 : 192.0.2.1 . 8080 }',
      ],
      ['redirect'],
      ['tcp dport 22 redirect to 2222', 'tcp dport 22 redirect to :2222'],
    ],
    [],
    hook,
  );
  lists(
    'inet',
    [
      ['tcp dport 80 dnat ip6 to [2001:db8::1]:8080'],
      ['tcp dport 80 dnat ip6 to [2001:db8::1]-[2001:db8::9]:8080'],
      ['ip saddr 10.0.0.1 dnat to 192.0.2.1', 'ip saddr 10.0.0.1 dnat ip to 192.0.2.1'],
    ],
    [],
    hook,
  );
});

describe('sets that rules change', () => {
  lists(
    'ip',
    [
      ['add @s { ip saddr timeout 1m30s limit rate 5/second burst 5 packets counter }'],
      ['set update ip saddr timeout 5s @s', 'update @s { ip saddr timeout 5s }'],
      ['delete @s { ip saddr }'],
      ['update @m { ip saddr : 0x00000005 }'],
      ['update @c { ip saddr counter }', 'update @c { ip saddr }'],
      [
        'meter old size 8 { ip saddr limit rate 5/second }',
        'add @old { ip saddr limit rate 5/second burst 5 packets }',
      ],
    ],
    [
      'add set ip t s { type ipv4_addr; flags dynamic,timeout; }',
      'add set ip t c { type ipv4_addr; flags dynamic; counter; }',
      'add map ip t m { type ipv4_addr : mark; flags dynamic; }',
    ],
  );
});

describe('objects by name', () => {
  lists(
    'ip',
    [
      ['counter name web', 'counter name "web"'],
      ['counter name tcp dport map { 80 : "web" }'],
      ['quota name "q"'],
      ['limit name "l"'],
      ['synproxy name "sp"'],
      ['ct timeout set "slow"'],
    ],
    [
      'add counter ip t web',
      'add quota ip t q { over 1 mbytes }',
      'add limit ip t l { rate 5/second }',
      'add synproxy ip t sp { mss 1460 wscale 7 }',
      'add ct timeout ip t slow { protocol tcp; policy = { close : 5 } ; }',
    ],
  );
});

describe('others', () => {
  lists('ip', [
    ['notrack'],
    ['queue', 'queue to 0'],
    ['queue num 4-5 fanout bypass', 'queue flags bypass,fanout to 4-5'],
    ['queue to symhash mod 8'],
    ['synproxy mss 1460 sack-perm', 'synproxy mss 1460 wscale 0 sack-perm'],
    ['reset tcp option sack-perm'],
    ['reset tcp option 123'],
    ['dup to 192.0.2.1 device "lo"'],
    ['meta l4proto tcp tproxy ip to 192.0.2.1:80', 'meta l4proto tcp tproxy to 192.0.2.1:80'],
  ]);
  lists('netdev', [['fwd to "lo"'], ['fwd ip to 192.0.2.1 device "lo"']]);
});

describe('refused', () => {
  const refusals: readonly (readonly [Family, string, string])[] = [
    ['ip', 'log level emerg group 2', 'level and group are mutually exclusive'],
    ['ip', 'log level audit prefix "x"', "log level audit doesn't support any further options"],
    ['ip', 'quota 5 gbytes', 'Wrong unit format, expecting bytes, kbytes or mbytes'],
    ['ip', 'limit rate 5/second burst 0 packets', 'packet limit burst must be > 0'],
    ['ip', 'limit rate 0/second', 'Could not process rule: Invalid argument'],
    [
      'ip',
      'dnat to 1.2.3.4:80',
      'transport protocol mapping is only valid after transport protocol match',
    ],
    ['inet', 'dnat to 192.0.2.1', "specify `dnat ip' or 'dnat ip6' in inet table to disambiguate"],
    ['bridge', 'snat to 192.0.2.1', 'NAT is only supported for IPv4/IPv6'],
    ['ip', 'reject with icmpx no-route', 'abstracted ICMP unreachable not supported'],
    ['ip', 'udp dport 5 reject with tcp reset', 'you cannot use tcp reset with this protocol'],
    ['arp', 'reject', 'cannot use reject with arp'],
    ['ip', 'queue flags fanout to 5', 'fanout requires a range to be specified'],
    ['ip', 'queue to symhash mod 2 offset 65535', 'queue expression max value exceeds 65535'],
    ['ip', 'tproxy to :80', 'Transparent proxy support requires transport protocol match'],
    ['ip', 'fwd to "lo"', 'unsupported family'],
    ['ip', 'reset tcp option 256', 'value too large'],
    ['ip', 'drop counter', 'Statement after terminal statement has no effect'],
  ];
  it.each(refusals)('%s: %s', (family, written, message) => {
    expect(table(family).rule(written).error).toBe(message);
  });
});
