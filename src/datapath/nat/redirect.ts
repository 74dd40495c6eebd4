/**
 * redirect: the destination becomes the machine itself.
 *
 * Mirrors nf_nat_redirect.c: the first address of the device that the packet came in by, loopback for
 * what the machine sends itself.
 */
import { loadIpv6 } from '../address.ts';
import type { Device, Devices } from '../device.ts';
import { NF_ACCEPT, NF_DROP } from '../hooks.ts';
import { CT, NFPROTO_IPV6, NH, NONE, type Packet, PF } from '../packet.ts';
import type { Binder } from './masquerade.ts';
import { type NatRange, NF_NAT_MANIP_DST, NF_NAT_RANGE_MAP_IPS, natRange } from './range.ts';

const LOOPBACK4 = 0x7f000001;
/** IPV6_ADDR_*: the scopes that an address may have. */
const SCOPE_LOOPBACK = 0x10;
const SCOPE_LINKLOCAL = 0x20;
const SCOPE_SITELOCAL = 0x40;
/** The same of a multicast address, by its scope nibble. */
const MULTICAST_SCOPES: ReadonlyMap<number, number> = new Map([
  [1, SCOPE_LOOPBACK],
  [2, SCOPE_LINKLOCAL],
  [5, SCOPE_SITELOCAL],
]);

export class Redirect {
  private readonly binder: Binder;
  private readonly devices: Devices;
  private readonly range = natRange();
  private readonly daddr = new Int32Array(4);

  constructor(binder: Binder, devices: Devices) {
    this.binder = binder;
    this.devices = devices;
  }

  /** `iif` is the incoming device; 0 for packets of the machine itself. */
  setup(p: Packet, asked: NatRange, iif: number): number {
    if (p.m[CT] === NONE) return NF_ACCEPT;
    const { range } = this;
    const device = iif === 0 ? null : (this.devices.get(iif) ?? null);
    range.minAddr.fill(0);
    const ipv6 = p.m[PF] === NFPROTO_IPV6;
    if (ipv6) loadIpv6(p, p.m[NH]! + 24, this.daddr);
    const found = ipv6
      ? destination6(device, this.daddr, range.minAddr)
      : destination4(device, range.minAddr);
    if (!found) return NF_DROP;
    range.maxAddr.set(range.minAddr);
    range.flags = asked.flags | NF_NAT_RANGE_MAP_IPS;
    range.minProto = asked.minProto;
    range.maxProto = asked.maxProto;
    return this.binder.setupInfo(p.m[CT]!, range, NF_NAT_MANIP_DST);
  }
}

/** nf_nat_redirect_ipv4 */
function destination4(device: Device | null, into: Uint32Array): boolean {
  if (device === null) {
    into[0] = LOOPBACK4;
    return true;
  }
  const address = device.addr4[0];
  if (address === undefined) return false;
  into[0] = address.local;
  return true;
}

/** nf_nat_redirect_ipv6: the first address whose scope fits that of the old destination. */
function destination6(device: Device | null, daddr: Int32Array, into: Uint32Array): boolean {
  if (device === null) {
    into[3] = 1;
    return true;
  }
  const scope = scopeOf(daddr);
  for (const { local } of device.addr6) {
    if (isMapped(local) || (scope !== 0 && scopeOf(local) !== scope)) continue;
    into.set(local);
    return true;
  }
  return false;
}

const isMapped = (a: Int32Array): boolean => a[0] === 0 && a[1] === 0 && a[2] === 0xffff;

/** ipv6_addr_scope: IPV6_ADDR_LOOPBACK, LINKLOCAL or SITELOCAL, else 0. */
function scopeOf(a: Int32Array): number {
  const first = a[0]! >>> 0;
  if (first >>> 24 === 0xff) return MULTICAST_SCOPES.get((first >>> 16) & 15) ?? 0;
  if (first >>> 22 === 0xfe80 >>> 6) return SCOPE_LINKLOCAL;
  if (first >>> 22 === 0xfec0 >>> 6) return SCOPE_SITELOCAL;
  return first === 0 && a[1] === 0 && a[2] === 0 && a[3] === 1 ? SCOPE_LOOPBACK : 0;
}
