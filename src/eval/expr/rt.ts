/**
 * What the route says (`rt nexthop`), and the routing header of IPv6 (`rt seg-left`): one word for
 * both in nft. Mirrors rt.c of nft and nft_rt.c of the kernel.
 */
import type { Family, SelectorExpr, Word } from '../../parser/ast.ts';
import { choice, opt, word } from '../../parser/phrase.ts';
import type { CheckContext } from '../check/context.ts';
import type { ByteOrder, Expr, Load } from '../checked.ts';
import { readRt, rtPlace } from '../engine/run/fib.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import { ipv4Addr, ipv6Addr } from '../type/address.ts';
import type { ValueType } from '../type/index.ts';
import { inetProto } from '../type/inet.ts';
import { boolean, integer } from '../type/integer.ts';
import { realm } from '../type/owner.ts';
import { unknownAddress } from './ct.ts';
import { extensionRow } from './extension.ts';
import { exthdrFields } from './exthdr-load.ts';
import { IP_ONLY, ipHooks, misplaced, type Placement } from './placement.ts';
import { ROUTING } from './segment.ts';

/** Fields of the routing header that all its types have. */
const header = extensionRow('rt', {
  number: ROUTING,
  fields: exthdrFields([
    ['nexthdr', 0, 8, inetProto],
    ['hdrlength', 8, 8, integer],
    ['type', 16, 8, integer],
    ['seg-left', 24, 8, integer],
  ]),
});

/** Families whose packets have no next hop of another. */
const FAMILIES: readonly Family[] = ['ip', 'ip6'];

interface RtKey {
  readonly type: ValueType;
  readonly bits: number;
  readonly order: ByteOrder;
  readonly kernel: string;
  readonly where?: Placement;
  /** `ip`, `ip6`: only where the packet is of it. */
  readonly network?: string;
}

const OUTBOUND = ipHooks('forward', 'output', 'postrouting');

const KEYS: Readonly<Record<string, RtKey>> = {
  classid: { type: realm, bits: 32, order: 'host', kernel: 'classid' },
  'ip nexthop': { type: ipv4Addr, bits: 32, order: 'big', kernel: 'nexthop4', network: 'ip' },
  'ip6 nexthop': { type: ipv6Addr, bits: 128, order: 'big', kernel: 'nexthop6', network: 'ip6' },
  mtu: { type: integer, bits: 16, order: 'host', kernel: 'tcpmss', where: OUTBOUND },
  ipsec: { type: boolean, bits: 8, order: 'host', kernel: 'ipsec' },
};

const JSON_KEYS = [...new Set(Object.keys(KEYS).map((name) => name.split(' ').pop()!))];

/** The next hop is of the network protocol known so far unless it says which. */
function checkKey(
  written: string,
  family: Word | undefined,
  node: SelectorExpr,
  ctx: CheckContext,
): Load | undefined {
  const network = ctx.protocol('nh');
  const byFamily = written === 'nexthop';
  // nft tells IPv4's from none by what is known of the packet.
  const of = family?.text === 'ip' && network === 'ip6' ? network : (family?.text ?? network);
  const name = byFamily ? `${of} ${written}` : written;
  if (byFamily && !family && ctx.isExample) return unknownAddress(rt, node);
  if (byFamily && !Object.hasOwn(KEYS, name)) {
    const use = `use "ip ${written}" or "ip6 ${written}" instead`;
    return ctx.error(`cannot determine ip protocol version, ${use}`, node.span);
  }
  const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
  if (!key) return ctx.unread('syntax error, unexpected string', node.span);
  if (key.network && key.network !== ctx.family && FAMILIES.includes(ctx.family))
    return ctx.error(`${name} will not match`, node.span);
  const { type, bits, order } = key;
  return { kind: 'load', row: rt, args: { key: name }, type, bits, order, span: node.span };
}

export const rt: KeyRow = {
  row: 'key',
  name: 'rt',
  ordered: true,
  phrase: [
    opt(choice('family', 'ip', 'ip6')),
    word('field', [
      'classid',
      'nexthop',
      'mtu',
      'ipsec',
      'nexthdr',
      'hdrlength',
      'type',
      'seg-left',
    ]),
  ],
  check(args, node, ctx): Expr | undefined {
    const family = args.family as Word | undefined;
    const written = (args.field as Word).text;
    const isField = !family && written !== 'nexthop' && !Object.hasOwn(KEYS, written);
    return isField ? header.check(args, node, ctx) : checkKey(written, family, node, ctx);
  },
  fromJson: {
    contexts: ['stmt', 'primary', 'setRhs', 'ses', 'map', 'concat'],
    read(value, from) {
      const of = from.unpack(value, { key: 'string' });
      if (!of) return undefined;
      const family = from.network(value);
      if (family === null) return undefined;
      if (!JSON_KEYS.includes(of.key)) return from.fail(`Unknown rt key '${of.key}'.`);
      return { field: from.word(of.key), ...(family && { family: from.word(family) }) };
    },
  },
  jsonFields: header.jsonFields!,
  extension: header.extension!,
  list: (load) => `rt ${load.args.key}`,
  json(load) {
    const [key, family] = (load.args.key as string).split(' ').reverse();
    return { rt: { key, ...(family && { family }) } };
  },
  lower(load, dreg, to) {
    to.emit({ op: 'load', row: rt, args: load.args, dreg, len: load.bits / 8 }, load.span);
  },
  validate(op, site) {
    const where = KEYS[op.args.key as string]?.where ?? IP_ONLY;
    return misplaced(site, where);
  },
  bytecode(op) {
    const register = op.op === 'load' ? registerName(op.dreg) : 0;
    return `rt load ${KEYS[op.args.key as string]?.kernel} => reg ${register}`;
  },
  place: rtPlace,
  read: readRt,
};
