/**
 * `nft -j -e` of JSON: prints what was asked for, with the handles that it got.
 *
 * Mirrors json_events_cb and json_print_echo of nft, which know the members `add` and `insert` only: of
 * other verbs the handle lands beside the object.
 */
import type { Change } from '../../eval/index.ts';
import type { Command } from '../../parser/ast.ts';
import {
  dump,
  isArray,
  isObject,
  type JsonObject,
  type JsonValue,
} from '../../parser/json/text.ts';

/** What has a handle of its own, and got it now. */
interface Made {
  readonly what: string;
  /** Where and how it is called. */
  readonly name: string;
  readonly handle: number;
}

function madeBy(change: Change): Made[] {
  if (change.change === 'del') return [];
  const { what } = change;
  switch (what) {
    case 'table': {
      const { family, name, handle } = change.table;
      return [{ what, name: [family, name].join(' '), handle }];
    }
    case 'rule': {
      const { chain, handle } = change.rule;
      const { family, name } = chain.table;
      return [{ what, name: [family, name, chain.name].join(' '), handle }];
    }
    case 'element':
      return [];
    default: {
      const of =
        what === 'chain'
          ? change.chain
          : what === 'set'
            ? change.set
            : what === 'object'
              ? change.object
              : change.flowtable;
      const { table, name, handle } = of;
      return [{ what, name: [table.family, table.name, name].join(' '), handle }];
    }
  }
}

const KINDS: Readonly<Record<string, string>> = {
  table: 'table',
  chain: 'chain',
  rule: 'rule',
  set: 'set',
  map: 'set',
  flowtable: 'flowtable',
};

const nameOf = ({ handle }: Command): string =>
  [handle.family?.name, handle.table?.text, handle.chain?.text, handle.name?.text]
    .filter((part) => part !== undefined)
    .join(' ');

export function jsonEcho(
  root: JsonValue,
  commands: readonly Command[],
  changes: readonly Change[],
): string {
  const made = changes.flatMap(madeBy);
  const taken = new Set<Made>();
  const handleOf = (command: Command): number | undefined => {
    const what = KINDS[command.object] ?? 'object';
    const name = nameOf(command);
    const found = made.find((m) => m.what === what && m.name === name && !taken.has(m));
    if (found) taken.add(found);
    return found?.handle;
  };
  const list = isObject(root) ? root.get('nftables') : undefined;
  if (!isObject(root) || !isArray(list)) return dump(root);
  let next = 0;
  const items = list.map((item) => {
    if (!isObject(item) || item.has('metainfo')) return item;
    const command = commands[next++];
    return command ? withHandle(item, command, handleOf(command)) : item;
  });
  return dump(new Map<string, JsonValue>([...root, ['nftables', items]]));
}

/** The object of a command with the handle that it got; one that it was given is no longer said. */
function withHandle(item: JsonObject, command: Command, handle: number | undefined): JsonValue {
  const verb = ['add', 'insert'].find((v) => item.has(v));
  const outer = verb === undefined ? item : item.get(verb)!;
  const [noun, of] = isObject(outer) ? [...outer][0]! : [];
  if (noun === undefined || !isObject(of)) return item;
  // Of chains at no hook nft forgets nothing.
  const forgets = command.verb === 'add' && (noun !== 'chain' || of.has('hook'));
  const kept = forgets ? without(of, 'handle') : of;
  const named = handle === undefined ? kept : new Map(kept).set('handle', handle);
  const inner = new Map<string, JsonValue>([...(outer as JsonObject), [noun, named]]);
  return verb === undefined ? inner : new Map<string, JsonValue>([...item, [verb, inner]]);
}

const without = (object: JsonObject, name: string): JsonObject =>
  new Map([...object].filter(([member]) => member !== name));
