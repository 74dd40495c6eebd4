/**
 * Messages about a source, as values: gathered while reading and checking, printed together.
 *
 * Owns the record and its text form. Mirrors nft's error records and their layout:
 * `file:line:first-last: Error: message`, the source line, carets under the place, tildes under
 * further places.
 */
import type { Source, Span } from './ast.ts';
import { byteLength, lastPlaceOf, lineText, placeOf } from './line.ts';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** The place, then further places that it refers to. */
  readonly spans: readonly Span[];
  /** One line of help of our own. */
  readonly hint?: string;
  /** nft says so while it reads, before it looks at what anything means. */
  readonly reading?: true;
  /** The kernel says so, which is asked only when nft has nothing to say. */
  readonly refused?: true;
}

/** Messages in nft's order: all that it says while it reads, by place, then the others. */
export function inOrder(
  parsed: readonly Diagnostic[],
  checked: readonly Diagnostic[],
): readonly Diagnostic[] {
  const early = [...parsed];
  for (const diagnostic of checked.filter(({ reading }) => reading)) {
    const [at] = diagnostic.spans;
    const behind = early.findIndex(
      ({ spans: [span] }) => span && at && span.source === at.source && span.start > at.start,
    );
    early.splice(behind < 0 ? early.length : behind, 0, diagnostic);
  }
  return [...early, ...checked.filter(({ reading }) => !reading)];
}

/** How messages are told to people, beyond what nft says. */
export interface Telling {
  readonly hints?: boolean;
  /** Colours a part of a message. */
  readonly paint?: (part: Diagnostic['severity'] | 'marks' | 'hint', text: string) => string;
}

/** The text of one message, as nft writes it on stderr. */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  sources: readonly Source[],
  { hints, paint = (_, text) => text }: Telling = {},
): string {
  const { severity, message, spans, hint } = diagnostic;
  const said = `${paint(severity, severity === 'error' ? 'Error:' : 'Warning:')} ${message}\n`;
  const help = hints && hint !== undefined ? `${paint('hint', 'hint:')} ${hint}\n` : '';
  const span = spans[0];
  const source = span && sources[span.source];
  if (!source) return `${said}${help}`;
  if (source.internal) return `${source.name}:0:0-0: ${said}\n${help}`;
  const first = placeOf(source, span.start);
  const line = lineText(source, first.start);
  const where = formatPlace(source, span, sources);
  return `${where}${said}${line}\n${paint('marks', markers(source, line, spans))}\n${help}`;
}

/** A place with the line that it is in. */
export function quotedLine(span: Span, sources: readonly Source[]): string {
  const source = sources[span.source];
  if (!source) return '\n';
  const line = lineText(source, placeOf(source, span.start).start);
  return `${formatPlace(source, span, sources)}${line}\n`;
}

/** `file:line:first-last: `, after the files that it was included from. */
function formatPlace(source: Source, span: Span, sources: readonly Source[]): string {
  const where = isCommandLine(source) ? '' : `${source.name}:${columns(source, span)}: `;
  return `${inclusions(source, sources)}${where}`;
}

/** All messages, in their order. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
  telling?: Telling,
): string {
  return diagnostics.map((d) => formatDiagnostic(d, sources, telling)).join('');
}

/** A command line has no lines to speak of: its messages name no place. */
const isCommandLine = (source: Source): boolean => source.name === '<cmdline>';

/** `line:first-last`, columns from 1, both included. */
function columns(source: Source, span: Span): string {
  const first = placeOf(source, span.start);
  return `${first.line}:${first.column}-${lastPlaceOf(source, span).column}`;
}

function inclusions(source: Source, sources: readonly Source[]): string {
  let text = '';
  let at = source.includedAt;
  while (at) {
    const outer = sources[at.source]!;
    const lead = text === '' ? 'In file included from' : '                 from';
    text += `${lead} ${outer.name}:${columns(outer, at)}:\n`;
    at = outer.includedAt;
  }
  return text;
}

/** Carets under the place, tildes under further places of the same line; tabs stay tabs. */
function markers(source: Source, line: string, spans: readonly Span[]): string {
  const marks: string[] = [];
  for (const character of line) {
    const fill = character === '\t' ? '\t' : ' '.repeat(byteLength(character));
    marks.push(...fill);
  }
  for (const [i, span] of [...spans.entries()].reverse()) {
    if (span.source !== source.id) continue;
    const from = placeOf(source, span.start);
    const to = lastPlaceOf(source, span);
    while (marks.length < to.column) marks.push(' ');
    marks.fill(i === 0 ? '^' : '~', from.column - 1, to.column);
  }
  return marks.join('').trimEnd();
}
