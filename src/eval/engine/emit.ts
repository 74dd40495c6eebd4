/**
 * The generated engine: a plan of fused rules becomes JavaScript. The only file with source text.
 *
 * A chain is one function per chunk of rules; a rule is a labelled block that it leaves where an op
 * breaks. What the text names by letter and number is handed in as constants. Must answer as step.ts
 * does, counts included.
 */
import { DATA, END, FRAGOFF, L4PROTO, NH, NONE, type Packet, TH } from '../../datapath/packet.ts';
import type { Source } from '../row.ts';
import type { Action, Comparison, LoadPlan, RulePlan } from './fuse.ts';
import { fuse } from './fuse.ts';
import type { ChainProgram, CompiledChain, LinkedVerdict } from './program.ts';
import type { SetElement, SetStore } from './set/index.ts';
import { NFT_BREAK, NFT_CONTINUE, NFT_GOTO, NFT_JUMP, NFT_RETURN } from './verdict.ts';
import { lowMask, swapped, type Word, wordsOf } from './word.ts';

/** Registers, then room for keys of sets, then for loads. */
const KEY_AT = 96;
const LOAD_AT = 192;
const scratch = new Uint8Array(320);

/** Sets of at most so many elements are compared in line, if they never change. */
const INLINE_ELEMENTS = 8;

/** What generated code calls. */
const runtime = { call, decide, word, put };

/** Runs a chain that is jumped to: a verdict ≥ 0 or NFT_CONTINUE. */
function call(program: ChainProgram, p: Packet): number {
  program.compiled ??= compileChain(program);
  return program.compiled(p);
}

/** What the verdict of a map's element leads to: a verdict ≥ 0, or what the rule does next. */
function decide({ code, target }: LinkedVerdict, p: Packet): number {
  if (code !== NFT_JUMP && code !== NFT_GOTO) return code;
  const verdict = call(target!, p);
  return verdict >= 0 ? verdict : code === NFT_GOTO ? NFT_RETURN : NFT_JUMP;
}

/** A word of what a map holds; bytes behind its end are zero. */
function word(data: Uint8Array, at: number): number {
  return (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!;
}

function put(value: number, at: number): void {
  scratch[at] = value >>> 24;
  scratch[at + 1] = value >>> 16;
  scratch[at + 2] = value >>> 8;
  scratch[at + 3] = value;
}

export function compileChain(program: ChainProgram): CompiledChain {
  const chunks = fuse(program.rules).map(compileChunk);
  if (chunks.length === 0) return () => NFT_CONTINUE;
  return (p) => {
    for (let i = 0; i < chunks.length; i++) {
      const verdict = chunks[i]!(p);
      if (verdict !== NFT_CONTINUE) return verdict === NFT_RETURN ? NFT_CONTINUE : verdict;
    }
    return NFT_CONTINUE;
  };
}

/** The text of a chain's functions, for people (`--emit`). */
export const sourceOf = (program: ChainProgram): string =>
  fuse(program.rules)
    .map((chunk) => new Emitter().chunk(chunk))
    .join('\n');

function compileChunk(chunk: readonly RulePlan[]): CompiledChain {
  const emitter = new Emitter();
  const text = emitter.chunk(chunk);
  const names = Object.keys(runtime);
  const bindings = emitter.constants.map((_, i) => `const k${i} = K[${i}];`).join('');
  const make = new Function('K', 'R', ...names, `'use strict';${bindings}\nreturn ${text}`);
  return make(emitter.constants, scratch, ...Object.values(runtime)) as CompiledChain;
}

type HeaderSource = Extract<Source, { from: 'nh' | 'th' }>;

/** Where headers start; `any`: the transport header, or what a later fragment has in its place. */
const BASES = {
  nh: `m[${NH}]`,
  th: `m[${L4PROTO}] !== ${NONE} && m[${FRAGOFF}] === 0 ? m[${TH}] : -1`,
  any: `m[${L4PROTO}] !== ${NONE} ? m[${TH}] : -1`,
};

class Emitter {
  /** Objects that the text names `k0`, `k1`, … */
  readonly constants: unknown[] = [];
  private lines: string[] = [];
  private scope = -1;
  /** Names of bases that the scope has declared. */
  private bases = new Set<string>();

  chunk(rules: readonly RulePlan[]): string {
    rules.forEach((rule, i) => {
      this.rule(rule, `r${i}`);
    });
    return `function chunk(p) {\nconst m = p.m; let b = p.b, t;\n${this.lines.join('\n')}\nreturn ${NFT_CONTINUE};\n}`;
  }

  private constant(value: unknown): string {
    const known = this.constants.indexOf(value);
    return `k${known >= 0 ? known : this.constants.push(value) - 1}`;
  }

  private rule(rule: RulePlan, label: string): void {
    for (const load of rule.hoisted) this.load(load);
    const count = this.constant(rule.program.rule);
    const length = `m[${END}] - m[${DATA}]`;
    if (rule.writes) this.lines.push(`const l_${label} = ${length};`);
    const counted = `${count}.packets++; ${count}.bytes += ${rule.writes ? `l_${label}` : length};`;
    this.lines.push(`${label}: {`);
    const { bases, scope } = this;
    let ended = false;
    for (const action of rule.actions) {
      ended = this.action(action, label, counted);
      if (ended) break;
    }
    if (!ended) this.lines.push(counted);
    this.lines.push('}');
    // what the block declared is gone with it
    this.bases = bases;
    if (this.scope !== scope) this.scope = -1;
  }

  /** True where nothing of the rule comes after it. */
  private action(action: Action, label: string, counted: string): boolean {
    switch (action.do) {
      case 'require':
        if (mayFail(action.load)) this.lines.push(`if (!v${action.load.id}) break ${label};`);
        return false;
      case 'load':
        this.load(action.load);
        return false;
      case 'compare':
        this.lines.push(`if (${negated(comparison(action.rel, action.with))}) break ${label};`);
        return false;
      case 'range': {
        const inside = `${comparison('gte', action.low)} && ${comparison('lte', action.high)}`;
        this.lines.push(`if (${action.outside ? inside : `!(${inside})`}) break ${label};`);
        return false;
      }
      case 'spill':
        for (const [register, w] of action.words) {
          this.lines.push(`put(${expression(w)}, ${register * 4});`);
        }
        return false;
      case 'lookup':
        return this.lookup(action, label, counted);
      case 'effect':
        this.lines.push(`t = ${this.constant(action.op.run)}(p, R);`);
        this.lines.push(`if (t !== ${NFT_CONTINUE}) {`);
        this.lines.push(`if (t === ${NFT_BREAK}) break ${label};`);
        this.lines.push(`${counted} return t; }`);
        return false;
      case 'store': {
        const write = this.constant(action.op.write);
        this.lines.push(`if (!${write}(p, R, ${action.op.sreg * 4})) break ${label};`);
        return false;
      }
      case 'verdict':
        return this.verdict(action, label, counted);
    }
  }

  private verdict(
    { code, target }: Extract<Action, { do: 'verdict' }>,
    label: string,
    counted: string,
  ): boolean {
    if (code === NFT_CONTINUE) return false;
    if (code === NFT_BREAK) this.lines.push(`break ${label};`);
    else if (target === undefined) this.lines.push(`${counted} return ${code};`);
    else {
      this.lines.push(`${counted} t = call(${this.constant(target)}, p);`);
      const past =
        code === NFT_GOTO ? `return t >= 0 ? t : ${NFT_RETURN};` : 'if (t >= 0) return t;';
      this.lines.push(past);
    }
    return true;
  }

  private lookup(
    action: Extract<Action, { do: 'lookup' }>,
    label: string,
    counted: string,
  ): boolean {
    const { op, set, key, id } = action;
    const inline = op.fixed && !op.verdict && op.dreg === undefined ? membership(set, key) : null;
    if (inline !== null) {
      this.lines.push(`if (${op.invert ? inline : `!(${inline})`}) break ${label};`);
      return false;
    }
    this.lines.push(`const e${id} = ${this.search(set, key)};`);
    if (op.invert) {
      this.inverted(op, id, label, counted);
      return false;
    }
    this.lines.push(`if (e${id} === null) break ${label};`);
    if (op.verdict) return this.verdictMap(op, id, label, counted);
    this.touch(op, id, label, counted);
    return false;
  }

  private inverted(
    op: Extract<Action, { do: 'lookup' }>['op'],
    id: number,
    label: string,
    counted: string,
  ): void {
    if (!op.undone) {
      this.lines.push(`if (e${id} !== null) break ${label};`);
      return;
    }
    const touch = this.constant(op.touch);
    this.lines.push(`if (e${id} !== null) { const c = ${this.constant(op.set)}.rest;`);
    this.lines.push(`if (c === null) break ${label};`);
    this.lines.push(`if (c !== e${id}) { t = ${touch}(c, p, R);`);
    this.lines.push(`if (t === ${NFT_BREAK}) break ${label};`);
    this.lines.push(`if (t !== ${NFT_CONTINUE}) { ${counted} return t; } } }`);
  }

  private search(set: SetStore, key: readonly Word[]): string {
    const name = this.constant(set);
    if (set.isNumeric) {
      const shift = 32 - 8 * set.keyLength;
      return `${name}.lookupNumber(${expression(key[0]!)} >>> ${shift})`;
    }
    key.forEach((w, i) => {
      this.lines.push(`put(${expression(w)}, ${KEY_AT + 4 * i});`);
    });
    return `${name}.lookup(R, ${KEY_AT})`;
  }

  private touch(
    op: Extract<Action, { do: 'lookup' }>['op'],
    id: number,
    label: string,
    counted: string,
  ): void {
    const touch = this.constant(op.touch);
    this.lines.push(`if (e${id}.exprs.length !== 0) { t = ${touch}(e${id}, p, R);`);
    this.lines.push(`if (t === ${NFT_BREAK}) break ${label};`);
    this.lines.push(`if (t !== ${NFT_CONTINUE}) { ${counted} return t; } }`);
  }

  /** A verdict ends the rule, but for `continue`. */
  private verdictMap(
    op: Extract<Action, { do: 'lookup' }>['op'],
    id: number,
    label: string,
    counted: string,
  ): boolean {
    const follow = this.constant(op.follow);
    this.lines.push(`const q${id} = ${follow}(e${id});`);
    this.touch(op, id, label, counted);
    this.lines.push(`if (q${id}.code === ${NFT_BREAK}) break ${label};`);
    this.lines.push(`if (q${id}.code !== ${NFT_CONTINUE}) { ${counted} t = decide(q${id}, p);`);
    this.lines.push(`if (t === ${NFT_JUMP}) break ${label}; return t; }`);
    return false;
  }

  /** Evaluates a load into `f…` (its words) and `v…` (whether it is there). */
  private load(load: LoadPlan): void {
    if (load.scope !== this.scope) {
      this.scope = load.scope;
      this.bases = new Set();
      this.lines.push('b = p.b;');
    }
    const { op, id } = load;
    if (op.source?.from === 'slot') this.slot(load);
    else if (op.source) this.header(load, op.source);
    else {
      const read = this.constant(op.read);
      const at = op.registers ? op.dreg * 4 : LOAD_AT;
      this.lines.push(`const v${id} = ${read}(p, R, ${at});`);
      this.words(load, (byte) => `R[${at + byte}]`);
    }
  }

  private slot({ id, op }: LoadPlan): void {
    if (op.source?.from !== 'slot') return;
    const { slot, order, absent } = op.source;
    if (absent !== undefined) this.lines.push(`const v${id} = m[${slot}] !== ${absent};`);
    const shift = order === 'host' && op.len === 4 ? 0 : 32 - 8 * op.len;
    this.lines.push(`const f${id}_0 = m[${slot}] << ${shift};`);
  }

  private header(load: LoadPlan, { from, offset, laterFragments }: HeaderSource): void {
    const { scope, id, op } = load;
    const base = from === 'th' && laterFragments ? 'any' : from;
    const [start, end] = [`${base}${scope}`, `end${scope}`];
    this.base(end, `m[${END}]`);
    this.base(start, BASES[base]);
    const there = from === 'th' ? `${start} >= 0 && ` : '';
    this.lines.push(`const v${id} = ${there}${start} + ${offset + op.len} <= ${end};`);
    this.words(load, (byte) => `b[${start} + ${offset + byte}]`);
  }

  private base(name: string, value: string): void {
    if (this.bases.has(name)) return;
    this.bases = new Set([...this.bases, name]);
    this.lines.push(`const ${name} = ${value};`);
  }

  private words({ id, op }: LoadPlan, byte: (i: number) => string): void {
    for (let i = 0; i * 4 < op.len; i++) {
      const parts: string[] = [];
      for (let k = 0; k < 4 && i * 4 + k < op.len; k++) {
        parts.push(k === 3 ? byte(i * 4 + k) : `${byte(i * 4 + k)} << ${24 - 8 * k}`);
      }
      this.lines.push(`const f${id}_${i} = v${id} ? ${parts.join(' | ')} : 0;`);
    }
  }
}

/** Slots without an absent value are always there. */
const mayFail = ({ op }: LoadPlan): boolean =>
  op.source?.from !== 'slot' || op.source.absent !== undefined;

function expression(w: Word): string {
  switch (w.kind) {
    case 'const':
      return `${w.value}`;
    case 'load':
      return `f${w.load}_${w.index}`;
    case 'data':
      return `word(e${w.lookup}.data, ${4 * w.index})`;
    case 'swap': {
      const x = expression(w.of);
      return `((${x} & 255) << 24 | (${x} & 65280) << 8 | ${x} >>> 8 & 65280 | ${x} >>> 24)`;
    }
    case 'swap2': {
      const x = expression(w.of);
      return `((${x} & 16711935) << 8 | ${x} >>> 8 & 16711935)`;
    }
    case 'binary':
      return `(${expression(w.left)} ${w.op} ${expression(w.right)})`;
    case 'shift':
      return `(${expression(w.of)} ${w.op} ${w.by})`;
  }
}

const negated = (condition: string): string => `!(${condition})`;

/** A masked word, where the mask takes anything away. */
function masked(w: Word, mask: number): string {
  return (mask | lowMask(w.zeros)) === -1 ? expression(w) : `(${expression(w)} & ${mask})`;
}

function comparison(rel: string, { words, masks, values }: Comparison): string {
  if (rel === 'eq' || rel === 'neq') {
    const parts = words.map((w, i) => equality(w, masks[i]!, values[i]!));
    const all = parts.join(' && ');
    return rel === 'eq' ? all : `!(${all})`;
  }
  const strict = rel === 'lt' || rel === 'gt';
  const sign = rel.startsWith('l') ? '<' : '>';
  return ordering(words, masks, values, sign, strict, 0);
}

/** Machine-order words are compared as they are, with the constant turned round. */
function equality(w: Word, mask: number, value: number): string {
  if (w.kind === 'swap') return equality(w.of, swapped(mask), swapped(value));
  return `${masked(w, mask)} === ${value & mask}`;
}

/** memcmp: the first word that differs decides. */
function ordering(
  words: readonly Word[],
  masks: readonly number[],
  values: readonly number[],
  sign: '<' | '>',
  strict: boolean,
  i: number,
): string {
  const value = (values[i]! & masks[i]!) >>> 0;
  const own = masked(words[i]!, masks[i]!);
  const last = i === words.length - 1;
  if (last) return `${own} >>> 0 ${sign}${strict ? '' : '='} ${value}`;
  const rest = ordering(words, masks, values, sign, strict, i + 1);
  return `(${own} >>> 0 ${sign} ${value} || ${own} === ${value | 0} && (${rest}))`;
}

/** A small constant set as comparisons; null where it is none. */
function membership(set: SetStore, key: readonly Word[]): string | null {
  if (key.length !== 1 || set.shape.fields.length !== 1 || set.size > INLINE_ELEMENTS) return null;
  const elements: SetElement[] = [...set];
  if (elements.length === 0 || elements.some((e) => e.catchAll || e.exprs.length > 0)) return null;
  const mask = ~lowMask(4 - set.keyLength);
  const w = key[0]!;
  const parts = elements.map((e) => {
    const [low, high] = [wordsOf(e.key)[0]!, wordsOf(e.keyEnd)[0]!];
    if (low === high) return equality(w, mask, low);
    const own = masked(w, mask);
    return `${own} >>> 0 >= ${low >>> 0} && ${own} >>> 0 <= ${high >>> 0}`;
  });
  return parts.map((part) => `(${part})`).join(' || ');
}
