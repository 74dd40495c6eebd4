/**
 * A table as the rule being checked finds it. Mirrors the caches that nft looks names up in.
 */
import type { Family } from '../../parser/ast.ts';
import type { ChainInfo, NearName, SetInfo, TableScope } from '../check/context.ts';
import { nearest } from '../type/misspell.ts';
import { objectKey, tableKey } from './kernel/lookup.ts';
import type { Chain, NftSet, Ruleset } from './store.ts';

/** Looks at the ruleset as it is when asked; a table that is not there is empty. */
export function scopeOf(ruleset: Ruleset, family: Family, name: string): TableScope {
  const table = () => ruleset.tables.get(tableKey(family, name));
  return {
    family,
    table: name,
    set: (set) => setInfo(table()?.sets.get(set)),
    nearestSet: (set) => nearestSet(ruleset, set),
    object: (kind, object) => table()?.objects.get(objectKey(kind, object))?.args,
    chain: (chain) => chainInfo(table()?.chains.get(chain)),
    flowtable: (flowtable) => table()?.flowtables.get(flowtable),
  };
}

function setInfo(set: NftSet | undefined): SetInfo | undefined {
  if (!set || set.flags.anonymous) return undefined;
  const { name, key, keyBits, data, dataBits, dataInterval, object, keyExpr, dataExpr } = set;
  const flags = (Object.keys(set.flags) as (keyof typeof set.flags)[]).filter((f) => set.flags[f]);
  return {
    name,
    key,
    keyBits,
    ...(data && { data }),
    ...(dataBits !== undefined && { dataBits }),
    dataInterval,
    ...(object !== undefined && { object }),
    interval: set.flags.interval,
    stateful: set.statements.length > 0,
    flags,
    ...(keyExpr && { keyExpr }),
    ...(dataExpr && { dataExpr }),
  };
}

/** Among the sets of all tables. */
function nearestSet(ruleset: Ruleset, name: string): NearName | undefined {
  const all = [...ruleset.tables.values()].flatMap((table) => [...table.sets.values()]);
  const named = all.filter((set) => !set.flags.anonymous);
  const meant = nearest(
    name,
    named.map((set) => set.name),
  );
  const set = named.find((s) => s.name === meant);
  if (!set) return undefined;
  const kind = set.data || set.object !== undefined ? 'map' : 'set';
  return { kind, name: set.name, family: set.table.family, table: set.table.name };
}

function chainInfo(chain: Chain | undefined): ChainInfo | undefined {
  if (!chain) return undefined;
  const { name, base } = chain;
  return base ? { name, type: base.type, hook: base.hook, priority: base.priority } : { name };
}
