/**
 * Bound rules to a plan for generated code: registers become expressions, loads are shared.
 *
 * 1. A load is hoisted once per place, to before the first rule that uses it; where it finds nothing
 *    the rule breaks at the op, whatever the comparison.
 * 2. A load without a place is never hoisted or merged.
 * 3. A store, an effect that may write, and a jump end the scope of all loads.
 * 4. A chunk holds at most MAX_RULES rules: V8 does not optimize very large functions.
 *
 * Holds no source text: see emit.ts.
 */
import type { BoundOp, ChainProgram, RuleProgram } from './program.ts';
import type { SetStore } from './set/index.ts';
import {
  binary,
  constant,
  loaded,
  lowMask,
  mapped,
  shift,
  swap,
  swap2,
  type Word,
  wordsOf,
  ZERO,
} from './word.ts';

const MAX_RULES = 200;
const MAX_OPS = 1500;

type LoadOp = Extract<BoundOp, { op: 'load' }>;
type LookupOp = Extract<BoundOp, { op: 'lookup' }>;
type EffectOp = Extract<BoundOp, { op: 'effect' }>;
type StoreOp = Extract<BoundOp, { op: 'store' }>;

/** One evaluation of a load; several rules may use it. */
export interface LoadPlan {
  readonly id: number;
  readonly op: LoadOp;
  /** The evaluations that it shares the packet's base pointers with. */
  readonly scope: number;
}

/** Words against constants, compared as memcmp does; masks where bytes do not count. */
export interface Comparison {
  readonly words: readonly Word[];
  readonly masks: readonly number[];
  readonly values: readonly number[];
}

export type Action =
  /** Breaks where the load found nothing. */
  | { readonly do: 'require'; readonly load: LoadPlan }
  /** Evaluates a load here. */
  | { readonly do: 'load'; readonly load: LoadPlan }
  | {
      readonly do: 'compare';
      readonly rel: 'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte';
      readonly with: Comparison;
    }
  | {
      readonly do: 'range';
      readonly outside: boolean;
      readonly low: Comparison;
      readonly high: Comparison;
    }
  /** Registers that what follows reads. */
  | { readonly do: 'spill'; readonly words: ReadonlyMap<number, Word> }
  | {
      readonly do: 'lookup';
      readonly id: number;
      readonly op: LookupOp;
      readonly set: SetStore;
      readonly key: readonly Word[];
    }
  | { readonly do: 'effect'; readonly op: EffectOp }
  | { readonly do: 'store'; readonly op: StoreOp }
  | { readonly do: 'verdict'; readonly code: number; readonly target?: ChainProgram };

export interface RulePlan {
  readonly program: RuleProgram;
  /** Loads evaluated before the rule. */
  readonly hoisted: readonly LoadPlan[];
  readonly actions: readonly Action[];
  /** Some op may change the packet's length before the rule's end. */
  readonly writes: boolean;
}

/** Which loads run without a place of their own: read and forget. */
const isFence = (op: BoundOp): boolean =>
  op.op === 'store' ||
  (op.op === 'effect' && op.writes !== undefined) ||
  (op.op === 'lookup' && op.verdict) ||
  (op.op === 'verdict' && op.target !== undefined);

/** The rules of a chain in chunks, each with its own loads. */
export function fuse(rules: readonly RuleProgram[]): RulePlan[][] {
  const chunks: RulePlan[][] = [];
  let fuser = new Fuser();
  let ops = 0;
  let chunk: RulePlan[] = [];
  for (const rule of rules) {
    if (chunk.length === MAX_RULES || (chunk.length > 0 && ops + rule.ops.length > MAX_OPS)) {
      chunks.push(chunk);
      [fuser, ops, chunk] = [new Fuser(), 0, []];
    }
    ops += rule.ops.length;
    chunk.push(fuser.rule(rule));
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

const wordCount = (bytes: number): number => (bytes + 3) >> 2;

class Fuser {
  private nextId = 0;
  private scope = 0;
  /** Loads that later rules may use, by place. */
  private shared = new Map<string, LoadPlan>();
  private registers = new Map<number, Word>();
  private actions: Action[] = [];
  private hoisted: LoadPlan[] = [];
  private required = new Set<number>();
  private fenced = false;

  rule(program: RuleProgram): RulePlan {
    this.registers = new Map();
    this.actions = [];
    this.hoisted = [];
    this.required = new Set();
    this.fenced = false;
    for (const op of program.ops) {
      this.op(op);
      if (isFence(op)) this.fence();
    }
    const { actions, hoisted } = this;
    const writes = program.ops.some((op) => op.op === 'effect' && op.writes !== undefined);
    return { program, hoisted, actions, writes };
  }

  private fence(): void {
    this.shared = new Map();
    this.scope++;
    this.fenced = true;
  }

  private op(op: BoundOp): void {
    switch (op.op) {
      case 'load':
        this.load(op);
        break;
      case 'immediate':
        this.write(op.dreg, wordsOf(op.data).map(constant));
        break;
      case 'cmp':
        this.actions.push({ do: 'compare', rel: op.rel, with: this.comparison(op.sreg, op.data) });
        break;
      case 'range': {
        const low = this.comparison(op.sreg, op.low);
        const high = this.comparison(op.sreg, op.high);
        this.actions.push({ do: 'range', outside: op.rel === 'neq', low, high });
        break;
      }
      case 'bitwise':
        this.bitwise(op);
        break;
      case 'byteorder':
        this.byteorder(op);
        break;
      case 'lookup':
        this.lookup(op);
        break;
      case 'store':
        this.spill();
        this.actions.push({ do: 'store', op });
        break;
      case 'effect':
        if (op.registers) this.spill();
        this.actions.push({ do: 'effect', op });
        break;
      case 'verdict':
        this.actions.push({
          do: 'verdict',
          code: op.code,
          ...(op.target && { target: op.target }),
        });
    }
  }

  private load(op: LoadOp): void {
    const load = this.evaluation(op);
    if (!this.required.has(load.id)) {
      this.required.add(load.id);
      this.actions.push({ do: 'require', load });
    }
    const words = Array.from({ length: wordCount(op.len) }, (_, i) =>
      loaded(load.id, i, Math.min(4, op.len - 4 * i)),
    );
    const host = op.source?.from === 'slot' && op.source.order === 'host' && op.len === 4;
    this.write(op.dreg, host ? words.map(swap) : words);
  }

  private evaluation(op: LoadOp): LoadPlan {
    const known = op.place === undefined ? undefined : this.shared.get(op.place);
    if (known) return known;
    const load: LoadPlan = { id: this.nextId++, op, scope: this.scope };
    if (op.place !== undefined) this.shared.set(op.place, load);
    if (op.place !== undefined && !this.fenced) this.hoisted.push(load);
    else {
      if (op.registers) this.spill();
      this.actions.push({ do: 'load', load });
      // what is evaluated inside a rule ends with it
      if (op.place !== undefined) this.shared.delete(op.place);
    }
    return load;
  }

  private write(dreg: number, words: readonly Word[]): void {
    words.forEach((word, i) => {
      this.registers.set(dreg + i, word);
    });
  }

  private read(register: number): Word {
    return this.registers.get(register) ?? ZERO;
  }

  private spill(): void {
    this.actions.push({ do: 'spill', words: new Map(this.registers) });
  }

  private comparison(sreg: number, data: Uint8Array): Comparison {
    const values = wordsOf(data);
    const words = values.map((_, i) => this.read(sreg + i));
    const masks = values.map((_, i) => ~lowMask(Math.max(0, 4 * (i + 1) - data.length)));
    return { words, masks, values };
  }

  private bitwise(op: Extract<BoundOp, { op: 'bitwise' }>): void {
    const count = wordCount(op.len);
    const source = Array.from({ length: count }, (_, i) => this.read(op.sreg + i));
    if (op.kind === 'mask') {
      const masks = wordsOf(op.mask);
      const xors = wordsOf(op.xor);
      this.write(
        op.dreg,
        source.map((w, i) => binary('^', binary('&', w, constant(masks[i]!)), constant(xors[i]!))),
      );
    } else if (op.kind === 'lshift' || op.kind === 'rshift') {
      this.write(op.dreg, shifted(source, op.bits, op.kind === 'lshift'));
    } else if ('sreg2' in op) {
      const sign = op.kind === 'and' ? '&' : op.kind === 'or' ? '|' : '^';
      this.write(
        op.dreg,
        source.map((w, i) => binary(sign, w, this.read(op.sreg2 + i))),
      );
    }
  }

  private byteorder(op: Extract<BoundOp, { op: 'byteorder' }>): void {
    const count = wordCount(op.len);
    const source = Array.from({ length: count }, (_, i) => this.read(op.sreg + i));
    if (op.size === 8) {
      this.write(
        op.dreg,
        source.map((_, i) => swap(source[i ^ 1]!)),
      );
    } else if (op.size === 4) this.write(op.dreg, source.map(swap));
    else {
      const kept = (i: number) => lowMask(Math.max(0, 4 * (i + 1) - op.len));
      this.write(
        op.dreg,
        source.map((w, i) => merged(swap2(w), this.read(op.dreg + i), kept(i))),
      );
    }
  }

  private lookup(op: LookupOp): void {
    const id = this.nextId++;
    const count = wordCount(op.set.keyLength);
    const key = Array.from({ length: count }, (_, i) => this.read(op.sreg + i));
    this.actions.push({ do: 'lookup', id, op, set: op.set, key });
    if (op.dreg === undefined) return;
    this.write(
      op.dreg,
      Array.from({ length: wordCount(op.dataLen) }, (_, i) => mapped(id, i)),
    );
  }
}

/** Bytes of `to`, but for those under the mask, which stay `old`. */
function merged(to: Word, old: Word, mask: number): Word {
  if (mask === 0) return to;
  return binary('|', binary('&', to, constant(~mask)), binary('&', old, constant(mask)));
}

/** Words in the machine's byte order, carries from the word behind or before. */
function shifted(source: readonly Word[], bits: number, left: boolean): Word[] {
  const own = source.map(swap);
  return own.map((word, i) => {
    const neighbour = own[left ? i + 1 : i - 1];
    const moved = shift(left ? '<<' : '>>>', word, bits);
    if (neighbour === undefined || bits === 0) return swap(moved);
    const carry = shift(left ? '>>>' : '<<', neighbour, 32 - bits);
    return swap(binary('|', moved, carry));
  });
}
