/** The parser for nft's whole vocabulary, made when first asked for. */
import { keyRows } from '../eval/expr/index.ts';
import { objectRows } from '../eval/object/index.ts';
import { statementRows } from '../eval/stmt/index.ts';
import { valueTypes } from '../eval/type/index.ts';
import { createParser, type Parser } from '../parser/index.ts';

let parser: Parser | undefined;

export function nftParser(): Parser {
  parser ??= createParser({
    keys: keyRows,
    statements: statementRows,
    objects: objectRows,
    types: valueTypes.map(({ name }) => name),
  });
  return parser;
}
