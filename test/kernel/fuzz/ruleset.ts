/**
 * Rulesets: tables with sets, maps, objects, flowtables and chains, and rules that nftsim takes.
 *
 * A rule is tried as it is made: what is not allowed where it stands (by the checks of the simulated
 * nft and kernel) is not kept, so that a whole ruleset loads.
 */
import { Router } from '../../../src/replay/router.ts';
import { idiom } from './idiom.ts';
import type { Machine } from './machine.ts';
import { match, type SetName } from './match.ts';
import { natMapOf, objectOf } from './object.ts';
import type { Random } from './random.ts';
import { selector } from './selector.ts';
import { type Place, statements } from './statement.ts';
import { interval, literal } from './value.ts';

export interface ChainSpec {
  readonly name: string;
  /** `type filter hook …;` of base chains. */
  readonly head: string;
  readonly rules: readonly string[];
}

/** Anything of a table that is not a chain, as it is written. */
export type ItemText = string;

export interface TableSpec {
  readonly family: string;
  readonly name: string;
  readonly items: readonly ItemText[];
  readonly sets: readonly SetName[];
  readonly chains: readonly ChainSpec[];
}

export type RulesetSpec = readonly TableSpec[];

const indent = (lines: readonly string[]): string => lines.map((l) => `\t${l}\n`).join('');

const chainText = ({ name, head, rules }: ChainSpec): string =>
  `\tchain ${name} {\n${head ? `\t\t${head}\n` : ''}${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n`;

const tableText = ({ family, name, items, chains }: TableSpec): string =>
  `table ${family} ${name} {\n${indent(items)}${chains.map(chainText).join('')}}\n`;

export const rulesetText = (spec: RulesetSpec): string => spec.map(tableText).join('');

interface Base {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: string;
  readonly priority: string;
}

const PRIORITIES = [
  'raw',
  'mangle',
  'filter',
  'filter',
  'filter',
  'security',
  '-450',
  '-190',
  '150',
];

const base = (type: Base['type'], hook: string, priority: string): Base => ({
  type,
  hook,
  priority,
});

const IP_BASES = (r: Random): Base =>
  r.weighted<() => Base>([
    [20, () => base('filter', 'prerouting', r.pick(PRIORITIES))],
    [30, () => base('filter', 'forward', r.pick(PRIORITIES))],
    [8, () => base('filter', 'input', r.pick(PRIORITIES))],
    [8, () => base('filter', 'output', r.pick(PRIORITIES))],
    [12, () => base('filter', 'postrouting', r.pick(PRIORITIES))],
    [4, () => base('route', 'output', 'mangle')],
    [14, () => base('nat', 'prerouting', r.pick(['dstnat', 'dstnat', '-90']))],
    [18, () => base('nat', 'postrouting', r.pick(['srcnat', 'srcnat', '120']))],
    [4, () => base('nat', 'output', '-100')],
    [3, () => base('nat', 'input', '100')],
  ])();

function baseOf(r: Random, family: string): Base {
  if (family === 'netdev')
    return base('filter', r.pick(['ingress', 'ingress', 'egress']), r.pick(['-10', '5', 'filter']));
  if (family === 'arp') return base('filter', r.pick(['input', 'output']), 'filter');
  if (family === 'bridge') {
    const hook = r.pick(['prerouting', 'forward', 'forward', 'input', 'output', 'postrouting']);
    return base('filter', hook, r.pick(['filter', '-300', 'dstnat']));
  }
  return IP_BASES(r);
}

function headOf(r: Random, b: Base, family: string, machine: Machine): string {
  const device = family === 'netdev' ? ` device "${r.pick(machine.wires)}"` : '';
  const policy = r.percent(7) ? 'drop' : 'accept';
  return `type ${b.type} hook ${b.hook}${device} priority ${b.priority}; policy ${policy};`;
}

// ── Sets, objects, flowtables ──────────────────────────────────────────────────────────────────

interface Named {
  readonly text: string;
  readonly set?: SetName;
  /** Of an object: the statement that it is used by. */
  readonly use?: string;
  /** Of a map for chains that translate: the same. */
  readonly translation?: string;
  readonly flowtable?: string;
}

function setOf(r: Random, i: number, machine: Machine): Named {
  const of = r.times(r.percent(75) ? 1 : 2, () => selector(r));
  const data = r.weighted([
    [6, undefined],
    [2, 'verdict'],
    [2, 'mark'],
  ]);
  const dynamic = data !== 'verdict' && r.percent(55);
  const ranged = !dynamic && r.percent(50);
  const flags = [
    dynamic && 'dynamic',
    ranged && 'interval',
    dynamic && r.percent(70) && 'timeout',
  ].filter(Boolean);
  const value = (s: (typeof of)[number]) =>
    (ranged ? interval(r, s.type, machine) : undefined) ?? literal(r, s.type, machine);
  const elements = r
    .times(r.below(dynamic ? 1 : 4), () => of.map(value))
    .filter((parts) => parts.every((p) => p !== undefined))
    .map((parts) => parts.join(' . '));
  const timed = flags.includes('timeout') && !data;
  const to = data === 'verdict' ? ' : accept' : data === 'mark' ? ` : ${r.below(3)}` : '';
  const name = `s${i}`;
  const lines = [
    `typeof ${of.map((s) => s.text).join(' . ')}${data ? ` : ${data === 'mark' ? 'meta mark' : data}` : ''};`,
    flags.length > 0 && `flags ${flags.join(', ')};`,
    dynamic && r.percent(40) && `size ${r.between(2, 6)};`,
    flags.includes('timeout') && `timeout ${r.pick([7, 45, 200])}s;`,
    !data && dynamic && r.percent(15) && 'counter;',
    ranged && !data && r.percent(25) && 'auto-merge;',
    r.percent(10) && `policy ${r.pick(['memory', 'performance'])};`,
    flags.includes('timeout') && r.percent(20) && 'gc-interval 2s;',
    elements.length > 0 &&
      `elements = { ${[...new Set(elements)].map((e) => `${e}${timed && r.percent(40) ? ' timeout 30s' : ''}${to}`).join(', ')} };`,
  ].filter(Boolean);
  const set = { name, selectors: of.map((s) => s.text), dynamic, ...(data && { data }) };
  return { text: `${data ? 'map' : 'set'} ${name} { ${lines.join(' ')} }`, set };
}

function flowtableOf(r: Random, i: number, machine: Machine): Named {
  const name = `f${i}`;
  const devices = r.some(machine.wires, r.between(2, 3)).join(', ');
  const counter = r.percent(50) ? ' counter;' : '';
  const hardware = machine.env.offload && r.percent(60) ? ' flags offload;' : '';
  return {
    text: `flowtable ${name} { hook ingress priority ${r.pick(['0', '-5', 'filter'])}; devices = { ${devices} };${hardware}${counter} }`,
    flowtable: name,
  };
}

// ── Tables ─────────────────────────────────────────────────────────────────────────────────────

const TRIES = 40;

/** What the recorded kernels have no module for. */
const NOT_RECORDED: Readonly<Record<string, RegExp>> = { netdev: /\b(reject|fib)\b/ };

/** Sets whose listing makes nft die. */
const DEADLY = /typeof [^;]*jhash/;

/** Where tables are made. */
interface Workshop extends Restrictions {
  readonly r: Random;
  readonly machine: Machine;
  readonly router: Router;
}

/** A table that grows in a router, rule by rule. */
class TableMaker {
  readonly items: string[] = [];
  readonly chains: { name: string; head: string; rules: string[]; base?: Base }[] = [];
  private readonly sets: SetName[] = [];
  private readonly uses: string[] = [];
  private readonly translations: string[] = [];
  private readonly flowtables: string[] = [];

  private readonly r: Random;
  private readonly machine: Machine;
  private readonly router: Router;
  private readonly without: RegExp | undefined;
  private readonly family: string;
  private readonly name: string;

  constructor({ r, machine, router, without }: Workshop, family: string, name: string) {
    this.r = r;
    this.machine = machine;
    this.router = router;
    this.without = without;
    this.family = family;
    this.name = name;
  }

  private nft(command: string): boolean {
    if (
      DEADLY.test(command) ||
      this.without?.test(command) ||
      NOT_RECORDED[this.family]?.test(command)
    )
      return false;
    return this.router.nft(command).ok;
  }

  private add(named: Named): void {
    if (!this.nft(`table ${this.family} ${this.name} {\n${named.text}\n}`)) return;
    this.items.push(named.text);
    if (named.set) this.sets.push(named.set);
    if (named.use !== undefined) this.uses.push(named.use);
    if (named.translation !== undefined) this.translations.push(named.translation);
    if (named.flowtable !== undefined) this.flowtables.push(named.flowtable);
  }

  private addChain(name: string, from?: Base): void {
    const { family } = this;
    const head = from ? headOf(this.r, from, family, this.machine) : '';
    if (!this.nft(`add chain ${family} ${this.name} ${name} ${head ? `{ ${head} }` : ''}`)) return;
    this.chains.push({ name, head, rules: [], ...(from && { base: from }) });
  }

  private placeOf(i: number): Place {
    const { base: from } = this.chains[i]!;
    const later = this.chains.filter((c, n) => !c.base && (from || n > i));
    return {
      machine: this.machine,
      family: this.family,
      type: from?.type ?? 'regular',
      hook: from?.hook ?? '',
      sets: this.sets,
      uses: this.uses,
      translations: this.translations,
      flowtables: this.flowtables,
      chains: later.map((c) => c.name),
    };
  }

  private fill(i: number): void {
    const { r } = this;
    const chain = this.chains[i]!;
    const place = this.placeOf(i);
    const wanted = r.between(1, 5);
    for (let n = 0; n < TRIES && chain.rules.length < wanted; n++) {
      const rule = ruleOf(r, place);
      if (this.nft(`add rule ${this.family} ${this.name} ${chain.name} ${rule}`))
        chain.rules.push(rule);
    }
    const first = this.firstRule(place);
    if (first && this.nft(`add rule ${this.family} ${this.name} ${chain.name} ${first}`))
      chain.rules.unshift(first);
  }

  /** What flowtables and helpers are there for. */
  private firstRule({ hook, type }: Place): string | undefined {
    const { r } = this;
    if (hook === 'forward' && this.flowtables.length > 0 && r.percent(70))
      return `meta l4proto { tcp, udp } flow add @${r.pick(this.flowtables)}`;
    const helper = this.uses.find((use) => use.startsWith('ct helper'));
    if (helper === undefined || type !== 'filter' || hook === 'ingress') return undefined;
    return `meta l4proto . th dport { tcp . 21, udp . 69 } ${helper}`;
  }

  make(): TableSpec {
    const { r, family } = this;
    this.nft(`add table ${family} ${this.name}`);
    const ip = ['ip', 'ip6', 'inet'].includes(family);
    for (let i = r.below(4); i > 0; i--) this.add(setOf(r, i, this.machine));
    for (let i = r.below(3); ip && i > 0; i--) this.add(objectOf(r, i));
    for (let i = r.below(3); ip && i > 0; i--) this.add(natMapOf(r, i));
    if (ip && r.percent(35)) this.add(flowtableOf(r, 1, this.machine));
    for (let i = r.between(1, 4); i > 0; i--) this.addChain(`b${i}`, baseOf(r, family));
    for (let i = r.below(4); i > 0; i--) this.addChain(`c${i}`);
    for (let i = 0; i < this.chains.length; i++) this.fill(i);
    // A chain must be there before a rule jumps to it.
    const ordered = [...this.chains].sort((a, b) => Number(!!a.base) - Number(!!b.base)).reverse();
    const chains = ordered.map(({ name, head, rules }) => ({ name, head, rules }));
    return { family, name: this.name, items: this.items, sets: this.sets, chains };
  }
}

const IDIOMS = 22;

export function ruleOf(r: Random, place: Place): string {
  if (r.percent(IDIOMS)) return idiom(r, place) ?? 'counter';
  const matches = r.weighted([
    [3, 0],
    [6, 1],
    [3, 2],
  ]);
  const found = r.times(matches, () => match(r, place)).filter(Boolean);
  return [...found, statements(r, place)].join(' ').trim() || 'counter';
}

export interface Restrictions {
  readonly kernel: string;
  /** What no rule and no set may have. */
  readonly without?: RegExp;
}

export function ruleset(r: Random, machine: Machine, limits: Restrictions): RulesetSpec {
  const { kernel } = limits;
  const router = new Router({ env: machine.env as never, kernel });
  const families = r.times(r.between(1, 3), () =>
    r.weighted([
      [40, 'inet'],
      [25, 'ip'],
      [15, 'ip6'],
      [12, 'netdev'],
      [2, 'arp'],
      [machine.bridged ? 50 : 0, 'bridge'],
    ]),
  );
  return families.map((family, i) =>
    new TableMaker({ r, machine, router, ...limits }, family, `t${i}`).make(),
  );
}
