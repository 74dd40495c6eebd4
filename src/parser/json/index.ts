/**
 * libnftables JSON to syntax tree: the second door of the parser, with the same nodes behind it.
 *
 * See libnftables-json(5). A word's JSON form stands in its row, beside how it prints as JSON.
 */
import type { Parsed } from '../index.ts';
import { JsonCommands } from './command.ts';
import type { JsonVocabulary } from './object.ts';
import { type JsonValue, parseJson } from './text.ts';

export interface ParsedJson extends Parsed {
  /** What the text says, for echoing it. */
  readonly root: JsonValue;
}

/** Undefined where the text is no JSON; `name` is the file's, `<cmdline>` of other texts. */
export function readJson(
  name: string,
  text: string,
  vocabulary: JsonVocabulary,
): ParsedJson | undefined {
  const root = parseJson(text);
  if (root === undefined) return undefined;
  const reader = new JsonCommands(name, text, vocabulary);
  const { sources, diagnostics, commands } = reader;
  // Unknown flags are told, but nft goes on without them.
  const broken = !reader.document(root);
  return { ruleset: { commands }, sources, diagnostics, broken, root };
}
