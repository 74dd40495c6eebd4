/** Long lists of plain elements: what they make of a set is what elements one by one make of it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nft } from './nft.ts';

/** Few values, so that they meet, and some that are wrong. */
const number = fc.constantFrom('0', '1', '2', '3', '4', '7', '8', '255', '256', '65535', '65536');
const ip4 = fc.constantFrom(
  '0.0.0.0',
  '1.1.1.0',
  '1.1.1.1',
  '1.1.1.2',
  '1.1.2.0',
  '255.255.255.255',
);
const ip6 = fc.constantFrom(
  '::',
  '::1',
  '2001:db8::',
  '2001:db8::1',
  '::ffff:1.2.3.4',
  'ffff::ffff',
);

function part(value: fc.Arbitrary<string>, lengths: readonly number[]): fc.Arbitrary<string> {
  const prefix = fc.tuple(value, fc.constantFrom(...lengths)).map(([v, n]) => `${v}/${n}`);
  const range = fc.tuple(value, value).map(([low, high]) => `${low}-${high}`);
  return fc.oneof({ weight: 3, arbitrary: value }, prefix, range);
}

const ports = part(number, [0, 8, 15, 16, 17]);
const address4 = part(ip4, [0, 8, 24, 31, 32, 33]);
const address6 = part(ip6, [0, 3, 32, 64, 127, 128, 129]);
const mixed = fc.oneof(ports, address4, address6);
const pair = fc.tuple(address4, ports).map((parts) => parts.join(' . '));
const verdict = fc.constantFrom('accept', 'drop');
const to = (key: fc.Arbitrary<string>, data: fc.Arbitrary<string>) =>
  fc.tuple(key, data).map((kv) => kv.join(' : '));
const mapped = (key: fc.Arbitrary<string>) => to(key, verdict);

test.each<[string, string, fc.Arbitrary<string>]>([
  ['set', 'type inet_service', ports],
  ['set', 'type inet_service; flags interval', ports],
  ['set', 'type inet_service; flags interval; auto-merge', ports],
  ['set', 'type ipv4_addr', address4],
  ['set', 'type ipv4_addr; flags interval', address4],
  ['set', 'type ipv4_addr; flags interval; auto-merge', address4],
  ['set', 'type ipv4_addr; size 3', ip4],
  ['set', 'type ipv4_addr; flags timeout; timeout 1m', ip4],
  ['set', 'type ipv4_addr; counter', ip4],
  ['set', 'type ipv6_addr; flags interval', address6],
  ['set', 'type ipv6_addr', address6],
  ['set', 'type mark', mixed],
  ['set', 'typeof ip dscp; flags interval', part(number, [0, 3, 6, 7])],
  ['set', 'type ifname', ports],
  ['set', 'type ipv4_addr . inet_service', pair],
  ['set', 'type ipv4_addr . inet_service; flags interval', pair],
  ['set', 'type ipv4_addr . inet_service', mixed],
  ['set', 'type ipv4_addr', mapped(ip4)],
  ['map', 'type ipv4_addr : verdict; flags interval', mapped(address4)],
  ['map', 'type ipv4_addr : mark', fc.oneof(mapped(ip4), to(ip4, number))],
  ['map', 'type ipv4_addr . inet_service : verdict; flags interval', mapped(pair)],
  ['map', 'type inet_service : ipv4_addr; flags interval', to(ports, mixed)],
  ['map', 'type mark : inet_service', to(number, number)],
  ['map', 'type mark : ipv6_addr', to(number, ip6)],
  ['map', 'typeof ip dscp : ip dscp', to(number, number)],
  ['map', 'type mark : ifname', to(number, number)],
  ['map', 'type mark : ipv4_addr . inet_service', to(number, pair)],
  ['map', 'type mark : interval ipv4_addr', to(number, address4)],
  ['map', 'type mark : counter', to(number, number)],
  ['set', 'type ipv6_addr; flags interval; auto-merge', address6],
  ['set', 'type inet_service; flags interval, timeout; timeout 1m; auto-merge', ports],
])('%s { %s; }', (kind, spec, element) => {
  const lists = fc.array(fc.array(element, { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(lists, fc.constantFrom('add', 'create'), (added, verb) => {
      const [plain, other] = [nft(), nft()];
      for (const run of [plain, other])
        expect(run(`add table t; add ${kind} t s { ${spec}; }`).err).toBe('');
      for (const list of added) {
        const text = `${verb} element t s { ${list.join(', ')}`;
        // A line that goes on makes the grammar read the list.
        const [a, b] = [plain(`${text} }`), other(`${text} \\\n}`)];
        const message = (err: string) => err.replace(/( \\| \}).*/g, '');
        expect(message(a.err)).toBe(message(b.err));
        expect(a.ok).toBe(b.ok);
      }
      expect(plain.list()).toBe(other.list());
    }),
    { numRuns: 60 },
  );
});
