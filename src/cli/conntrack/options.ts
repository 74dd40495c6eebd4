/**
 * The options of conntrack: their names, and which command takes them.
 *
 * Each row's `legal` says, by command: 0 not allowed, 1 must be given, 2 may be given, 3 see the
 * couples (both ends of a direction or none).
 */
import type { CommandName } from './command.ts';

/** Commands in the order of the digits of `legal`. */
export const COMMANDS: readonly CommandName[] = [
  'L',
  'I',
  'U',
  'D',
  'G',
  'F',
  'E',
  'V',
  'h',
  'expect L',
  'expect I',
  'expect D',
  'expect G',
  'expect F',
  'expect E',
  'C',
  'expect C',
  'S',
  'expect S',
  'A',
];

export interface OptionRow {
  /** As messages name it. */
  readonly name: string;
  readonly letter?: string;
  readonly long: readonly string[];
  readonly argument: 'none' | 'required' | 'optional';
  /** A digit per command. */
  readonly legal: string;
}

const row = (
  name: string,
  letter: string,
  argument: OptionRow['argument'],
  legal: string,
  ...long: string[]
): OptionRow => ({ name, letter: letter || undefined, long, argument, legal });

/** In the order in which they are checked. */
export const OPTIONS: readonly OptionRow[] = [
  row('src', 's', 'required', '23223020001110000003', 'orig-src', 'src'),
  row('dst', 'd', 'required', '23223020001110000003', 'orig-dst', 'dst'),
  row('reply-src', 'r', 'required', '23223020002220000003', 'reply-src'),
  row('reply-dst', 'q', 'required', '23223020002220000003', 'reply-dst'),
  row('protonum', 'p', 'required', '21221020201110000001', 'protonum'),
  row('timeout', 't', 'required', '01220000001000000001', 'timeout'),
  row('status', 'u', 'required', '22220000002000000002', 'status'),
  row('zero', 'z', 'none', '20000000000000000000', 'zero'),
  row('event-mask', 'e', 'required', '00000020000000000000', 'event-mask'),
  row('tuple-src', '', 'required', '00000000001000000000', 'tuple-src'),
  row('tuple-dst', '', 'required', '00000000001000000000', 'tuple-dst'),
  row('mask-src', '', 'required', '20220020001000000000', 'mask-src'),
  row('mask-dst', '', 'required', '20220020001000000000', 'mask-dst'),
  row('nat-range', 'a', 'required', '02000000000000000002', 'nat-range'),
  row('mark', 'm', 'required', '22220020000000000002', 'mark'),
  row('id', 'i', 'required', '00222000000000000000', 'id'),
  row('family', 'f', 'required', '20220220020000000000', 'family'),
  row('src-nat', 'n', 'optional', '22220020000000000002', 'src-nat'),
  row('dst-nat', 'g', 'optional', '22220020000000000002', 'dst-nat'),
  row('output', 'o', 'required', '20222020020000200000', 'output'),
  row('secmark', 'c', 'required', '20000020000000000000', 'secmark'),
  row('buffer-size', 'b', 'required', '00000020000000000000', 'buffer-size'),
  row('any-nat', 'j', 'optional', '20000020000000000000', 'any-nat'),
  row('zone', 'w', 'required', '22020020000000000002', 'zone'),
  row('label', 'l', 'required', '20222020000000000000', 'label'),
  row('label-add', '', 'required', '02200000000000000002', 'label-add'),
  row('label-del', '', 'optional', '00200000000000000000', 'label-del'),
  row('orig-zone', '', 'required', '22020020000000000002', 'orig-zone'),
  row('reply-zone', '', 'required', '22020020000000000002', 'reply-zone'),
];

/** Long names of the commands. */
export const COMMAND_NAMES: Readonly<Record<string, string>> = {
  dump: 'L',
  create: 'I',
  add: 'A',
  delete: 'D',
  update: 'U',
  get: 'G',
  flush: 'F',
  event: 'E',
  counter: 'C',
  stats: 'S',
  version: 'V',
  help: 'h',
};

/** Options that compare connections, so that -z cannot be used beside them. */
export const COMPARING: readonly string[] = [
  'protonum',
  'src',
  'dst',
  'reply-src',
  'reply-dst',
  'mark',
  'secmark',
  'status',
  'id',
  'zone',
  'label',
  'orig-zone',
  'reply-zone',
];

export interface LegalRow {
  readonly name: string;
  readonly legal: string;
}

/** What checkLegal found wrong. */
export type Illegal =
  | { readonly kind: 'missing' | 'illegal'; readonly name: string }
  /** Neither couple is whole; `couple` is the first that is begun; -1: none is. */
  | { readonly kind: 'couple'; readonly couple: number };

/** generic_opt_check: options against a command's column; `couples` are names that go together. */
export function checkLegal(
  rows: readonly LegalRow[],
  given: ReadonlySet<string>,
  column: number,
  couples: readonly (readonly string[])[],
): Illegal | undefined {
  let special = false;
  for (const { name, legal } of rows) {
    const rule = legal[column];
    if (!given.has(name) && rule === '1') return { kind: 'missing', name };
    if (given.has(name) && rule === '0') return { kind: 'illegal', name };
    if (rule === '3') special = true;
  }
  if (!special || couples.length === 0) return undefined;
  if (couples.some((couple) => couple.every((name) => given.has(name)))) return undefined;
  return { kind: 'couple', couple: couples.findIndex((c) => c.some((name) => given.has(name))) };
}
