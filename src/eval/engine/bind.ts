/**
 * Ops bound to the sets, objects, chains and rows that they name.
 *
 * Owns what sets, maps and named objects do at run time, as they have no row of their own. Mirrors
 * nft_lookup.c, nft_dynset.c and nft_objref.c.
 */
import { US_PER_JIFFY } from '../../datapath/clock.ts';
import type { Packet } from '../../datapath/packet.ts';
import type { Op, OpArgs } from '../ir.ts';
import type { Effect, StatefulInstance } from '../row.ts';
import { dataShape } from '../ruleset/element/key.ts';
import type { NftObject, NftSet } from '../ruleset/store.ts';
import type { Env } from './env.ts';
import type { BoundOp, ChainProgram, LinkedVerdict } from './program.ts';
import type { ElementSpec, SetElement } from './set/index.ts';
import { NFT_BREAK, NFT_CONTINUE, VERDICT_CODES } from './verdict.ts';

/** Where rules find the programs of chains. */
export interface BindContext {
  readonly env: Env;
  /** The program of a chain of the table. */
  chain(name: string): ChainProgram;
}

export interface BoundRule {
  readonly ops: readonly BoundOp[];
  /** State of the stateful ops, in their order. */
  readonly state: readonly StatefulInstance[];
  /** Words that cannot run; a rule that has any must not be run. */
  readonly unsupported: readonly string[];
}

interface Binding {
  readonly state: StatefulInstance[];
  readonly unsupported: string[];
}

export function bindRule(ops: readonly Op[], ctx: BindContext): BoundRule {
  const binding: Binding = { state: [], unsupported: [] };
  return { ops: ops.map((op) => bindOp(op, ctx, binding)), ...binding };
}

function bindOp(op: Op, ctx: BindContext, to: Binding): BoundOp {
  const { env } = ctx;
  switch (op.op) {
    case 'load':
      return bindLoad(op, env, to);
    case 'store': {
      const write = op.row.write?.(op.args, op.len, env);
      return { op: 'store', write: write ?? missing(op.row, to), sreg: op.sreg ?? 0 };
    }
    case 'verdict': {
      const target = op.chain === undefined ? undefined : ctx.chain(op.chain);
      return { op: 'verdict', code: VERDICT_CODES[op.code], ...(target && { target }) };
    }
    case 'lookup':
      return bindLookup(op, ctx);
    case 'dynset':
      for (const inner of op.exprs) bindOp(inner, ctx, { ...to, state: [] });
      return { op: 'effect', run: dynset(op, env), registers: true };
    case 'objref':
      return bindObjref(op, env, to);
    case 'effect':
      return bindEffect(op, env, to);
    default:
      return op;
  }
}

/** Notes that a word cannot run; what stands in its place breaks the rule. */
function missing(row: { readonly name: string }, to: Binding): () => boolean {
  to.unsupported.push(row.name);
  return () => false;
}

function bindLoad(op: Extract<Op, { op: 'load' }>, env: Env, to: Binding): BoundOp {
  const { row, args, len, dreg } = op;
  const place = row.place?.(args);
  const source = row.source?.(args, len, env);
  return {
    op: 'load',
    dreg,
    len,
    read: row.read?.(args, len, env) ?? missing(row, to),
    ...(place !== undefined && { place: `${place} ${len}` }),
    ...(source && { source }),
    registers: namesRegister(args),
  };
}

/** Args name registers by the end of their names. */
const namesRegister = (args: OpArgs): boolean =>
  Object.keys(args).some((name) => /reg$/i.test(name));

function bindEffect(op: Extract<Op, { op: 'effect' }>, env: Env, to: Binding): BoundOp {
  const { row, args } = op;
  const registers = namesRegister(args);
  if (row.state) {
    const instance = row.state.create(args, env);
    to.state.push(instance);
    return { op: 'effect', run: (p, regs) => instance.run(p, regs), registers };
  }
  const run = row.run?.(args, env);
  if (!run) to.unsupported.push(row.name);
  return { op: 'effect', run: run ?? (() => NFT_BREAK), registers, writes: row.writes ?? 'any' };
}

function bindLookup(op: Extract<Op, { op: 'lookup' }>, ctx: BindContext): BoundOp {
  const set = ctx.env.set(op.set);
  return {
    op: 'lookup',
    set: set.elements,
    sreg: op.sreg,
    ...(op.dreg !== undefined && { dreg: op.dreg }),
    dataLen: dataLength(set),
    verdict: op.verdict ?? false,
    invert: op.invert ?? false,
    undone: ctx.env.ns.profile.catchAllUndoesInversion,
    fixed: set.flags.anonymous && set.flags.constant,
    touch: (e, p, regs) => touch(e, p, regs, ctx.env),
    follow: (e) => follow(e, ctx),
  };
}

/** Bytes of what a map holds; intervals have two ends. */
function dataLength(set: NftSet): number {
  if (set.data === undefined || set.dataBits === undefined) return 0;
  return dataShape(set).length * (set.dataInterval ? 2 : 1);
}

function follow(e: SetElement, ctx: BindContext): LinkedVerdict {
  if (e.linked === undefined) {
    const { code, chain } = e.verdict!;
    e.linked = {
      code: VERDICT_CODES[code],
      ...(chain !== undefined && { target: ctx.chain(chain) }),
    };
  }
  return e.linked as LinkedVerdict;
}

/** The instances of an element's own stateful ops, made when they are first needed. */
function elementState(e: SetElement, env: Env): readonly StatefulInstance[] {
  e.state ??= e.exprs.flatMap((op) =>
    op.op === 'effect' && op.row.state ? [op.row.state.create(op.args, env)] : [],
  );
  return e.state;
}

/** Mirrors nft_set_elem_update_expr: state that breaks ends the rule. */
function touch(e: SetElement, p: Packet, regs: Uint8Array, env: Env): number {
  if (e.exprs.length === 0) return NFT_CONTINUE;
  for (const instance of elementState(e, env)) {
    const code = instance.run(p, regs);
    if (code !== NFT_CONTINUE) return code;
  }
  return NFT_CONTINUE;
}

function dynset(op: Extract<Op, { op: 'dynset' }>, env: Env): Effect {
  const set = env.set(op.set);
  const { elements } = set;
  const at = op.sregKey * 4;
  if (op.action === 'delete') {
    return (_p, regs) => {
      elements.discard(regs, at);
      return NFT_CONTINUE;
    };
  }
  const ofSet = env.ns.profile.dynsetTakesStatements ? set.exprs : [];
  const exprs = op.exprs.length > 0 ? op.exprs : ofSet;
  const make = elementMaker(op, exprs, set);
  collectIdle(exprs, set, env);
  return (p, regs) => {
    const e = elements.obtain(regs, at, make);
    if (e === null) return op.invert ? NFT_CONTINUE : NFT_BREAK;
    if (op.action === 'update' && e.timeout !== 0) {
      elements.refresh(e, e.timeout, op.timeout ?? set.timeout ?? 0);
    }
    const code = touch(e, p, regs, env);
    return op.invert ? NFT_BREAK : code;
  };
}

const DEFAULT_GC_MS = 1000;

/** Elements whose own state has nothing left go when the set's collector comes (nft_rhash_gc). */
function collectIdle(exprs: readonly Op[], set: NftSet, { ns, onRelease }: Env): void {
  if (!exprs.some((op) => op.op === 'effect' && op.row.state?.collects)) return;
  const { clock } = ns;
  const jiffies = Math.floor(((set.gcInterval || DEFAULT_GC_MS) * 1000) / US_PER_JIFFY);
  const round = () => {
    for (const e of [...set.elements]) {
      if (e.state?.some((instance) => instance.gc?.())) set.elements.remove(e);
    }
    timer = clock.after(jiffies, round);
  };
  let timer = clock.after(jiffies, round);
  onRelease(() => clock.cancel(timer));
}

/** Mirrors nft_dynset_new. */
function elementMaker(
  op: Extract<Op, { op: 'dynset' }>,
  exprs: readonly Op[],
  set: NftSet,
): (key: Uint8Array, regs: Uint8Array) => ElementSpec {
  const dataLen = dataLength(set);
  return (key, regs) => ({
    key,
    exprs,
    ...(op.timeout !== undefined && { timeout: op.timeout }),
    ...(op.sregData !== undefined && {
      data: regs.slice(op.sregData * 4, op.sregData * 4 + dataLen),
    }),
  });
}

function bindObjref(op: Extract<Op, { op: 'objref' }>, env: Env, to: Binding): BoundOp {
  const bound = { op: 'effect', registers: 'sreg' in op, writes: 'any' } as const;
  if (!('set' in op)) {
    const object = env.object(op.object, op.name);
    if (!object.row.state) to.unsupported.push(object.row.name);
    return { ...bound, run: (p, regs) => object.state?.run(p, regs) ?? NFT_BREAK };
  }
  const { elements } = env.set(op.set);
  const at = op.sreg * 4;
  const run: Effect = (p, regs) => {
    const e = elements.lookup(regs, at);
    if (e === null) return NFT_BREAK;
    e.linked ??= env.object(op.object, e.object!);
    return (e.linked as NftObject).state?.run(p, regs) ?? NFT_BREAK;
  };
  return { ...bound, run };
}
