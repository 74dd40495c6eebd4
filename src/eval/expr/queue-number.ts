/** The number of a queue as the data of a map: `typeof ip saddr : queue`. Mirrors nft's queue_type. */
import type { Span } from '../../parser/ast.ts';
import type { Load } from '../checked.ts';
import type { KeyRow } from '../row.ts';
import type { ValueType } from '../type/index.ts';
import { integer } from '../type/integer.ts';

const NAME = 'queue';

/** A number with a name of its own in JSON. */
const queueType: ValueType = { ...integer, name: NAME, base: integer };

const row: KeyRow = {
  row: 'key',
  name: NAME,
  phrase: [],
  check: (_args, node) => example(node.span),
  list: () => NAME,
  json: () => NAME,
  lower: () => {},
  bytecode: () => NAME,
};

const example = (span: Span): Load => ({
  kind: 'load',
  row,
  args: {},
  type: queueType,
  bits: 16,
  order: 'host',
  span,
});

export const queueNumber = { name: NAME, example };
