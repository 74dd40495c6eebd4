/**
 * Literals of a type, as nft reads them: more often than not what packets of the fuzzer have.
 *
 * Of a type with names any name; of addresses, ports and devices those of the machine; of numbers
 * those that headers are full of.
 */
import { typeByName, type ValueType } from '../../../src/eval/type/index.ts';
import type { Machine } from './machine.ts';
import type { Random } from './random.ts';

/** What a selector reads. */
export interface Datatype {
  readonly name: string;
  readonly bits: number;
}

/** Ports of servers; clients take theirs from 10000 on. */
export const PORTS = [22, 53, 80, 443, 5001, 8080];
export const CLIENT_PORTS = 10000;

const NUMBERS = [0, 1, 2, 4, 5, 6, 8, 16, 17, 20, 28, 40, 60, 63, 64, 84, 100, 255, 1000, 1500];

/** Types with values that a test can't foresee, or that print in the words of some file. */
const UNKNOWN = ['time', 'date', 'hour', 'day', 'cgroupsv2', 'string', 'ct_label', 'uid', 'gid'];

type Make = (r: Random, machine: Machine) => string;

const address = (r: Random, { hosts, own }: Machine) => r.pick([...hosts, ...hosts, ...own]);

const network = (ip: string): string => ip.replace(/\d+$/, '0/24');
const network6 = (ip: string): string => ip.replace(/\d+$/, '/64');

const BY_TYPE: Readonly<Record<string, Make>> = {
  ipv4_addr: (r, m) => address(r, m).ip,
  ipv6_addr: (r, m) => address(r, m).ip6,
  ether_addr: (r) => `02:${r.pick(['00', 'ff'])}:00:00:00:0${r.between(1, 3)}`,
  inet_service: (r) => String(r.percent(75) ? r.pick(PORTS) : CLIENT_PORTS + r.below(8)),
  inet_proto: (r) =>
    r.pick(['tcp', 'tcp', 'udp', 'udp', 'icmp', 'ipv6-icmp', 'sctp', 'gre', 'esp']),
  ifname: (r, m) => `"${r.percent(90) ? r.pick(m.devices) : 'eth*'}"`,
  iface_index: (r, m) => `"${r.pick(m.devices)}"`,
  mark: (r) => String(r.pick([0, 1, 2, 3, 16, 255])),
  devgroup: (r) => r.pick(['default', '1']),
  ether_type: (r) => r.pick(['ip', 'ip6', 'arp', '8021q']),
};

const named = (type: ValueType, r: Random): string => r.pick(type.symbols!)[0];

function number(r: Random, bits: number): string {
  const width = Math.min(bits || 8, 32);
  const max = 2 ** width - 1;
  const n = r.percent(85) ? r.pick(NUMBERS.filter((v) => v <= max)) : r.below(max + 1);
  return String(n);
}

/** A literal; undefined where there is no sense in one. */
export function literal(r: Random, type: Datatype, machine: Machine): string | undefined {
  const make = BY_TYPE[type.name];
  if (make) return make(r, machine);
  if (UNKNOWN.includes(type.name)) return undefined;
  const known = typeByName(type.name);
  if (known?.symbols && r.percent(90)) return named(known, r);
  return number(r, type.bits);
}

/** Two different ones in order, as a range takes them. */
export function interval(r: Random, type: Datatype, machine: Machine): string | undefined {
  if (type.name === 'ipv4_addr') return network(address(r, machine).ip);
  if (type.name === 'ipv6_addr') return network6(address(r, machine).ip6);
  if (type.name === 'inet_service') {
    const low = r.pick([1, 53, 79, 443, 8000, CLIENT_PORTS]);
    return `${low}-${low + r.pick([1, 20, 100, 1000])}`;
  }
  if (type.name !== 'integer' && type.name !== 'mark') return undefined;
  const low = Number(number(r, type.bits));
  const max = 2 ** Math.min(type.bits || 8, 32) - 1;
  const high = low + r.pick([1, 3, 16, 100]);
  return high > max ? undefined : `${low}-${high}`;
}

export const isFlags = (type: Datatype): boolean => typeByName(type.name)?.bitmask === true;
