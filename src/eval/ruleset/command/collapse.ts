/**
 * Consecutive `add element` commands for one set are one request. Mirrors nft_cmd_collapse_elems.
 */
import type { Command, SetExpr } from '../../../parser/ast.ts';
import { familyOf, tableName } from './context.ts';

interface Collapsible extends Command {
  readonly elements: SetExpr;
}

const isCollapsible = (cmd: Command | undefined): cmd is Collapsible =>
  cmd?.object === 'element' &&
  (cmd.verb === 'add' || cmd.verb === 'create') &&
  cmd.elements?.kind === 'set';

const isSameRequest = (a: Collapsible, b: Command | undefined): b is Collapsible =>
  isCollapsible(b) &&
  b.verb === a.verb &&
  familyOf(b) === familyOf(a) &&
  tableName(b) === tableName(a) &&
  b.handle.name?.text === a.handle.name?.text;

export function collapsed(commands: readonly Command[]): readonly Command[] {
  const result: Command[] = [];
  for (let i = 0; i < commands.length; ) {
    const first = commands[i++]!;
    if (!isCollapsible(first) || !isSameRequest(first, commands[i])) {
      result.push(first);
      continue;
    }
    const elements = [...first.elements.elements];
    for (let next = commands[i]; isSameRequest(first, next); next = commands[++i]) {
      for (const e of next.elements.elements) elements.push(e);
    }
    const { kind, span } = first.elements;
    result.push({ ...first, elements: { kind, elements, span } });
  }
  return result;
}
