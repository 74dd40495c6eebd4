/**
 * Matches on neighbouring fields of one header become one load and one comparison.
 *
 * `tcp sport 1 tcp dport 2` loads four bytes. Only equality with constants is joined, and not across
 * statements that do something; four bytes are not exceeded unless one side does already, for the
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
  readonly field: Field & { readonly base: string };
}

interface Run {
  /** Where the joined match stands. */
  at: number;
  readonly members: Candidate[];
}

/**
 * The statements in groups, in the order in which they are sent: joined matches stand where the one
 * of them stood that names the next protocol, else where the first by offset stood. Listing shows
 * them in that order too.
 */
export function grouped(statements: readonly Statement[]): readonly Group[] {
  const groups = statements.map((s): Statement[] => [s]);
  let candidates: Candidate[] = [];
  const close = () => {
    for (const run of runs(candidates)) {
      for (const { at } of run.members) groups[at] = [];
      groups[run.at] = run.members.map((c) => c.statement);
    }
    candidates = [];
  };
  statements.forEach((statement, at) => {
    const field = statement.kind === 'match' ? mergeable(statement) : undefined;
    if (field) candidates.push({ at, statement, field });
    if (statement.kind !== 'match') close();
  });
  close();
  return groups.filter((group) => group.length > 0);
}

function mergeable(s: Extract<Statement, { kind: 'match' }>): Candidate['field'] | undefined {
  if (s.left.kind !== 'load' || s.right.kind !== 'value' || s.op !== '==') return undefined;
  const field = s.left.row.field?.(s.left);
  if (!field?.base || field.offset % 8 || field.bits % 8) return undefined;
  return { ...field, base: field.base };
}

function runs(candidates: readonly Candidate[]): readonly Run[] {
  const sorted = [...candidates].sort((a, b) =>
    a.field.base === b.field.base
      ? a.field.offset - b.field.offset
      : a.field.base < b.field.base
        ? -1
        : 1,
  );
  const found: Run[] = [];
  for (const candidate of sorted) {
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
export function joined(group: Group): Statement {
  const [first] = group;
  if (!first) throw new TypeError('empty group');
  return group.slice(1).reduce(join, first);
}

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
