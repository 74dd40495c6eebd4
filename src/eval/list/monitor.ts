/**
 * `nft monitor`: which changes it was asked to tell of, and how they print.
 *
 * Mirrors monitor_flags of nft's rule.c and netlink_events_*_cb of its monitor.c.
 */
import type { Change } from '../ruleset/commit.ts';
import type { NameScope, PrintOptions } from '../type/index.ts';
import { printJson } from './document.ts';
import { eventJson, eventText, isMadeForRule } from './event.ts';

/** What follows the event: one kind of thing, all that a ruleset holds, or traced packets. */
export type Monitored = keyof typeof HEARD;

export interface MonitorRequest {
  readonly event?: 'new' | 'destroy';
  readonly object?: Monitored;
  readonly json: boolean;
}

const BASIC = ['table', 'chain', 'rule', 'set', 'element'] as const;

const HEARD = {
  tables: ['table'],
  chains: ['chain'],
  rules: ['rule'],
  sets: ['set'],
  elements: ['element'],
  ruleset: [...BASIC, 'object'],
  trace: [],
} as const satisfies Readonly<Record<string, readonly Change['what'][]>>;

const ALL: readonly Change['what'][] = [...BASIC, 'object', 'flowtable'];

/** Nothing in particular is asked for. */
const hearsAll = ({ event, object }: MonitorRequest): boolean =>
  event === undefined && object === undefined;

/** Flowtables, and what `monitor new` leaves out of a ruleset, come only where nothing is asked for. */
function heard(request: MonitorRequest): readonly Change['what'][] {
  if (request.object) return HEARD[request.object];
  return hearsAll(request) ? ALL : BASIC;
}

/** Does it tell of traced packets? */
export const hearsTrace = (request: MonitorRequest): boolean =>
  hearsAll(request) || (request.event === undefined && request.object === 'trace');

/** What a batch changed; `process` is the number of the one that sent it. */
export function monitorText(
  changes: readonly Change[],
  request: MonitorRequest,
  { names, print }: { readonly names: NameScope; readonly print: PrintOptions },
  { generation, process }: { readonly generation: number; readonly process: number },
): string {
  const kinds = heard(request);
  const { event } = request;
  const wanted = (c: Change) =>
    kinds.includes(c.what) &&
    !isMadeForRule(c) &&
    (event === undefined || (event === 'destroy') === (c.change === 'del'));
  const told = changes.filter(wanted);
  const options = { names, print };
  if (request.json) {
    return eventJson(told, options)
      .map((item) => `${printJson(item)}\n`)
      .join('');
  }
  const end = hearsAll(request)
    ? `# new generation ${generation} by process ${process} (nft)\n`
    : '';
  return eventText(told, options) + end;
}
