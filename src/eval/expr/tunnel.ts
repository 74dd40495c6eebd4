/**
 * Headers that carry packets: how what lies inside them is read.
 *
 * Owns the row shape of a tunnel's header. Mirrors nft_inner.c.
 */
import type { Args, Choice, Expr, Word } from '../../parser/ast.ts';
import { alt, expr, word } from '../../parser/phrase.ts';
import type { Tunnel } from '../check/protocol.ts';
import {
  checkField,
  fieldJson,
  type HeaderSpec,
  headerRow,
  type PayloadRow,
  payloadArgs,
} from './header.ts';

/** The row of a tunnel's header: its own fields, and `vxlan ip saddr` for what it carries. */
export function tunnelRow(header: HeaderSpec, inner: Omit<Tunnel, 'name'>): PayloadRow {
  const spec: HeaderSpec = { ...header, carrier: true };
  const tunnel: Tunnel = { name: spec.name, ...inner };
  const fields = Object.keys(spec.fields);
  return headerRow(spec, (row) => ({
    phrase: [
      alt('what', {
        ...(fields.length > 0 && { field: [word('field', fields)] }),
        inside: [expr('inside', 'primary')],
      }),
    ],
    unwritable(args, node) {
      const { inside } = (args.what as Choice).args as { inside?: Expr };
      if (spec.layer === 'tun') return node.span;
      return inside?.span;
    },
    check(args: Args, node, ctx) {
      const what = args.what as Choice;
      if (what.which === 'inside') {
        const { inside } = what.args as { inside: Expr };
        const known = spec.over === undefined && ctx.protocol(spec.layer) !== undefined;
        const { span } = spec.over === undefined ? inside : node;
        return ctx.inside(tunnel, inside, () => known || ctx.need(spec, span) !== undefined);
      }
      const load = checkField(row(), spec, (what.args.field as Word).text, node, ctx);
      return load && spec.layer === 'tun' ? { ...load, args: { ...load.args, tunnel } } : load;
    },
    jsonFields: {
      word: 'payload',
      names: fields,
      args: (field, from) => ({ what: from.choice('field', { field: from.word(field) }) }),
    },
    list: (load) => `${spec.name} ${payloadArgs(load).field}`,
    json: (load) => ({ payload: fieldJson(load, spec.name, payloadArgs(load).field!) }),
  }));
}
