/**
 * Matches on neighbouring fields of one header become one load and one comparison.
 *
 * `tcp sport 1 tcp dport 2` loads four bytes. Only equality with constants is joined, to which nft
 * counts flags of which any may be set and so compares all of them, and not across statements that do
 * something; four bytes are not exceeded unless one side does already, for the
 * kernel compares four bytes fastest. Mirrors stmt_reduce and payload_do_merge.
 */
import type { Load, Statement, Value } from '../checked.ts';
import type { Field } from '../row.ts';
import { constant } from './constant.ts';
import { number } from './field.ts';

/** The statements that one load and comparison stand for, in the order of their bytes. */
export type Group = readonly Statement[];

interface Candidate {
  readonly at: number;
  readonly statement: Statement;
  readonly field: Field;
}

interface Run {
  /** Where the joined match stands. */
  at: number;
  readonly members: Candidate[];
}

/** The statements that are sent: matches that can be are joined. */
export const merged = (statements: readonly Statement[]): readonly Statement[] =>
  groupsOf(statements)?.map(joined) ?? statements;

/** The statements as they are written, in the order in which they are sent, those together that are joined. */
export const inSentOrder = (statements: readonly Statement[]): readonly Group[] =>
  groupsOf(statements) ?? statements.map((statement) => [statement]);

/**
 * The statements in groups; undefined where nothing is joined. Joined matches stand where the one of
 * them stood that names the next protocol, else where the first by offset stood. Listing shows them
 * in that order too.
 */
function groupsOf(statements: readonly Statement[]): readonly Group[] | undefined {
  let groups: Group[] | undefined;
  let candidates: Candidate[] = [];
  for (let at = 0; at < statements.length; at++) {
    const statement = statements[at]!;
    const field = statement.kind === 'match' ? mergeable(statement) : undefined;
    if (field) candidates.push({ at, statement, field });
    if (statement.kind === 'match' && at < statements.length - 1) continue;
    for (const run of sharesBase(candidates) ? runs(candidates) : []) {
      if (run.members.length === 1) continue;
      groups ??= statements.map((s) => [s]);
      for (const member of run.members) groups[member.at] = [];
      groups[run.at] = run.members.map((c) => asEquality(c.statement));
    }
    if (candidates.length > 0) candidates = [];
  }
  return groups?.filter((group) => group.length > 0);
}

const asEquality = (s: Statement): Statement => (s.kind === 'match' ? { ...s, op: '==' } : s);

const sharesBase = (candidates: readonly Candidate[]): boolean =>
  candidates.length > 1 &&
  candidates.some((c, i) => candidates.findIndex((d) => d.field.base === c.field.base) < i);

function mergeable(s: Extract<Statement, { kind: 'match' }>): Field | undefined {
  if (s.left.kind !== 'load' || s.right.kind !== 'value') return undefined;
  if (s.op !== '==' && s.op !== 'any') return undefined;
  const field = s.left.row.field?.(s.left);
  return field?.base && field.offset % 8 === 0 && field.bits % 8 === 0 ? field : undefined;
}

/** By base, then by offset. */
function compare({ field: a }: Candidate, { field: b }: Candidate): number {
  if (a.base === b.base) return a.offset - b.offset;
  return a.base! < b.base! ? -1 : 1;
}

function runs(candidates: readonly Candidate[]): readonly Run[] {
  const found: Run[] = [];
  for (const candidate of [...candidates].sort(compare)) {
    const run = found.at(-1);
    if (run && joins(run, candidate)) {
      run.members.push(candidate);
      if (candidate.field.next) run.at = candidate.at;
    } else found.push({ at: candidate.at, members: [candidate] });
  }
  return found;
}

function joins(run: Run, { field }: Candidate): boolean {
  const first = run.members[0]?.field;
  const last = run.members.at(-1)?.field;
  if (!first || !last || first.base !== field.base) return false;
  const length = last.offset + last.bits - first.offset;
  const total = length + field.bits;
  if (first.offset + length !== field.offset || total > 128) return false;
  return total <= 32 || length > 32 || field.bits > 32;
}

/** One match for all of a group. */
export const joined = ([first, ...others]: Group): Statement => others.reduce(join, first!);

function join(a: Statement, b: Statement): Statement {
  if (a.kind !== 'match' || b.kind !== 'match') throw new TypeError('only matches are joined');
  const left = a.left as Load;
  const offset = left.row.field?.(left).offset ?? 0;
  const bits = a.right.bits + b.right.bits;
  const value = ((constant(a.right) ?? 0n) << BigInt(b.right.bits)) | (constant(b.right) ?? 0n);
  const load = left.row.at?.(left, offset, bits) ?? left;
  const right: Value = { ...number(a.right, value, bits), order: 'big' };
  return { ...a, left: { ...load, bits, order: 'big' }, right };
}
