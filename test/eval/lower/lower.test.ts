/** Rules and the bytecode that the kernel gets for them. */
import { describe, expect, it } from 'vitest';
import type { Family } from '../../../src/parser/ast.ts';
import { table } from './language.ts';

/** The ops of a rule, and before them the elements of its sets. */
function ops(family: Family, rule: string, declare: readonly string[] = []): readonly string[] {
  const scope = table(family);
  for (const text of declare) scope.run(text);
  const { text, error } = scope.rule(rule);
  if (error !== undefined) return [error];
  return text
    .split('\n')
    .filter((line) => /^\s+\[|^\telement/.test(line))
    .map((line) => line.trim().replace(/^\[ | \]$/g, ''));
}

describe('loads and comparisons', () => {
  it('a prefix of whole bytes loads fewer bytes', () => {
    expect(ops('ip', 'ip saddr 10.0.0.0/8')).toEqual([
      'payload load 1b @ network header + 12 => reg 1',
      'cmp eq reg 1 0x0000000a',
    ]);
  });

  it('any other prefix masks', () => {
    expect(ops('ip', 'ip saddr != 10.0.0.0/12')).toEqual([
      'payload load 4b @ network header + 12 => reg 1',
      'bitwise reg 1 = ( reg 1 & 0x0000f0ff ) ^ 0x00000000',
      'cmp neq reg 1 0x0000000a',
    ]);
  });

  it('ranges and orders of host-order values are compared in network order', () => {
    expect(ops('ip', 'meta mark 1-5')).toEqual([
      'meta load mark => reg 1',
      'byteorder reg 1 = hton(reg 1, 4, 4)',
      'range eq reg 1 0x01000000 0x05000000',
    ]);
    expect(ops('ip', 'ct original bytes > 10000')).toContain('byteorder reg 1 = hton(reg 1, 8, 8)');
  });

  it('flags: any of them, none of them, exactly them', () => {
    expect(ops('ip', 'ct state new,established').slice(1)).toEqual([
      'bitwise reg 1 = ( reg 1 & 0x0000000a ) ^ 0x00000000',
      'cmp neq reg 1 0x00000000',
    ]);
    expect(ops('ip', 'ct state ! new').slice(2)).toEqual(['cmp eq reg 1 0x00000000']);
    expect(ops('ip', 'ct state != new,established').slice(1)).toEqual(['cmp neq reg 1 0x0000000a']);
  });

  it('a name with a star compares its beginning', () => {
    expect(ops('inet', 'iifname "eth*"')).toEqual([
      'meta load iifname => reg 1',
      'cmp eq reg 1 0x00687465',
    ]);
  });
});

describe('fields of odd bits', () => {
  it('the shift moves to the constant', () => {
    expect(ops('ip', 'ip dscp cs1')).toEqual([
      'payload load 1b @ network header + 1 => reg 1',
      'bitwise reg 1 = ( reg 1 & 0x000000fc ) ^ 0x00000000',
      'cmp eq reg 1 0x00000020',
    ]);
  });

  it('a named set is looked up with the number', () => {
    const set = ['add set ip t s { type dscp; }'];
    expect(ops('ip', 'ip dscp @s', set)).toContain('bitwise reg 1 = ( reg 1 >> 0x00000002 )');
  });

  it('what is wider than a byte is shifted in host order', () => {
    expect(ops('ip6', 'meta mark set ip6 dscp')).toEqual([
      'payload load 2b @ network header + 0 => reg 1',
      'bitwise reg 1 = ( reg 1 & 0x0000c00f ) ^ 0x00000000',
      'byteorder reg 1 = ntoh(reg 1, 2, 2)',
      'bitwise reg 1 = ( reg 1 >> 0x00000006 )',
      'meta set mark with reg 1',
    ]);
  });

  it('writing one rewrites an even number of bytes where a checksum covers them', () => {
    expect(ops('ip', 'ip dscp set cs2')).toEqual([
      'payload load 2b @ network header + 0 => reg 1',
      'bitwise reg 1 = ( reg 1 & 0x000003ff ) ^ 0x00004000',
      'payload write reg 1 => 2b @ network header + 0 csum_type 1 csum_off 10 csum_flags 0x0',
    ]);
  });

  it('a change of itself is one bitwise', () => {
    expect(ops('ip', 'ip dscp set ip dscp | 3')[1]).toBe(
      'bitwise reg 1 = ( reg 1 & 0x0000f3ff ) ^ 0x00000c00',
    );
  });
});

describe('inside tunnels', () => {
  it.each(['ip', 'ip6'] as const)('a table of %s says nothing of the packet inside', (family) => {
    const inner = family === 'ip' ? 'ip saddr 1.2.3.4' : 'ip6 saddr ::1';
    expect(ops(family, `udp dport 4789 vxlan ${inner}`).slice(4, 6)).toEqual([
      'inner type 1 hdrsize 8 flags f [ meta load protocol => reg 1 ]',
      `cmp eq reg 1 0x0000${family === 'ip' ? '0008' : 'dd86'}`,
    ]);
  });
});

describe('joined loads', () => {
  it('neighbours up to four bytes are one load', () => {
    expect(ops('ip', 'tcp sport 1 tcp dport 2').slice(2)).toEqual([
      'payload load 4b @ transport header + 0 => reg 1',
      'cmp eq reg 1 0x02000100',
    ]);
    expect(ops('ip', 'ip saddr 1.2.3.4 ip daddr 5.6.7.8')).toHaveLength(4);
  });

  it('flags that join a neighbour are compared whole', () => {
    expect(ops('ip', 'tcp window 5 tcp flags syn').slice(2)).toEqual([
      'payload load 3b @ transport header + 13 => reg 1',
      'cmp eq reg 1 0x00050002',
    ]);
  });

  it('a joined match stands where the next protocol is named', () => {
    expect(ops('ip', 'ip ttl 4 meta mark 1 ip protocol tcp')).toEqual([
      'meta load mark => reg 1',
      'cmp eq reg 1 0x00000001',
      'payload load 2b @ network header + 8 => reg 1',
      'cmp eq reg 1 0x00000604',
    ]);
  });

  it('not across statements that do something', () => {
    expect(ops('ip', 'udp sport 1 counter udp dport 2').slice(2)).toHaveLength(5);
  });
});

describe('sets and maps', () => {
  it('intervals are starts and ends', () => {
    expect(ops('ip', 'tcp dport { 22-23, 80 }')[0]).toBe(
      'element 00000000  : 1 [end]\telement 00001600  : 0 [end]\telement 00001800  : 1 [end]' +
        '\telement 00005000  : 0 [end]\telement 00005100  : 1 [end]',
    );
  });

  it('concatenations take consecutive registers', () => {
    const rule = 'iifname . ip saddr . tcp dport { "lo" . 10.0.0.0/8 . 80-90 }';
    expect(ops('ip', rule)).toEqual([
      'element 00006f6c 00000000 00000000 00000000 0000000a 00005000  - ' +
        '00006f6c 00000000 00000000 00000000 ffffff0a 00005a00  : 0 [end]',
      'meta load l4proto => reg 1',
      'cmp eq reg 1 0x00000006',
      'meta load iifname => reg 1',
      'payload load 4b @ network header + 12 => reg 2',
      'payload load 2b @ transport header + 2 => reg 13',
      'lookup reg 1 set __set%d',
    ]);
  });

  it('a set of intervals is keyed in network order', () => {
    const set = ['add set ip t s { type mark; flags interval; }'];
    expect(ops('ip', 'meta mark != @s', set)).toEqual([
      'meta load mark => reg 1',
      'byteorder reg 1 = hton(reg 1, 4, 4)',
      'lookup reg 1 set s 0x1',
    ]);
  });

  it('what a map gives takes the place of the key', () => {
    expect(ops('ip', 'meta mark set tcp dport map { 22 : 1 }').slice(-2)).toEqual([
      'lookup reg 1 set __map%d dreg 1',
      'meta set mark with reg 1',
    ]);
  });

  it('verdict maps and catch-alls', () => {
    const [elements, ...rest] = ops('ip', 'ip saddr vmap { 10.0.0.1 : jump other, * : drop }');
    expect(elements).toBe('element 0100000a  : jump -> other 0 [end]\telement  : drop 2 [end]');
    expect(rest.at(-1)).toBe('lookup reg 1 set __map%d dreg 0');
  });

  it('elements of rules carry their own state', () => {
    const set = ['add set ip t s { type ipv4_addr; flags dynamic,timeout; }'];
    expect(ops('ip', 'update @s { ip saddr timeout 5s limit rate 5/second counter }', set)).toEqual(
      [
        'payload load 4b @ network header + 12 => reg 1',
        'dynset update reg_key 1 set s timeout 5000ms ' +
          'expr [ limit rate 5/second burst 5 type packets flags 0x0 ] ' +
          'expr [ counter pkts 0 bytes 0 ]',
      ],
    );
  });
});

describe('bit operations', () => {
  it('a chain with constants is one op', () => {
    expect(ops('ip', 'meta mark set meta mark & 0xff | 1')[1]).toBe(
      'bitwise reg 1 = ( reg 1 & 0x000000fe ) ^ 0x00000001',
    );
  });

  it('of two registers are for Linux 6.13', () => {
    expect(ops('ip', 'ct mark set ct mark | meta mark')).toEqual([
      'Could not process rule: Operation not supported',
    ]);
  });

  it('a narrow value is widened in host order before it is changed', () => {
    expect(ops('ip', 'meta mark set ip frag-off & 0x1fff').slice(1, 3)).toEqual([
      'byteorder reg 1 = ntoh(reg 1, 2, 2)',
      'bitwise reg 1 = ( reg 1 & 0x00001fff ) ^ 0x00000000',
    ]);
  });
});

describe('nat', () => {
  it('addresses, ports and their ranges take registers of their own', () => {
    expect(
      ops('ip', 'tcp dport 81 dnat to 192.0.2.2-192.0.2.4:8080-8999 random').slice(-5),
    ).toEqual([
      'immediate reg 1 0x020200c0',
      'immediate reg 2 0x040200c0',
      'immediate reg 3 0x0000901f',
      'immediate reg 4 0x00002723',
      'nat dnat ip addr_min reg 1 addr_max reg 2 proto_min reg 3 proto_max reg 4 flags 0x6',
    ]);
  });

  it('a map gives address and port at once', () => {
    const rule = 'dnat ip to ip saddr . tcp dport map { 192.0.2.1 . 80 : 10.0.0.0/24 . 88-99 }';
    const given = ops('ip', rule);
    expect(given[0]).toBe(
      'element 010200c0 00005000  : 0000000a 00005800 ff00000a 00006300 0 [end]',
    );
    expect(given.at(-1)).toBe(
      'nat dnat ip addr_min reg 1 addr_max reg 10 proto_min reg 9 proto_max reg 11',
    );
  });
});

describe('what nft 1.1.3 does with shifts and orders', () => {
  const last = (lines: readonly string[], n: number) => lines.slice(-n);

  it('moves one operation to the constant, not those behind it', () => {
    expect(last(ops('ip', 'ip version ^ 2 == 5'), 2)).toEqual([
      'bitwise reg 1 = ( reg 1 >> 0x00000004 )',
      'cmp eq reg 1 0x00000007',
    ]);
  });

  it('moves none where an element is the catch-all', () => {
    expect(ops('ip', 'ip dscp { 3, 18, * }')).toEqual([
      'element 00000003  : 0 [end]\telement 00000012  : 0 [end]\telement  : 2 [end]',
      'payload load 1b @ network header + 1 => reg 1',
      'bitwise reg 1 = ( reg 1 & 0x000000fc ) ^ 0x00000000',
      'bitwise reg 1 = ( reg 1 >> 0x00000002 )',
      'lookup reg 1 set __set%d',
    ]);
  });

  it('puts into order what marks are set to, but not zones', () => {
    expect(ops('ip', 'meta mark set ip saddr')).toContain('byteorder reg 1 = ntoh(reg 1, 4, 4)');
    expect(ops('ip', 'ct zone set ip length')).toEqual([
      'payload load 2b @ network header + 2 => reg 1',
      'ct set zone with reg 1',
    ]);
  });

  it('masks of one byte join, whatever their order', () => {
    expect(ops('ip', 'meta mark set ip hdrlength | 0x100')).toEqual([
      'payload load 1b @ network header + 0 => reg 1',
      'bitwise reg 1 = ( reg 1 & 0x0000000f ) ^ 0x00000100',
      'meta set mark with reg 1',
    ]);
  });

  it('an interval that reaches the last value of its bits has no end', () => {
    expect(ops('ip', 'ip ecn { 1-2, 3 }')[0]).toBe(
      'element 00000000  : 1 [end]\telement 00000001  : 0 [end]  userdata = { \\x01\\x04\\x01\\x00\\x00\\x00 }',
    );
  });
});
