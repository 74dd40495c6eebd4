/** Listings of connections and expectations. */
import { NFPROTO_IPV4 } from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import { IPS_NAT_CLASH } from '../status.ts';
import { formatLine, type LineOptions, outlives } from './line.ts';

export { type EventKind, eventKind, eventLine, eventXml } from './event.ts';
export { expectationLine, expectationProcLine, expectationXml } from './expectation.ts';
export { formatLine, type LineOptions } from './line.ts';
export { procLines } from './proc.ts';
export { formatSave } from './save.ts';
export { formatXml, XML_HEADER } from './xml.ts';

/**
 * Rows that `conntrack -L` shows, in order of insertion; `family` NFPROTO_*, or 0 for all (of releases
 * whose tool lists IPv4 unless told: IPv4). What has expired is collected on the way.
 */
export function listedRows(ct: ConntrackCore, family = 0): number[] {
  const only = family === 0 && !ct.netns.profile.conntrackListsAll ? NFPROTO_IPV4 : family;
  return ct
    .rows()
    .filter((row) => !(ct.table.status[row]! & IPS_NAT_CLASH))
    .filter((row) => only === 0 || ct.l3num(row) === only);
}

/** Lines of `conntrack -L`; entries that end within `late` jiffies are not there any more. */
export const listLines = (ct: ConntrackCore, options: LineOptions = {}, late = 0): string[] =>
  listedRows(ct)
    .filter((row) => outlives(ct, row, late))
    .map((row) => formatLine(ct, row, options));
