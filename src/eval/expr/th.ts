/** Ports of whatever transport protocol the packet has: `th dport`. */
import type { Word } from '../../parser/ast.ts';
import { inetService } from '../type/inet.ts';
import { type HeaderSpec, headerRow } from './header.ts';

const spec: HeaderSpec = {
  name: 'th',
  layer: 'th',
  numbers: {},
  fields: {
    sport: [0, 16, inetService],
    dport: [16, 16, inetService],
  },
};

/** Needs no protocol to be known. */
export const th = headerRow(spec, (row) => ({
  check(args, node, ctx) {
    const name = (args.field as Word).text;
    const [offset, bits, type] = spec.fields[name]!;
    const tunnel = ctx.tunnel && { tunnel: ctx.tunnel };
    const where = { layer: spec.layer, offset, bits, field: name, ...tunnel };
    return { kind: 'load', row: row(), args: where, type, bits, order: 'big', span: node.span };
  },
}));
