/**
 * Checked rule -> intermediate code: registers, byte order, masks, implied set.
 *
 * Mirrors what nft sends to the kernel for a rule; the result is what `-d netlink` prints.
 */
import type { KernelProfile } from '../datapath/profile.ts';
import type { Family, Span } from '../parser/ast.ts';
import type { TableScope } from './check/context.ts';
import type { ByteOrder, Expr, Rule, SetLiteral, SetRef, Statement, Verdict } from './checked.ts';
import type { AnonymousSet, LoweredRule, Op, Register } from './ir.ts';
import { emitAssign } from './lower/assign.ts';
import { constantBytes, registerBytes } from './lower/constant.ts';
import { emit, emitKey } from './lower/emit.ts';
import type { Machine } from './lower/machine.ts';
import { emitMatch } from './lower/match.ts';
import { merged } from './lower/merge.ts';
import { registersOf } from './lower/registers.ts';
import { COMPARED, isPut, type Site, shape } from './lower/shape.ts';

export interface Lowering {
  readonly family: Family;
  /** The release, for what its nft tells the kernel in another way; absent: the latest. */
  readonly kernel?: KernelProfile | undefined;
  /** `span`: what the kernel's messages about the op point at, where it is not the statement. */
  emit(op: Op, span?: Span): void;
  /** Fresh registers wide enough for `e`. They are a stack: the last taken are released first. */
  allocate(e: Expr): Register;
  /** Gives back `register` and all that were taken after it. */
  release(register: Register): void;
  /** Emits what puts the value of `e` into `dreg`, in byte order `order` (absent: its own). */
  expr(e: Expr, dreg: Register, order?: ByteOrder): void;
  /** `allocate` and `expr` at once. */
  operand(e: Expr, order?: ByteOrder): Register;
  /** The same for what is to be `like` something: marks are put in its byte order. */
  argument(e: Expr, like: Pick<Expr, 'type' | 'order'>, site?: Site): Register;
  /** Bytes that `e` takes in registers where it stands. */
  length(e: Expr): number;
  statement(s: Statement): void;
  /** The ops of stateful statements that belong to a set's elements. */
  effects(statements: readonly Statement[]): readonly Op[];
  /** The bytes of a constant as they lie in a register. */
  bytes(e: Expr): Uint8Array;
  /** Loads a key as the set has its keys, and names the set; `object` for maps of objects. */
  key(key: Expr, map: SetLiteral | SetRef, object?: string): { sreg: Register; set: string };
  /** The name of a set: its own, or the one given to a literal; `object` for maps of objects. */
  set(map: SetLiteral | SetRef, object?: string): string;
}

/** What the lowering asks of the table: which sets are of intervals; and the release. */
export type LoweringScope = Pick<TableScope, 'family' | 'set' | 'kernel'>;

/** What statements that several rules share became: only those that are among the keys are kept. */
export type SharedOps = Map<Statement, readonly Op[] | undefined>;

/** The ops of a rule, and the sets that its literals need. */
export function lower(rule: Rule, scope: LoweringScope, shared?: SharedOps): LoweredRule {
  const lowering = new RuleLowering(scope);
  const { ops, spans, sets } = lowering;
  const stateful: number[] = [];
  for (const statement of merged(rule.statements)) {
    const first = ops.length;
    const known = shared?.get(statement);
    if (known) lowering.again(statement, known);
    else lowering.statement(statement);
    if (!known && sets.length === 0 && shared?.has(statement)) {
      shared.set(statement, ops.slice(first));
    }
    if (hasState(statement) && ops.slice(first).some((op) => op.op === 'effect')) {
      stateful.push(rule.statements.indexOf(statement));
    }
  }
  return { ops, spans, sets, stateful };
}

const hasState = (s: Statement): boolean => s.kind === 'effect' && s.row.state !== undefined;

/** The ops of stateful statements on their own: those that each element of a set gets. */
export function lowerEffects(
  statements: readonly Statement[],
  scope: LoweringScope,
): readonly Op[] {
  if (statements.length === 0) return [];
  const lowering = new RuleLowering(scope);
  for (const statement of statements) lowering.statement(statement);
  return lowering.ops;
}

/** The state of one lowering, and its ways for rows and for the rest of the lowering. */
class RuleLowering implements Machine {
  readonly ops: Op[] = [];
  readonly spans: (Span | undefined)[] = [];
  readonly sets: AnonymousSet[] = [];
  readonly family: Family;
  readonly kernel: KernelProfile | undefined;
  site = COMPARED;
  private readonly scope: LoweringScope;
  /** Registers from this one on are free. */
  private free: Register = 0;
  /** What is being lowered. */
  private at: Statement | undefined;

  constructor(scope: LoweringScope) {
    this.scope = scope;
    this.family = scope.family;
    this.kernel = scope.kernel;
  }

  get splitsWords(): boolean {
    return this.kernel?.nftSplitsWords ?? false;
  }

  get shiftsInPlace(): boolean {
    return this.kernel?.nftShiftsInPlace ?? false;
  }

  emit(op: Op, span = this.at?.span): void {
    this.ops.push(op);
    this.spans.push(span);
  }

  allocate(e: Expr): Register {
    const register = this.free;
    this.free += registersOf(e);
    return register;
  }

  release(register: Register): void {
    this.free = register;
  }

  expr(e: Expr, dreg: Register, order?: ByteOrder): void {
    emit(shape(e, this.site, this), dreg, this, order);
  }

  operand(e: Expr, order?: ByteOrder): Register {
    const register = this.allocate(e);
    this.expr(e, register, order);
    return register;
  }

  argument(e: Expr, like: Pick<Expr, 'type' | 'order'>, site = this.site): Register {
    const register = this.allocate(e);
    emit(shape(e, site, this), register, this, isPut(e, like) ? like.order : undefined);
    return register;
  }

  length(e: Expr): number {
    return registerBytes(shape(e, this.site, this));
  }

  statement(s: Statement): void {
    this.at = s;
    this.site = COMPARED;
    emitStatement(s, this);
  }

  /** A statement that was lowered before: it starts with all registers free, like any other. */
  again(s: Statement, ops: readonly Op[]): void {
    this.at = s;
    for (const op of ops) this.emit(op);
  }

  effects(statements: readonly Statement[]): readonly Op[] {
    return lowerEffects(statements, this.scope);
  }

  bytes(e: Expr): Uint8Array {
    return constantBytes(e);
  }

  key(key: Expr, map: SetLiteral | SetRef, object?: string): { sreg: Register; set: string } {
    const sreg = this.allocate(key);
    return { sreg, set: emitKey(key, map, sreg, this, { site: this.site, object }) };
  }

  set(map: SetLiteral | SetRef, object?: string): string {
    if (map.kind === 'setref') return map.name;
    return anonymous({ literal: map, object, statement: this.at }, this.sets);
  }

  interval(set: SetLiteral | SetRef): boolean {
    if (set.kind === 'set') return set.interval;
    return this.scope.set(set.name)?.interval ?? false;
  }
}

/** Sets of a rule are numbered in the order of their use: `__set0`, `__map1`, `__objmap2`. */
function anonymous(set: Omit<AnonymousSet, 'name'>, sets: AnonymousSet[]): string {
  const kind = set.object ? 'objmap' : set.literal.data ? 'map' : 'set';
  const name = `__${kind}${sets.length}`;
  sets.push({ ...set, name });
  return name;
}

const verdictOp = ({ verdict: code, chain }: Verdict): Op =>
  chain === undefined ? { op: 'verdict', code } : { op: 'verdict', code, chain };

function emitStatement(s: Statement, m: Machine): void {
  switch (s.kind) {
    case 'match':
      emitMatch(s.left, s.op, s.right, m);
      break;
    case 'assign':
      emitAssign(s.target, s.value, m);
      break;
    case 'verdict':
      m.emit(verdictOp(s.verdict));
      break;
    case 'vmap': {
      const sreg = m.allocate(s.key);
      const set = emitKey(s.key, s.map, sreg, m, { site: COMPARED, of: 'vmap' });
      m.emit({ op: 'lookup', set, sreg, verdict: true });
      m.release(sreg);
      break;
    }
    case 'effect':
      s.row.lower(s.args, m);
      break;
  }
}
