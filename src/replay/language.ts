/** The parser for nft's whole vocabulary, made when first asked for. */
import { keyRows, keySyntax } from '../eval/expr/index.ts';
import { sharedForms } from '../eval/expr/json-words.ts';
import { objectRows } from '../eval/object/index.ts';
import { dynsetForms } from '../eval/stmt/dynset.ts';
import { statementRows } from '../eval/stmt/index.ts';
import { valueTypes } from '../eval/type/index.ts';
import { createParser, type Parser } from '../parser/index.ts';
import { selectorForm } from '../parser/json/expression.ts';
import { phraseForm } from '../parser/json/statement.ts';

let parser: Parser | undefined;

export function nftParser(): Parser {
  parser ??= createParser({
    keys: keySyntax,
    statements: statementRows,
    objects: objectRows,
    types: valueTypes.map(({ name }) => name),
    json: {
      expressions: [
        ...keyRows.flatMap(({ name, fromJson }) =>
          fromJson ? [selectorForm(name, fromJson)] : [],
        ),
        ...sharedForms(keyRows),
      ],
      statements: [
        ...statementRows.flatMap(({ name, fromJson }) =>
          fromJson ? [phraseForm(name, fromJson)] : [],
        ),
        ...dynsetForms,
      ],
      stateful: statementRows.flatMap(({ name, stateful }) => (stateful ? [name] : [])),
    },
  });
  return parser;
}
