/**
 * Lines of `conntrack -E`, and the same as XML. Mirrors ctnetlink_conntrack_event
 * (nf_conntrack_netlink.c), which says what an event tells, and snprintf_default.c of
 * libnetfilter_conntrack.
 */
import type { ConntrackCore } from '../core.ts';
import {
  IPCT_DESTROY,
  IPCT_HELPER,
  IPCT_MARK,
  IPCT_NEW,
  IPCT_PROTOINFO,
  IPCT_RELATED,
} from '../status.ts';
import { formatLine, type LineOptions, type LineParts, secondsLeft } from './line.ts';
import { formatXml, type XmlOptions } from './xml.ts';

export type EventKind = 'NEW' | 'UPDATE' | 'DESTROY';

const PREFIXES: Readonly<Record<EventKind, string>> = {
  NEW: '    [NEW] ',
  UPDATE: ' [UPDATE] ',
  DESTROY: '[DESTROY] ',
};

/** What events (bits 1 << IPCT_*) are to ctnetlink_conntrack_event. */
export function eventKind(events: number): EventKind {
  if (events & (1 << IPCT_DESTROY)) return 'DESTROY';
  return events & ((1 << IPCT_NEW) | (1 << IPCT_RELATED)) ? 'NEW' : 'UPDATE';
}

function partsOf(ct: ConntrackCore, row: number, events: number): LineParts {
  const destroy = (events & (1 << IPCT_DESTROY)) !== 0;
  const tellsEnd = destroy && ct.netns.profile.conntrackDestroyTells;
  return {
    timeout: destroy ? tellsEnd && secondsLeft(ct, row) > 0 : true,
    state: destroy ? tellsEnd : (events & (1 << IPCT_PROTOINFO)) !== 0,
    counters: destroy,
    mark: ct.table.mark[row] !== 0 || (events & (1 << IPCT_MARK)) !== 0,
    times: destroy,
    helper: !destroy && ((events & (1 << IPCT_HELPER)) !== 0 || ct.help.has(row)),
    use: false,
  };
}

/** Who did it, where that was a process and the tool tells it; `sender`: the number of the process. */
function doneBy(ct: ConntrackCore, sender: number | undefined): string {
  const named = sender !== undefined && ct.netns.profile.conntrackListsAll;
  return named ? ` [USERSPACE] portid=${sender} progname=conntrack` : '';
}

/**
 * `    [NEW] tcp      6 120 SYN_SENT src=…`. Events tell the timeout and the state of offloaded
 * entries, too.
 */
export function eventLine(
  ct: ConntrackCore,
  row: number,
  events: number,
  sender: number | undefined,
  options: LineOptions = {},
): string {
  const line = formatLine(ct, row, options, partsOf(ct, row, events));
  return PREFIXES[eventKind(events)] + line + doneBy(ct, sender);
}

/** `<flow type="new">…</flow>`, with the process behind it, which no XML is. */
export function eventXml(
  ct: ConntrackCore,
  row: number,
  events: number,
  sender: number | undefined,
  options: XmlOptions,
): string {
  const type = eventKind(events).toLowerCase();
  return formatXml(ct, row, options, partsOf(ct, row, events), type) + doneBy(ct, sender);
}
