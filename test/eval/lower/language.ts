/**
 * From a rule's text to its bytecode, without a ruleset: tables are what `declare` was told.
 */
import { elementsText, literalShape, ruleText, setText } from '../../../src/eval/bytecode.ts';
import type { ChainInfo, SetInfo, TableScope } from '../../../src/eval/check/context.ts';
import { checkContext, checkKeySpec, checkRule } from '../../../src/eval/check/index.ts';
import type { Rule as CheckedRule } from '../../../src/eval/checked.ts';
import { keyRows } from '../../../src/eval/expr/index.ts';
import { lower } from '../../../src/eval/lower.ts';
import { objectRows } from '../../../src/eval/object/index.ts';
import { statementRows } from '../../../src/eval/stmt/index.ts';
import type { NameScope } from '../../../src/eval/type/index.ts';
import type { Command, Family, SetBlock } from '../../../src/parser/ast.ts';
import { commandLine, createParser } from '../../../src/parser/index.ts';

const parser = createParser({
  keys: keyRows,
  statements: statementRows,
  objects: objectRows,
});

export const names: NameScope = {
  ifindex: (name) => (name === 'lo' ? 1 : undefined),
  ifname: (index) => (index === 1 ? 'lo' : undefined),
};

export interface Table extends TableScope {
  /** `add set …`, `add map …`, `add counter …` */
  declare(text: string): void;
  /** The bytecode of a rule, or the first error. */
  rule(text: string): Bytecode;
  checked(text: string): CheckedRule | string;
}

export interface Bytecode {
  readonly error?: string;
  readonly text: string;
}

export function parse(text: string): { commands: readonly Command[]; error?: string } {
  const { ruleset, diagnostics } = parser.parse(commandLine(text));
  const error = diagnostics.find((d) => d.severity === 'error')?.message;
  return { commands: ruleset.commands, ...(error !== undefined && { error }) };
}

export function table(family: Family, name = 't', chain?: ChainInfo): Table {
  const sets = new Map<string, SetInfo>();
  const objects = new Set<string>();
  const chains = new Set(['other']);
  const scope: Table = {
    family,
    table: name,
    set: (set) => sets.get(set),
    object: (kind, object) => (objects.has(`${kind} ${object}`) ? {} : undefined),
    chain: (c) => (chains.has(c) ? { name: c } : undefined),
    flowtable: (f) => ({ name: f }),
    declare(text) {
      const { commands, error } = parse(text);
      if (error) throw new Error(`${text}: ${error}`);
      for (const { block, object, handle } of commands) {
        if (block?.kind === 'set') sets.set(handle.name!.text, setInfo(block, handle.name!.text));
        else objects.add(`${object} ${handle.name!.text}`);
      }
    },
    checked(text) {
      const { commands, error } = parse(`add rule ${family} ${name} c ${text}`);
      if (error !== undefined) return error;
      const rule = commands[0]?.rule;
      if (!rule) return 'no rule';
      const checked = checkRule(rule, scope, chain, names);
      return checked.rule ?? checked.diagnostics[0]?.message ?? 'refused';
    },
    rule(text) {
      const rule = scope.checked(text);
      if (typeof rule === 'string') return { error: rule, text: '' };
      const { ops, sets: literals } = lower(rule, scope);
      const parts = literals.map(({ name: set, literal, object }) => {
        const shape = literalShape(name, set, literal, object);
        return setText(shape) + elementsText(shape, literal.elements);
      });
      return { text: parts.join('') + ruleText({ family, table: name, chain: 'c' }, ops) };
    },
  };
  const setInfo = (block: SetBlock, set: string): SetInfo => {
    const ctx = checkContext(scope, names);
    const key = checkKeySpec(block.key!, ctx)!;
    const flags = (block.flags ?? []).map((f) => f.text);
    const data =
      block.data && block.data.by !== 'object' ? checkKeySpec(block.data, ctx) : undefined;
    return {
      name: set,
      key: key.type,
      keyBits: key.bits,
      interval: flags.includes('interval'),
      flags,
      ...(data && { data: data.type, dataBits: data.bits }),
      ...(block.data?.by === 'object' && { object: block.data.object.text }),
      ...(block.dataInterval && { dataInterval: true }),
    };
  };
  return scope;
}
