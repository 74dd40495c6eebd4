/**
 * A router: the machine, the ruleset on it, and the engine between them.
 *
 * Owns how the parts are put together and the few things one does to a whole router: load a
 * ruleset, run a command of nft's or ip's, look at it.
 */
import { HZ } from '../datapath/clock.ts';
import { type Configured, configure, type MachineConfig } from '../datapath/config.ts';
import { listLines, procLines } from '../datapath/conntrack/list/index.ts';
import type { FlowtableListener } from '../datapath/flowtable/index.ts';
import { Datapath } from '../datapath/index.ts';
import { createDevice } from '../datapath/iproute/link.ts';
import { ip } from '../datapath/iproute.ts';
import type { NetnsEvents } from '../datapath/netns.ts';
import type { KernelProfile } from '../datapath/profile.ts';
import { DEFAULT_RELEASE, profileOf } from '../datapath/releases.ts';
import { Engine } from '../eval/engine/link.ts';
import { TraceMonitor } from '../eval/engine/trace.ts';
import {
  type Change,
  type EvaluateOptions,
  emptyRuleset,
  evaluate,
  type Machine,
  markOf,
  type Ruleset,
  type Target,
} from '../eval/index.ts';
import type { Json } from '../eval/list/json.ts';
import { deviceGone } from '../eval/ruleset/kernel/device.ts';
import { Transaction } from '../eval/ruleset/transaction.ts';
import type { PrintOptions } from '../eval/type/index.ts';
import type { Command } from '../parser/ast.ts';
import { formatDiagnostics, inOrder, type Telling } from '../parser/diagnostic.ts';
import { commandLine, type Entry, type ParseOptions } from '../parser/index.ts';
import { bothTracers, decisionTracer } from './decision.ts';
import { nftParser } from './language.ts';

export interface RouterOptions {
  readonly env?: MachineConfig & { readonly kernel?: string };
  /** Wins over `env.kernel`. */
  readonly kernel?: string;
  readonly seed?: number;
  readonly engine?: 'step' | 'emit';
  /** As in $TZ. */
  readonly timeZone?: string;
  /** Runs a command line of conntrack's; why it was refused, or undefined. */
  readonly conntrack?: (router: Router, line: string) => string | undefined;
  /** There is no description of the machine: devices that a ruleset names are taken to exist. */
  readonly assumeDevices?: boolean;
}

/** What a command came to. */
export interface CommandResult {
  readonly ok: boolean;
  readonly output: string;
  /** Messages as nft prints them. */
  readonly errors: string;
}

/** What comes before a text in its batch, and how it is told what is wrong. */
interface Around {
  readonly before?: readonly Command[];
  readonly telling?: Telling | undefined;
}

export class Router {
  readonly datapath: Datapath;
  readonly engine: Engine;
  readonly ruleset: Ruleset = emptyRuleset();
  readonly machine: Machine;
  readonly target: Target;
  /** Devices that exist because a ruleset named them, in the order of their indices. */
  readonly assumed: string[] = [];
  /** What of the machine's description could not be done; what its release refused and ended it. */
  readonly setup: Configured;
  /** Runs a line of conntrack's; why it was refused. */
  readonly conntrack: (line: string) => string | undefined;
  private events: Partial<NetnsEvents> = {};
  private heard: (changes: readonly Change[]) => void = () => {};

  constructor(options: RouterOptions = {}) {
    const { env = {}, seed = 0, engine = 'emit' } = options;
    const profile = profileOf(options.kernel ?? env.kernel ?? DEFAULT_RELEASE)!;
    this.datapath = new Datapath({ profile, seed, events: this.forwarding() });
    this.conntrack = (line) => options.conntrack?.(this, line);
    this.setup = configure(this.datapath.ns, env);
    this.engine = new Engine(this.datapath, { engine });
    this.machine = this.describe(profile, options);
    this.target = {
      ruleset: this.ruleset,
      machine: this.machine,
      listener: this.engine,
      notify: (changes) => this.heard(changes),
    };
    this.datapath.ns.subscribe((change) => {
      if (change.kind === 'link' && change.event === 'unregister') this.deviceGone(change.name);
    });
  }

  /** What of the ruleset is bound to a device goes with it. */
  private deviceGone(name: string): void {
    const tx = new Transaction(this.ruleset, this.machine);
    deviceGone(tx, name);
    if (tx.changes.length > 0) this.engine.commit(tx.changes);
  }

  private forwarding(): NetnsEvents {
    return {
      egress: (ifindex, p) => this.events.egress?.(ifindex, p),
      drop: (p, reason, hook) => this.events.drop?.(p, reason, hook),
      local: (p) => this.events.local?.(p),
      log: (line) => this.events.log?.(line),
    };
  }

  /** From now on these hear of what happens. */
  watch(events: Partial<NetnsEvents>, flows: FlowtableListener | null): void {
    this.events = events;
    this.datapath.flowtables.listener = flows;
  }

  /** From now on `decided` hears which rule or policy decides; the reference engine runs. */
  decisions(decided: (by: string) => void): void {
    this.engine.tracer = decisionTracer(decided);
  }

  /** Starts `nft monitor trace`: `tell` gets its lines until the function that comes back ends it. */
  monitorTrace(tell: (line: string) => void): () => void {
    const monitor = new TraceMonitor(this.ruleset, this.machine, tell);
    const { tracer } = this.engine;
    this.engine.tracer = tracer ? bothTracers(monitor, tracer) : monitor;
    return () => {
      this.engine.tracer = null;
    };
  }

  /** From now on `heard` is told of every batch that was kept. */
  monitorRuleset(heard: (changes: readonly Change[]) => void): void {
    this.heard = heard;
  }

  private describe(profile: KernelProfile, options: RouterOptions): Machine {
    const { devices, clock, hooks } = this.datapath.ns;
    return {
      profile,
      ...(options.timeZone !== undefined && { timeZone: options.timeZone }),
      ifindex: (name) =>
        devices.named(name)?.ifindex ?? (options.assumeDevices ? this.assume(name) : undefined),
      ifname: (index) => devices.get(index)?.name,
      canOffload: (name) => options.assumeDevices || devices.named(name)?.hwOffload === true,
      uptime: () => clock.jiffies * MS_PER_JIFFY,
      hooks,
      devices: () => [...devices].sort((a, b) => a.ifindex - b.ifindex),
    };
  }

  /** Makes a device that a ruleset names; its index. */
  assume(name: string): number | undefined {
    if (name === '' || name.length > 15 || /^\d+$/.test(name)) return undefined;
    const { ns } = this.datapath;
    const device = createDevice(ns, name, 'wire', 10 + this.assumed.length, {
      below: null,
    });
    ip(ns, `link set ${name} up`);
    this.assumed.push(name);
    return device.ifindex;
  }

  /** Parses and applies a text as one batch. */
  apply(
    entry: Entry,
    options: ParseOptions = {},
    print: PrintOptions = {},
    before: readonly Command[] = [],
    telling?: Telling,
  ): CommandResult {
    return this.batch(entry, options, { print }, { before, telling });
  }

  /** Parses a text and tries it; nothing is kept (`nft -c`). */
  check(entry: Entry, options: ParseOptions, telling?: Telling): CommandResult {
    return this.batch(entry, options, { checkOnly: true }, { telling });
  }

  private batch(
    entry: Entry,
    parse: ParseOptions,
    options: EvaluateOptions,
    { before = [], telling }: Around,
  ): CommandResult {
    const parsed = nftParser().parse(entry, parse);
    const broken = parsed.diagnostics.some((d) => d.severity === 'error');
    const commands = [...before, ...parsed.ruleset.commands];
    const result = evaluate(commands, this.target, {
      ...options,
      broken,
      faults: parsed.faults ?? parsed.diagnostics.length,
    });
    const all = inOrder(parsed.diagnostics, result.diagnostics);
    const errors = all.length ? formatDiagnostics(all, parsed.sources, telling) : '';
    return { ok: result.ok, output: result.output, errors };
  }

  /** Makes a text the whole ruleset: what was there goes in the same batch. */
  load(entry: Entry, options: ParseOptions = {}, telling?: Telling): CommandResult {
    const before = nftParser().parse(FLUSH_RULESET).ruleset.commands;
    return this.apply(entry, options, {}, before, telling);
  }

  /** Changes with whatever nft leaves behind but the numbers that it uses up. */
  mark(): string {
    return [markOf(this.ruleset), ...this.assumed].join(' ');
  }

  /** A command of nft's, as on its command line. */
  nft(command: string): CommandResult {
    return this.apply(commandLine(`${command}\n`));
  }

  /** The text of `nft list ruleset`. */
  listText(print: PrintOptions = {}): string {
    return this.apply(LIST_RULESET, {}, print).output;
  }

  /** The array `nftables` of `nft -j list ruleset`; null where the release's nft prints none. */
  listJson(): readonly Json[] | null {
    if (!this.machine.profile.nftListsFlowsAsJson && this.hasFlows()) return null;
    const { commands } = nftParser().parse(LIST_RULESET).ruleset;
    const { output } = evaluate(commands, this.target, { json: true });
    return (JSON.parse(output) as { nftables: Json[] }).nftables;
  }

  private hasFlows(): boolean {
    const rules = [...this.ruleset.tables.values()].flatMap((table) =>
      [...table.chains.values()].flatMap((chain) => chain.rules),
    );
    return rules.some((rule) =>
      rule.checked.statements.some((s) => s.kind === 'effect' && s.row.flowtable),
    );
  }

  /** `late`: jiffies until the tool reads the table. */
  conntrackLines(extended: boolean, late = 0): string[] {
    return listLines(this.datapath.conntrack, { extended }, late);
  }

  procLines(late = 0): string[] {
    return procLines(this.datapath.conntrack, late);
  }
}

const FLUSH_RULESET = commandLine('flush ruleset\n');
const LIST_RULESET = commandLine('list ruleset\n');
const MS_PER_JIFFY = 1000 / HZ;
