/** Sets and maps as text and JSON. Mirrors set_print_declaration and set_print_json of nft. */
import type { Expr } from '../checked.ts';
import { type ListedElement, listedElements } from '../ruleset/element/listed.ts';
import { type NftSet, setWord } from '../ruleset/store.ts';
import type { ValueType } from '../type/index.ts';
import { printDuration } from '../type/time.ts';
import { elementJson, elementsText } from './element.ts';
import type { Json } from './json.ts';
import { block, handleNote, type Listing, quotedText } from './listing.ts';

const duration = (ms: number, { options }: Listing): string => printDuration(BigInt(ms), options);

/** The text of flags; `timeout` alone is left out where a timeout says so. */
function flagsText({ flags, timeout }: NftSet): string[] {
  const names = (['constant', 'dynamic', 'interval', 'timeout'] as const).filter((f) => flags[f]);
  const telling = names.filter((f) => f !== 'timeout' || timeout === undefined);
  return telling.length > 0 ? [`flags ${names.join(',')}`] : [];
}

function typeText(set: NftSet, to: Listing): string {
  const { key, keyExpr, data, dataExpr, object, dataInterval } = set;
  const left = keyExpr ? `typeof ${to.expr(keyExpr)}` : `type ${key.name}`;
  if (object !== undefined) return `${left} : ${object}`;
  if (!data) return left;
  const right = dataExpr && keyExpr ? to.expr(dataExpr) : data.name;
  return `${left} : ${dataInterval ? 'interval ' : ''}${right}`;
}

export function settingLines(set: NftSet, statements: readonly string[], to: Listing): string[] {
  const { policy, size, timeout, gcInterval, autoMerge, comment } = set;
  return [
    typeText(set, to),
    ...(policy === 'memory' ? ['policy memory'] : []),
    ...(size ? [`size ${size}`] : []),
    ...flagsText(set),
    ...(statements.length > 0 ? [statements.join(' ')] : []),
    ...(autoMerge ? ['auto-merge'] : []),
    ...(timeout ? [`timeout ${duration(timeout, to)}`] : []),
    ...(gcInterval ? [`gc-interval ${duration(gcInterval, to)}`] : []),
    ...(comment === undefined ? [] : [`comment ${quotedText(comment)}`]),
  ];
}

export function setText(set: NftSet, to: Listing): string {
  const bare = to.with({ ...to.options, stateless: true });
  const statements = set.statements.map((s) => bare.statement(s));
  return setBlock(set, settingLines(set, statements, to), listedElements(set), to);
}

/**
 * A set with some of its elements: what `get element` found. nft makes it anew of the set, without
 * its statements, its comment and what its types were written as.
 */
export function setOfElements(set: NftSet, elements: ListedElement[], to: Listing): string {
  const { keyExpr: _key, dataExpr: _data, comment: _comment, ...plain } = set;
  return setBlock(set, settingLines(plain, [], to), elements, to);
}

function setBlock(set: NftSet, lines: string[], elements: ListedElement[], to: Listing): string {
  if (!to.options.terse && elements.length > 0) {
    lines.push(`elements = { ${elementsText(set, elements, to)} }`);
  }
  return block(`${setWord(set)} ${set.name}`, handleNote(set.handle, to), lines);
}

const typeJson = (type: ValueType): Json =>
  type.parts ? type.parts.map((part) => part.name) : type.name;

const typeofJson = (e: Expr, to: Listing): Json => ({ typeof: to.exprJson(e) });

export function setJson(set: NftSet, to: Listing): Json {
  const elements = listedElements(set);
  const { key, keyExpr, data, object, comment, policy, size, timeout, gcInterval } = set;
  const flags = (['constant', 'interval', 'timeout', 'dynamic'] as const).filter(
    (f) => set.flags[f],
  );
  const bare = to.with({ ...to.options, stateless: true });
  const map = object ?? (data && typeJson(data));
  return {
    [setWord(set)]: {
      family: set.table.family,
      name: set.name,
      table: set.table.name,
      type: keyExpr && !set.flags.anonymous ? typeofJson(keyExpr, to) : typeJson(key),
      handle: set.handle,
      ...(comment !== undefined && { comment }),
      ...(map !== undefined && { map }),
      ...(policy === 'memory' && { policy }),
      ...(size && { size }),
      ...(flags.length > 0 && { flags }),
      ...(timeout && { timeout: Math.floor(timeout / 1000) }),
      ...(gcInterval && { 'gc-interval': Math.floor(gcInterval / 1000) }),
      ...(set.autoMerge && { 'auto-merge': true }),
      ...(!to.options.terse &&
        elements.length > 0 && { elem: elements.map((e) => elementJson(e, to)) }),
      ...(set.statements.length > 0 && { stmt: set.statements.map((s) => bare.statementJson(s)) }),
    },
  };
}
