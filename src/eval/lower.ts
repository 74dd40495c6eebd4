/**
 * Checked rule -> intermediate code: registers, byte order, masks, implied set.
 *
 * Mirrors what nft sends to the kernel for a rule; the result is what `-d netlink` prints.
 */
import type { KernelProfile } from '../datapath/profile.ts';
import type { Family, Span } from '../parser/ast.ts';
import type { TableScope } from './check/context.ts';
import type { ByteOrder, Expr, Rule, SetLiteral, SetRef, Statement } from './checked.ts';
import type { AnonymousSet, LoweredRule, Op, Register } from './ir.ts';
import { emitAssign } from './lower/assign.ts';
import { constantBytes, registerBytes } from './lower/constant.ts';
import { emit, emitKey } from './lower/emit.ts';
import type { Machine } from './lower/machine.ts';
import { emitMatch } from './lower/match.ts';
import { grouped, joined } from './lower/merge.ts';
import { registerStack } from './lower/registers.ts';
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

/** The ops of a rule, and the sets that its literals need. */
export function lower(rule: Rule, scope: LoweringScope): LoweredRule {
  const ops: Op[] = [];
  const spans: (Span | undefined)[] = [];
  const sets: AnonymousSet[] = [];
  const { lowering } = machine(scope, { ops, spans, sets });
  for (const group of grouped(rule.statements)) lowering.statement(joined(group));
  return { ops, spans, sets };
}

/** The ops of stateful statements on their own: those that each element of a set gets. */
export function lowerEffects(
  statements: readonly Statement[],
  scope: LoweringScope,
): readonly Op[] {
  const ops: Op[] = [];
  const { lowering } = machine(scope, { ops, spans: [], sets: [] });
  for (const statement of statements) lowering.statement(statement);
  return ops;
}

interface Output {
  readonly ops: Op[];
  readonly spans: (Span | undefined)[];
  readonly sets: AnonymousSet[];
}

function machine(scope: LoweringScope, to: Output): Machine {
  const registers = registerStack();
  let at: Statement | undefined;
  const op = (given: Op, span = at?.span) => {
    to.ops.push(given);
    to.spans.push(span);
  };
  const lowering: Lowering = {
    family: scope.family,
    kernel: scope.kernel,
    emit: op,
    allocate: registers.allocate,
    release: registers.release,
    expr: (e, dreg, order) => emit(shape(e, m.site, m), dreg, m, order),
    operand(e, order) {
      const register = registers.allocate(e);
      lowering.expr(e, register, order);
      return register;
    },
    argument(e, like, site = m.site) {
      const register = registers.allocate(e);
      emit(shape(e, site, m), register, m, isPut(e, like) ? like.order : undefined);
      return register;
    },
    length: (e) => registerBytes(shape(e, m.site, m)),
    statement(s) {
      at = s;
      m.site = COMPARED;
      emitStatement(s, m);
    },
    effects: (statements) => lowerEffects(statements, scope),
    bytes: constantBytes,
    key(key, map, object) {
      const sreg = registers.allocate(key);
      return { sreg, set: emitKey(key, map, sreg, m, { site: m.site, object }) };
    },
    set: (map, object) =>
      map.kind === 'setref'
        ? map.name
        : anonymous({ literal: map, object, statement: at }, to.sets),
  };
  const m: Machine = {
    registers,
    lowering,
    site: COMPARED,
    shiftsInPlace: scope.kernel?.nftShiftsInPlace ?? false,
    op,
    interval: (set) =>
      set.kind === 'set' ? set.interval : (scope.set(set.name)?.interval ?? false),
  };
  return m;
}

/** Sets of a rule are numbered in the order of their use: `__set0`, `__map1`, `__objmap2`. */
function anonymous(set: Omit<AnonymousSet, 'name'>, sets: AnonymousSet[]): string {
  const kind = set.object ? 'objmap' : set.literal.data ? 'map' : 'set';
  const name = `__${kind}${sets.length}`;
  sets.push({ ...set, name });
  return name;
}

function emitStatement(s: Statement, m: Machine): void {
  switch (s.kind) {
    case 'match':
      emitMatch(s.left, s.op, s.right, m);
      break;
    case 'assign':
      emitAssign(s.target, s.value, m);
      break;
    case 'verdict':
      m.op({
        op: 'verdict',
        code: s.verdict.verdict,
        ...(s.verdict.chain !== undefined && { chain: s.verdict.chain }),
      });
      break;
    case 'vmap': {
      const sreg = m.registers.allocate(s.key);
      const set = emitKey(s.key, s.map, sreg, m, { site: COMPARED });
      m.op({ op: 'lookup', set, sreg, verdict: true });
      m.registers.release(sreg);
      break;
    }
    case 'effect':
      s.row.lower(s.args, m.lowering);
      break;
  }
}
