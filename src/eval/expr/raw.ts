/** Any bits of a layer: `@nh,96,32`. */
import type { NumberWord, SelectorExpr, Span, Word } from '../../parser/ast.ts';
import { kw, num, word } from '../../parser/phrase.ts';
import type { Layer } from '../check/protocol.ts';
import type { KeyRow } from '../row.ts';
import { hexInteger } from '../type/integer.ts';
import { payloadArgs, payloadHooks, tunnelPrefix } from './header.ts';
import { th } from './th.ts';

/** The most that one load can take, in bits. */
const MAX_BITS = 512;

const SAID = ['string', 'll', 'nh', 'th'];

const type = hexInteger(0);

const PORT_BITS = 16;
/** What nft knows of any transport header, by offset (proto_th). */
const PORTS: Readonly<Record<number, string>> = { 0: 'sport', [PORT_BITS]: 'dport' };

/** The first bytes of a layer, as a rule says them. */
export function bytesFrom(layer: Layer, bytes: number, span: Span): SelectorExpr {
  const number = (value: number): NumberWord => ({ value, span });
  const args = { layer: { text: layer, span }, offset: number(0), length: number(8 * bytes) };
  return { kind: 'selector', word: raw.name, args, span };
}

export const raw: KeyRow = {
  row: 'key',
  name: '@',
  phrase: [
    word('layer', ['ll', 'nh', 'th', 'ih'], { message: 'unknown raw payload base' }, SAID),
    kw(','),
    num('offset'),
    kw(','),
    num('length'),
  ],
  check(args, node, ctx) {
    const offset = Number((args.offset as NumberWord).value);
    const bits = Number((args.length as NumberWord).value);
    const { span } = args.length as NumberWord;
    if (bits === 0) return ctx.error('raw payload length cannot be 0', span);
    if (bits > MAX_BITS)
      return ctx.error(`raw payload length ${bits} exceeds upper limit of ${MAX_BITS}`, span);
    const layer = (args.layer as Word).text as Layer;
    const port = layer === 'th' && bits === PORT_BITS ? PORTS[offset] : undefined;
    if (port) return th.check({ field: { text: port, span: node.span } }, node, ctx);
    const where = { layer, offset, bits, ...(ctx.tunnel && { tunnel: ctx.tunnel }) };
    return { kind: 'load', row: raw, args: where, type, bits, order: 'big', span: node.span };
  },
  list(load) {
    const { layer, offset, bits } = payloadArgs(load);
    return `${tunnelPrefix(payloadArgs(load))}@${layer},${offset},${bits}`;
  },
  json(load) {
    const { layer, offset, bits, tunnel } = payloadArgs(load);
    return {
      payload: { ...(tunnel && { tunnel: tunnel.name }), base: layer, offset, len: bits },
    };
  },
  ...payloadHooks({ fields: {} }),
};
