/** ICMP errors about what arrived. */
import { type Fields, hexOf, over } from './packet.ts';
import type { Path } from './path.ts';
import type { Random } from './random.ts';

const ERRORS: Readonly<Record<'ip' | 'ip6', readonly Fields[]>> = {
  ip: [
    { type: 'destination-unreachable', code: 3 },
    { type: 'destination-unreachable', code: 1 },
    { type: 'destination-unreachable', code: 4, mtu: 1300 },
    { type: 'time-exceeded', code: 0 },
    { type: 'parameter-problem', code: 0 },
    { type: 'redirect', code: 1, gateway: '192.168.1.12' },
    { type: 4, code: 0 },
  ],
  ip6: [
    { type: 'destination-unreachable', code: 4 },
    { type: 'packet-too-big', mtu: 1280 },
    { type: 'time-exceeded', code: 0 },
    { type: 'parameter-problem', code: 1 },
  ],
};

/** An error about what arrived last, from its receiver or a router on its way. */
export function errorAbout(r: Random, path: Path): Fields | undefined {
  const about = path.last;
  if (!about) return undefined;
  const { family } = about;
  const quote = about.packet.subarray(0, r.pick([28, 60, 200, 48]));
  const { fields } = path.outside('far');
  const router = family === 'ip' ? '203.0.113.9' : '2001:db8:2::9';
  const source = r.percent(30) && about.oif === 'eth1' ? { [family]: { saddr: router } } : {};
  const name = family === 'ip' ? 'icmp' : 'icmpv6';
  const odd = r.percent(8) ? { checksum: 1 } : {};
  return {
    ...over(fields, source),
    [name]: { ...r.pick(ERRORS[family]), ...odd },
    payload: hexOf(quote),
  };
}
