/** Chains with their rules, as text and JSON. Mirrors chain_print_declaration of nft. */
import type { Rule as CheckedRule, Statement } from '../checked.ts';
import { printPriority } from '../ruleset/priority.ts';
import type { BaseChain, Chain, Rule, Table } from '../ruleset/store.ts';
import type { Json } from './json.ts';
import { block, handleNote, type Listing, quotedText } from './listing.ts';
import { ruleJson, ruleText } from './rule.ts';
import { withState } from './state.ts';
import { oneOrMany } from './table.ts';

/** What stands before the rules. */
export function declaration(chain: Chain, to: Listing): string[] {
  const { comment, base } = chain;
  return [
    ...(comment === undefined ? [] : [`comment ${quotedText(comment)}`]),
    ...(base ? [hookLine(chain, base, to)] : []),
  ];
}

export function hookLine(
  chain: Chain,
  base: BaseChain,
  to: Listing,
  devices = deviceText(base.devices),
): string {
  const { numericPriority } = to.options;
  const { family } = chain.table;
  const priority = printPriority(base.priority, family, base.hook, numericPriority);
  const offload = base.offload ? ' flags offload;' : '';
  const hook = `type ${base.type} hook ${base.hook}${devices}`;
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

export const ruleLine = (rule: Rule, to: Listing): string =>
  ruleText(withBodies(withState(rule), rule.chain.table, to), to) +
  handleNote(rule.handle, to) +
  countNote(rule, to);

/** What a rule without a count of its own has counted, where counts are asked for. */
function countNote({ state, packets, bytes }: Rule, { options }: Listing): string {
  if (!options.counts || state.some((s) => s.dump().packets !== undefined)) return '';
  return ` # packets ${packets} bytes ${bytes}`;
}

/** `jump { … }`: the rules of a chain without a name stand where its name would, but not in events. */
function withBodies(rule: CheckedRule, table: Table, to: Listing): CheckedRule {
  if (to.options.asSent) return rule;
  const bodyOf = (s: Statement): Chain | undefined => {
    const name = s.kind === 'verdict' ? s.verdict.chain : undefined;
    const chain = name === undefined ? undefined : table.chains.get(name);
    return chain?.anonymous ? chain : undefined;
  };
  if (!rule.statements.some(bodyOf)) return rule;
  const statements = rule.statements.map((s): Statement => {
    const body = bodyOf(s);
    return body && s.kind === 'verdict'
      ? { ...s, verdict: { ...s.verdict, chain: bodyText(body, to) } }
      : s;
  });
  return { ...rule, statements };
}

/** nft shows no handles of its rules. */
function bodyText(chain: Chain, to: Listing): string {
  const lines = chain.rules.map(
    (rule) => `\t\t\t${ruleText(withState(rule), to)}${countNote(rule, to)}\n`,
  );
  return `{\n${lines.join('')}\t\t}`;
}

/** nft prints a body into JSON as text. */
function bodyJson(item: Json): Json {
  const [verb, of] = Object.entries(item as object)[0] ?? [];
  const target = (of as { target?: string } | null)?.target;
  return target?.startsWith('{') ? `${verb} ${target}` : item;
}

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
      expr: ruleJson(withBodies(withState(rule), chain.table, to), to).map(bodyJson),
    },
  };
}
