/** A connection as the arguments of the command that makes it again (`conntrack -L -o save`). */
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import { ROLE_SERVER } from '../proto/dccp-state.ts';
import {
  IPPROTO_DCCP,
  IPPROTO_ICMP,
  IPPROTO_SCTP,
  IPS_ASSURED,
  IPS_DST_NAT,
  IPS_EXPECTED,
  IPS_FIXED_TIMEOUT,
  IPS_OFFLOAD,
  IPS_SEEN_REPLY,
  IPS_SRC_NAT,
  ZONE_DIR_BOTH,
  ZONE_DIR_ORIG,
} from '../status.ts';
import {
  TUPLE_DST,
  TUPLE_SRC,
  TUPLE_WORDS,
  tupleDport,
  tupleIcmpCode,
  tupleIcmpType,
  tupleSport,
} from '../tuple.ts';
import { secondsLeft } from './line.ts';
import { shortAddress } from './tuple.ts';

/** In order of their bits. */
const STATUS_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [IPS_EXPECTED, 'EXPECTED'],
  [IPS_SEEN_REPLY, 'SEEN_REPLY'],
  [IPS_ASSURED, 'ASSURED'],
  [IPS_FIXED_TIMEOUT, 'FIXED_TIMEOUT'],
];

function statusNames(status: number): string {
  const names = STATUS_NAMES.filter(([bit]) => status & bit).map(([, name]) => name);
  return names.join(',') || 'UNSET';
}

function zoneOption(ct: ConntrackCore, row: number): string {
  const zone = ct.table.zone[row]!;
  if (zone === 0) return '';
  const zoneDir = ct.table.zoneDir[row];
  if (zoneDir === ZONE_DIR_BOTH) return `-w ${zone} `;
  return `${zoneDir === ZONE_DIR_ORIG ? '--orig-zone' : '--reply-zone'} ${zone} `;
}

function protocolOptions(ct: ConntrackCore, row: number): string {
  const { table } = ct;
  const t = table.tuples;
  const base = row * 2 * TUPLE_WORDS;
  const reply = base + TUPLE_WORDS;
  const protonum = ct.protonum(row);
  const { name, ports, stateNames } = ct.tracker(row);
  if (ports === 'none') return `-p ${protonum}`;
  if (ports === 'icmp') {
    const prefix = protonum === IPPROTO_ICMP ? '--icmp' : '--icmpv6';
    const type = `${prefix}-type ${tupleIcmpType(t, base)} ${prefix}-code ${tupleIcmpCode(t, base)}`;
    return `-p ${name} ${type} ${prefix}-id ${tupleSport(t, base)}`;
  }
  const options =
    ports === 'gre'
      ? ['--srckey', '--dstkey', '--reply-key-src', '--reply-key-dst']
      : ['--sport', '--dport', '--reply-port-src', '--reply-port-dst'];
  const values = [
    tupleSport(t, base),
    tupleDport(t, base),
    tupleSport(t, reply),
    tupleDport(t, reply),
  ];
  let out = `-p ${name} ${options.map((option, i) => `${option} ${values[i]}`).join(' ')}`;
  if (stateNames && !(table.status[row]! & IPS_OFFLOAD))
    out += ` --state ${stateNames[table.state[row]!] ?? 'NONE'}`;
  if (protonum === IPPROTO_SCTP)
    out += ` --orig-vtag ${table.vtag[row * 2]} --reply-vtag ${table.vtag[row * 2 + 1]}`;
  if (protonum === IPPROTO_DCCP)
    out += ` --role ${table.role[row * 2] === ROLE_SERVER ? 'server' : 'client'}`;
  return out;
}

/** `command`: -A for what is there, -U and -D for events. */
export function formatSave(ct: ConntrackCore, row: number, command: '-A' | '-U' | '-D'): string {
  const { table } = ct;
  const status = table.status[row]!;
  const l3num = ct.l3num(row);
  if (l3num !== NFPROTO_IPV4 && l3num !== NFPROTO_IPV6) return '';
  const t = table.tuples;
  const base = row * 2 * TUPLE_WORDS;
  const address = (at: number) => shortAddress(t, at, l3num);
  let out = `${command} `;
  if (!(status & IPS_OFFLOAD)) out += `-t ${secondsLeft(ct, row)} `;
  out += `-u ${statusNames(status)} ${zoneOption(ct, row)}`;
  out += `-s ${address(base + TUPLE_SRC)} -d ${address(base + TUPLE_DST)} `;
  const reply = base + TUPLE_WORDS;
  out += `${status & IPS_DST_NAT ? '-g' : '-r'} ${address(reply + TUPLE_SRC)} `;
  out += `${status & IPS_SRC_NAT ? '-n' : '-q'} ${address(reply + TUPLE_DST)} `;
  return out + protocolOptions(ct, row);
}
