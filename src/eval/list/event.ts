/**
 * Changes of the ruleset as commands: what `nft monitor` and `nft -e` print.
 *
 * Mirrors netlink_events_*_cb of nft's monitor.c.
 */
import type { SetElement } from '../engine/set/index.ts';
import type { Change } from '../ruleset/commit.ts';
import { elementsAsSent, listedElement } from '../ruleset/element/listed.ts';
import {
  type BaseChain,
  type Chain,
  type Flowtable,
  type NftObject,
  type NftSet,
  type Rule,
  setWord,
  type Table,
} from '../ruleset/store.ts';
import type { NameScope, PrintOptions } from '../type/index.ts';
import { chainJson, devicesText, hookLine, ruleLine, ruleObjectJson } from './chain.ts';
import { elementJson, elementText } from './element.ts';
import { flowtableJson, flowtableLines } from './flowtable.ts';
import type { Json } from './json.ts';
import { handleNote, type Listing, listingFor } from './listing.ts';
import { objectJson, objectLines } from './object.ts';
import { setJson, settingLines } from './set.ts';
import { tableFlags, tableJson } from './table.ts';

export interface EventOptions {
  readonly names: NameScope;
  readonly print: PrintOptions;
}

interface Event {
  readonly verb: string;
  readonly text: string;
  /** What JSON has below the verb. */
  readonly json: Json;
}

/** The lines of what a batch changed. */
export const eventText = (changes: readonly Change[], options: EventOptions): string =>
  changes
    .flatMap((c) => eventsOf(c, options))
    .map(({ verb, text }) => `${verb} ${text}\n`)
    .join('');

export const eventJson = (changes: readonly Change[], options: EventOptions): Json[] =>
  changes.flatMap((c) => eventsOf(c, options)).map(({ verb, json }) => ({ [verb]: json }));

/** Sets without a name and their elements: nft tells of the sets alone, and only when they go. */
export const isMadeForRule = (c: Change): boolean =>
  (c.what === 'element' && c.set.flags.anonymous) ||
  (c.what === 'set' && c.set.flags.anonymous && c.change !== 'del');

/** Chains without a name, and their rules, go with the rule that jumps to them. */
const goesUnsaid = (c: Change): boolean =>
  c.change === 'del' &&
  ((c.what === 'chain' && c.chain.anonymous) || (c.what === 'rule' && c.rule.chain.anonymous));

function eventsOf(change: Change, options: EventOptions): Event[] {
  if (goesUnsaid(change)) return [];
  const { table } = subjectOf(change);
  const to = listingFor(table.family, options.names, { ...options.print, asSent: true });
  const add = 'exclusive' in change && change.exclusive ? 'create' : 'add';
  const verb = change.change === 'del' ? 'delete' : add;
  switch (change.what) {
    case 'table':
      return [{ verb, text: tableEvent(change.table, verb, to), json: tableJson(change.table) }];
    case 'chain':
      return [{ verb, text: chainEvent(change.chain, verb, to), json: chainJson(change.chain) }];
    case 'rule':
      return [ruleEvent(change, verb, to)];
    case 'set':
      return [{ verb, text: setEvent(change.set, verb, to), json: emptySetJson(change.set, to) }];
    case 'element':
      return told(change)
        .filter((e) => !e.catchAll)
        .map((e) => elementEvent(change.set, e, verb, to));
    case 'object': {
      const { object } = change;
      return [{ verb, text: objectEvent(object, verb, to), json: objectJson(object, to) }];
    }
    case 'flowtable': {
      const { flowtable } = change;
      return [{ verb, text: flowtableEvent(flowtable, verb, to), json: flowtableJson(flowtable) }];
    }
  }
}

const told = ({ set, elements, flushed }: Extract<Change, { what: 'element' }>) =>
  flushed ? elements : elementsAsSent(set, elements);

function subjectOf(change: Change): { readonly table: Table } {
  switch (change.what) {
    case 'table':
      return change;
    case 'chain':
      return change.chain;
    case 'rule':
      return change.rule.chain;
    case 'set':
    case 'element':
      return change.set;
    case 'object':
      return change.object;
    case 'flowtable':
      return change.flowtable;
  }
}

const within = ({ family, name }: Table, what: string, of: string): string =>
  `${what} ${family} ${name} ${of}`;

/** `set ip t s { type mark; } ` */
const blockText = (head: string, handle: number, lines: readonly string[], to: Listing): string =>
  `${[`${head} {${handleNote(handle, to)}`, ...lines].join(' ')} } `;

function tableEvent(table: Table, verb: string, to: Listing): string {
  // Of the flags of a table nft tells of one.
  const flags = verb === 'delete' ? [] : tableFlags(table).filter((flag) => flag === 'dormant');
  const block = flags.length > 0 ? ` { flags ${flags.join(',')}; }` : '';
  return `table ${table.family} ${table.name}${block}${handleNote(table.handle, to)}`;
}

/** One device, too, stands in braces. */
const devices = ({ devices: all }: BaseChain): string =>
  all.length > 0 ? ` ${devicesText(all)}` : '';

function chainEvent(chain: Chain, verb: string, to: Listing): string {
  const { base, table, name, handle } = chain;
  if (verb === 'delete') return within(table, 'chain', name);
  const block = base ? ` { ${hookLine(chain, base, to, devices(base))} }` : '';
  return `${within(table, 'chain', name)}${block}${handleNote(handle, to)}`;
}

type RuleChange = Extract<Change, { what: 'rule' }>;

function ruleEvent(change: RuleChange, plain: string, to: Listing): Event {
  const { rule, inserted } = change;
  const place = within(rule.chain.table, 'rule', rule.chain.name);
  const json = ruleObjectJson(rule, to);
  if (plain === 'delete') {
    return { verb: plain, text: `${place} handle ${rule.handle}`, json };
  }
  const verb = inserted ? 'insert' : plain;
  return { verb, text: `${place} ${positionText(rule)}${ruleLine(rule, to)}`, json };
}

/** Behind which rule it stands, unless it is the first or the last. */
function positionText(rule: Rule): string {
  const { rules } = rule.chain;
  const at = rules.indexOf(rule);
  return at > 0 && at < rules.length - 1 ? `handle ${rules[at - 1]!.handle} ` : '';
}

function setEvent(set: NftSet, verb: string, to: Listing): string {
  const head = within(set.table, setWord(set), set.name);
  if (verb === 'delete') return head;
  const bare = to.with({ ...to.options, stateless: true });
  const statements = set.statements.map((s) => bare.statement(s));
  const lines = settingLines(set, statements, to).map((line) => `${line};`);
  return blockText(head, set.handle, lines, to);
}

/** A set's own data; its elements are events of their own. */
const emptySetJson = (set: NftSet, to: Listing): Json =>
  setJson(set, listingFor(set.table.family, to.names, { ...to.options, terse: true }));

function elementEvent(set: NftSet, e: SetElement, verb: string, to: Listing): Event {
  const { table, name } = set;
  // What belongs to a range of one field is lost where nft makes it of its ends.
  const joined = set.flags.interval && !set.key.parts;
  const listed = { ...listedElement(set, e), ...(joined && { statements: [] }) };
  return {
    verb,
    text: `${within(table, 'element', name)} { ${elementText(listed, to)} }`,
    json: {
      element: {
        family: table.family,
        table: table.name,
        name,
        elem: { set: [elementJson(listed, to)] },
      },
    },
  };
}

function objectEvent(object: NftObject, verb: string, to: Listing): string {
  const { row, kind, name, table, handle } = object;
  const head = within(table, kind, name);
  if (verb === 'delete') return head;
  const end = row.bare ? '' : ';';
  const lines = objectLines(object, to).map((line) => `${line}${end}`);
  const last = lines.pop();
  const all = last === undefined ? [] : [...lines, row.ended ? `${last};` : last];
  return blockText(head, handle, all, to);
}

function flowtableEvent(flowtable: Flowtable, verb: string, to: Listing): string {
  const head = within(flowtable.table, 'flowtable', flowtable.name);
  if (verb === 'delete') return head;
  const lines = flowtableLines(flowtable, to).map((line) => `${line};`);
  return blockText(head, flowtable.handle, lines, to);
}
