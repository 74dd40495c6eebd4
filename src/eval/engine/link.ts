/**
 * The ruleset on the machine: base chains at their hooks, rules ready to run, state in place.
 *
 * Follows what commits change: registers and unregisters hooks, binds rules to what they name, makes
 * the state of objects, keeps flowtables. Chains are compiled at their first packet after a change.
 * Mirrors the commit half of nf_tables_api.c, nft_chain_filter.c, nft_chain_nat.c, nft_chain_route.c.
 */
import type { Flowtable as LivingFlowtable } from '../../datapath/flowtable/flowtable.ts';
import type { Packet } from '../../datapath/packet.ts';
import type { Change, CommitListener } from '../ruleset/commit.ts';
import { objectKey } from '../ruleset/kernel/lookup.ts';
import type { Chain, Flowtable, NftObject, Rule, Table } from '../ruleset/store.ts';
import { bindRule } from './bind.ts';
import { compileChain } from './emit.ts';
import type { Env, Machinery } from './env.ts';
import { BaseChains, nfprotoOf } from './hook.ts';
import type { ChainProgram, RuleProgram } from './program.ts';
import { policyOf, stepChain, type Tracer } from './step.ts';

/** 2026-01-01 00:00:00 UTC */
const NEW_YEAR_2026 = 1_767_225_600;

export interface EngineOptions {
  /** `step`: every packet op by op; `emit`: generated functions where nobody traces. */
  readonly engine?: 'step' | 'emit';
  /** Wall-clock time of the machine's start, in seconds since 1970; absent: that of 2026. */
  readonly startSeconds?: number;
}

type TableEnv = Omit<Env, 'track' | 'onRelease'>;

export class Engine implements CommitListener {
  /** Hears of traced packets; while there is one, the reference engine runs. */
  tracer: Tracer | null = null;
  readonly unsupported = new Map<Rule, readonly string[]>();
  private readonly machinery: Machinery;
  private readonly options: EngineOptions;
  private readonly chains = new Map<Chain, ChainProgram>();
  private readonly rules = new Map<Rule, RuleProgram>();
  private readonly living = new Map<Flowtable, LivingFlowtable>();
  /** What to do when a rule or object goes. */
  private readonly releases = new Map<Rule | NftObject, (() => void)[]>();
  private readonly tableEnvs = new WeakMap<Table, TableEnv>();
  private readonly bases: BaseChains;

  constructor(machinery: Machinery, options: EngineOptions = {}) {
    this.machinery = machinery;
    this.options = options;
    this.bases = new BaseChains(machinery, (chain, p) => this.run(this.program(chain), p));
  }

  /**
   * What is new takes its place in the order of the commands, as the kernel prepares it; what goes
   * leaves afterwards: where both need connection tracking, it never stops between them.
   */
  commit(changes: readonly Change[]): void {
    const touched = new Set<Chain>();
    const gone = new Set<Rule>();
    for (const change of changes)
      if (change.what === 'rule' && change.change === 'del') gone.add(change.rule);
    for (const change of changes) if (change.change !== 'del') this.arrive(change, touched, gone);
    for (const change of changes) if (change.change === 'del') this.leave(change, touched);
    for (const chain of touched) this.refresh(chain);
  }

  /** The living flowtable of one of the ruleset. */
  flowtable(flowtable: Flowtable): LivingFlowtable | undefined {
    return this.living.get(flowtable);
  }

  /** Runs a base chain on a packet; NF_*. */
  private run(program: ChainProgram, p: Packet): number {
    if (this.tracer !== null || this.options.engine === 'step') {
      return stepChain(program, p, this.tracer);
    }
    program.compiled ??= compileChain(program);
    const verdict = program.compiled(p);
    return verdict >= 0 ? verdict : policyOf(program.chain.base!);
  }

  private arrive(change: Change, touched: Set<Chain>, gone: ReadonlySet<Rule>): void {
    switch (change.what) {
      case 'table':
        if (change.change === 'update') this.bases.toggle(change.table);
        break;
      case 'chain':
        if (change.change === 'new') this.bases.add(change.chain);
        else this.bases.update(change.chain);
        break;
      case 'rule':
        touched.add(change.rule.chain);
        if (!gone.has(change.rule)) this.bind(change.rule);
        break;
      case 'object':
        this.objectChanged(change.object, change.change === 'new');
        break;
      case 'flowtable':
        this.flowtableChanged(change.flowtable);
        break;
      default:
    }
  }

  private leave(change: Change, touched: Set<Chain>): void {
    switch (change.what) {
      case 'chain':
        this.bases.remove(change.chain);
        this.chains.delete(change.chain);
        break;
      case 'rule':
        touched.add(change.rule.chain);
        this.forget(change.rule);
        break;
      case 'object':
        this.release(change.object);
        break;
      case 'flowtable': {
        const living = this.living.get(change.flowtable);
        if (living) this.machinery.flowtables.delete(living);
        this.living.delete(change.flowtable);
        break;
      }
      default:
    }
  }

  private flowtableChanged(flowtable: Flowtable): void {
    const { flowtables } = this.machinery;
    const living = this.living.get(flowtable);
    if (living) flowtables.update(living, this.spec(flowtable));
    else this.living.set(flowtable, flowtables.create(this.spec(flowtable)));
  }

  private spec({ table, name, priority, devices, offload, counter }: Flowtable) {
    const { ns } = this.machinery;
    return {
      table: table.name,
      name,
      family: nfprotoOf(table.family),
      priority,
      devices: devices.flatMap((device) => ns.devices.named(device)?.ifindex ?? []),
      hardware: offload,
      counter,
    };
  }

  private objectChanged(object: NftObject, isNew: boolean): void {
    const old = object.state?.dump();
    if (isNew && object.state) return;
    const created = object.row.state?.create(object.args, this.env(object.table, object));
    if (!created) return;
    if (old) created.restore({ ...old, ...object.args });
    object.state = created;
  }

  /** Makes the state of a rule and finds what it names. */
  private bind(rule: Rule): void {
    const { table } = rule.chain;
    const env = this.env(table, rule);
    const chain = (name: string) => this.program(table.chains.get(name)!);
    const bound = bindRule(rule.ops, { env, chain });
    if (bound.unsupported.length > 0) this.unsupported.set(rule, bound.unsupported);
    rule.state = bound.state;
    this.rules.set(rule, { rule, ops: bound.ops });
  }

  private forget(rule: Rule): void {
    this.rules.delete(rule);
    this.unsupported.delete(rule);
    this.release(rule);
  }

  private release(of: Rule | NftObject): void {
    for (const fn of this.releases.get(of) ?? []) fn();
    this.releases.delete(of);
  }

  private refresh(chain: Chain): void {
    const program = this.program(chain);
    program.rules = chain.rules.flatMap((rule) => this.rules.get(rule) ?? []);
    program.compiled = null;
  }

  private program(chain: Chain): ChainProgram {
    let program = this.chains.get(chain);
    if (program === undefined) {
      program = { chain, rules: [], compiled: null };
      this.chains.set(chain, program);
    }
    return program;
  }

  private env(table: Table, owner: Rule | NftObject): Env {
    const { conntrack } = this.machinery;
    const shared = this.tableEnv(table);
    const tracked = new Set<number>();
    const onRelease = (fn: () => void): void => {
      const released = this.releases.get(owner);
      if (released) released.push(fn);
      else this.releases.set(owner, [fn]);
    };
    return {
      ...shared,
      track(family = table.family) {
        const nfproto = nfprotoOf(family);
        if (tracked.has(nfproto)) return;
        tracked.add(nfproto);
        conntrack.acquire(nfproto);
        onRelease(() => conntrack.releaseFamily(nfproto));
      },
      onRelease,
    };
  }

  /** What is the same for all rules and objects of a table. */
  private tableEnv(table: Table): TableEnv {
    let env = this.tableEnvs.get(table);
    if (env === undefined) {
      const { machinery, options } = this;
      env = {
        ...machinery,
        family: table.family,
        nfproto: nfprotoOf(table.family),
        table: table.name,
        set: (name) => table.sets.get(name)!,
        object: (kind, name) => table.objects.get(objectKey(kind, name))!,
        flowtable: (name) => this.living.get(table.flowtables.get(name)!)!,
        wallSeconds: () => (options.startSeconds ?? NEW_YEAR_2026) + machinery.ns.clock.now / 1e6,
      };
      this.tableEnvs.set(table, env);
    }
    return env;
  }
}
