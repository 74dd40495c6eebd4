/**
 * A connection as `conntrack -o xml` prints it. Mirrors snprintf_xml.c of libnetfilter_conntrack,
 * which looks up SCTP's states in TCP's table.
 */
import { NONE } from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import { trackerOf } from '../proto/index.ts';
import { SCTP_STATE_NAMES } from '../proto/sctp-state.ts';
import { TCP_STATE_NAMES } from '../proto/tcp-state.ts';
import {
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPS_ASSURED,
  IPS_SEEN_REPLY,
  ZONE_DIR_BOTH,
  ZONE_DIR_ORIG,
  ZONE_DIR_REPL,
} from '../status.ts';
import {
  TUPLE_DST,
  TUPLE_SRC,
  TUPLE_WORDS,
  type Tuple,
  tupleDport,
  tupleL3num,
  tupleProtonum,
  tupleSport,
} from '../tuple.ts';
import { type LineParts, labelNames, listedParts, secondsBetween, secondsLeft } from './line.ts';
import { l3protoName, shortAddress } from './tuple.ts';

export const XML_HEADER = '<?xml version="1.0" encoding="utf-8"?>\n';

export interface XmlOptions {
  readonly ktimestamp?: boolean;
  readonly labels?: ReadonlyMap<number, string>;
  /** When it is shown: µs since the start of the run taken as the epoch. */
  readonly when?: number;
}

const element = (name: string, value: string | number): string => `<${name}>${value}</${name}>`;

function layers(t: Tuple, base: number): string {
  const l3num = tupleL3num(t, base);
  const protonum = tupleProtonum(t, base);
  const src = element('src', shortAddress(t, base + TUPLE_SRC, l3num));
  const dst = element('dst', shortAddress(t, base + TUPLE_DST, l3num));
  const layer3 = `<layer3 protonum="${l3num}" protoname="${l3protoName(l3num)}">${src}${dst}</layer3>`;
  const { name, ports } = trackerOf(protonum);
  let fields = '';
  const [sport, dport] = [tupleSport(t, base), tupleDport(t, base)];
  if (ports === 'ports') fields = element('sport', sport) + element('dport', dport);
  if (ports === 'gre')
    fields =
      element('srckey', `0x${sport.toString(16)}`) + element('dstkey', `0x${dport.toString(16)}`);
  return `${layer3}<layer4 protonum="${protonum}" protoname="${name}">${fields}</layer4>`;
}

function direction(
  ct: ConntrackCore,
  row: number,
  dir: number,
  zoneDir: number,
  parts: LineParts,
): string {
  const { table } = ct;
  const at = row * 2 + dir;
  const zone = table.zone[row]!;
  let meta = layers(table.tuples, at * TUPLE_WORDS);
  if (zone !== 0 && table.zoneDir[row] === zoneDir) meta += element('zone', zone);
  if (parts.counters && table.acct[row]) {
    const counted = element('packets', table.packets[at]!) + element('bytes', table.bytes[at]!);
    meta += element('counters', counted);
  }
  return `<meta direction="${dir === IP_CT_DIR_ORIGINAL ? 'original' : 'reply'}">${meta}</meta>`;
}

function state(ct: ConntrackCore, row: number): string {
  const names = ct.tracker(row).stateNames;
  if (names !== TCP_STATE_NAMES && names !== SCTP_STATE_NAMES) return '';
  return element('state', TCP_STATE_NAMES[ct.table.state[row]!] ?? 'NONE');
}

function independent(
  ct: ConntrackCore,
  row: number,
  { ktimestamp, labels }: XmlOptions,
  parts: LineParts,
): string {
  const { table } = ct;
  const status = table.status[row]!;
  const zone = table.zone[row]!;
  const started = parts.times && table.start[row] !== NONE;
  let meta = parts.state ? state(ct, row) : '';
  if (parts.timeout) meta += element('timeout', secondsLeft(ct, row));
  if (parts.mark) meta += element('mark', table.mark[row]!);
  const names = labels ? labelNames(ct, row, labels) : [];
  if (names.length > 0) meta += element('labels', names.map((n) => element('label', n)).join(''));
  if (zone !== 0 && table.zoneDir[row] === ZONE_DIR_BOTH) meta += element('zone', zone);
  if (parts.use) meta += element('use', table.use[row]!);
  meta += element('id', ct.id(row));
  if (status & IPS_ASSURED) meta += '<assured/>';
  if (!(status & IPS_SEEN_REPLY)) meta += '<unreplied/>';
  if (ktimestamp && started) {
    const stop = table.stop[row] === NONE ? '' : element('stop', `${table.stop[row]}000`);
    meta += element('timestamp', element('start', `${table.start[row]}000`) + stop);
  }
  if (started) meta += element('deltatime', secondsBetween(ct, row));
  return `<meta direction="independent">${meta}</meta>`;
}

/** The time of day as the tool has it, in UTC. */
function when(us: number): string {
  const date = new Date(Math.floor(us / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const fields = [
    element('hour', date.getUTCHours()),
    element('min', two(date.getUTCMinutes())),
    element('sec', two(date.getUTCSeconds())),
    element('wday', date.getUTCDay() + 1),
    element('day', date.getUTCDate()),
    element('month', date.getUTCMonth() + 1),
    element('year', date.getUTCFullYear()),
  ];
  return element('when', fields.join(''));
}

/** `type`: of an event, `new`, `update` or `destroy`. */
export function formatXml(
  ct: ConntrackCore,
  row: number,
  options: XmlOptions = {},
  parts: LineParts = listedParts(ct.table.status[row]!),
  type?: string,
): string {
  const helper = ct.help.get(row)?.helper;
  let flow = type === undefined ? '<flow>' : `<flow type="${type}">`;
  flow += direction(ct, row, IP_CT_DIR_ORIGINAL, ZONE_DIR_ORIG, parts);
  flow += direction(ct, row, IP_CT_DIR_REPLY, ZONE_DIR_REPL, parts);
  flow += independent(ct, row, options, parts);
  if (options.when !== undefined) flow += when(options.when);
  if (helper && parts.helper) flow += element('helper', helper.name);
  return `${flow}</flow>`;
}
