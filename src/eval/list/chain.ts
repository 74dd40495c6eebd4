/** Chains with their rules, as text and JSON. Mirrors chain_print_declaration of nft. */
import type { Rule as CheckedRule } from '../checked.ts';
import { printPriority } from '../ruleset/priority.ts';
import type { BaseChain, Chain, Rule } from '../ruleset/store.ts';
import type { Json } from './json.ts';
import { block, handleNote, type Listing, quotedText } from './listing.ts';
import { ruleJson, ruleText } from './rule.ts';
import { withState } from './state.ts';
import { oneOrMany } from './table.ts';

/** What stands before the rules. */
function declaration(chain: Chain, to: Listing): string[] {
  const { comment, base } = chain;
  return [
    ...(comment === undefined ? [] : [`comment ${quotedText(comment)}`]),
    ...(base ? [hookLine(chain, base, to)] : []),
  ];
}

function hookLine(chain: Chain, base: BaseChain, to: Listing): string {
  const { numericPriority } = to.options;
  const { family } = chain.table;
  const priority = printPriority(base.priority, family, base.hook, numericPriority);
  const offload = base.offload ? ' flags offload;' : '';
  const hook = `type ${base.type} hook ${base.hook}${deviceText(base.devices)}`;
  return `${hook} priority ${priority}; policy ${base.policy};${offload}`;
}

/** Devices list in order of their names. */
const inOrder = (devices: readonly string[]): string[] => [...devices].sort();

function deviceText(devices: readonly string[]): string {
  if (devices.length === 0) return '';
  if (devices.length === 1) return ` device ${quotedText(devices[0]!)}`;
  return ` ${devicesText(devices)}`;
}

/** `devices = { a, b }` */
export const devicesText = (devices: readonly string[]): string =>
  `devices = { ${inOrder(devices).join(', ')} }`;

export const devicesJson = (devices: readonly string[]): Json => oneOrMany(inOrder(devices));

/** A chain without its rules, as `list chains` shows it. */
export const chainDeclaration = (chain: Chain, to: Listing): string =>
  block(`chain ${chain.name}`, handleNote(chain.handle, to), declaration(chain, to));

export function chainText(chain: Chain, to: Listing): string {
  const rules = chain.rules.map((rule) => ruleLine(rule, to));
  const lines = [...declaration(chain, to), ...rules];
  return block(`chain ${chain.name}`, handleNote(chain.handle, to), lines);
}

/** A rule with its state as it is now. */
export const listedRule = (rule: Rule): CheckedRule => withState(rule);

export const ruleLine = (rule: Rule, to: Listing): string =>
  `${ruleText(listedRule(rule), to)}${handleNote(rule.handle, to)}`;

export function chainJson(chain: Chain): Json {
  const { table, name, handle, comment, base } = chain;
  return {
    chain: {
      family: table.family,
      table: table.name,
      name,
      handle,
      ...(comment !== undefined && { comment }),
      ...(base && {
        ...(base.devices.length > 0 && { dev: devicesJson(base.devices) }),
        type: base.type,
        hook: base.hook,
        prio: base.priority,
        policy: base.policy,
      }),
    },
  };
}

export function ruleObjectJson(rule: Rule, to: Listing): Json {
  const { chain, handle, checked } = rule;
  const { comment } = checked;
  return {
    rule: {
      family: chain.table.family,
      table: chain.table.name,
      chain: chain.name,
      handle,
      ...(comment !== undefined && { comment }),
      expr: ruleJson(listedRule(rule), to),
    },
  };
}
