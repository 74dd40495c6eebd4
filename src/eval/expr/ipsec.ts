/** The IPsec policy that the packet passed or will pass: `ipsec in reqid`. Mirrors xfrm.c, nft_xfrm.c. */
import type { NumberWord, Word } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import { choice, fork, kw, num, opt } from '../../parser/phrase.ts';
import type { ByteOrder, Load } from '../checked.ts';
import { readIpsec } from '../engine/run/ipsec.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import { ipv4Addr, ipv6Addr } from '../type/address.ts';
import type { ValueType } from '../type/index.ts';
import { integer } from '../type/integer.ts';
import { meta } from './meta.ts';
import { ipHooks, misplaced } from './placement.ts';

interface IpsecKey {
  readonly type: ValueType;
  readonly bits: number;
  readonly order: ByteOrder;
  readonly kernel: string;
}

const KEYS: Readonly<Record<string, IpsecKey>> = {
  reqid: { type: integer, bits: 32, order: 'host', kernel: 'reqid' },
  spi: { type: integer, bits: 32, order: 'big', kernel: 'spi' },
  'ip saddr': { type: ipv4Addr, bits: 32, order: 'big', kernel: 'saddr4' },
  'ip daddr': { type: ipv4Addr, bits: 32, order: 'big', kernel: 'daddr4' },
  'ip6 saddr': { type: ipv6Addr, bits: 128, order: 'big', kernel: 'saddr6' },
  'ip6 daddr': { type: ipv6Addr, bits: 128, order: 'big', kernel: 'daddr6' },
};

const DIRECTIONS = ['in', 'out'];
const ADDRESSES = ['saddr', 'daddr'];
const WORDS = ['reqid', 'spi', ...ADDRESSES];
const MAX_SPNUM = 255;
const INBOUND = ipHooks('prerouting', 'input', 'forward');
const OUTBOUND = ipHooks('forward', 'output', 'postrouting');

interface IpsecArgs {
  readonly dir: string;
  readonly key: string;
  /** Which of several policies, from the outermost. */
  readonly spnum: number;
}

const ipsecArgs = (load: Load): IpsecArgs => load.args as unknown as IpsecArgs;

export const ipsec: KeyRow = {
  row: 'key',
  name: 'ipsec',
  unstated: true,
  described: 'xfrm',
  phrase: [
    opt(
      choice('dir', ...DIRECTIONS),
      opt(kw('spnum'), num('spnum')),
      fork(
        [choice('key', 'reqid', 'spi')],
        [choice('family', 'ip', 'ip6'), choice('key', ...ADDRESSES)],
      ),
    ),
  ],
  check(args, node, ctx) {
    // Alone it asks whether the packet came that way at all.
    if (!args.dir) return meta.check({ key: { text: 'ipsec', span: node.span } }, node, ctx);
    if (!(ctx.family in INBOUND))
      return ctx.error('ipsec expression is only valid in ip/ip6/inet tables', node.span);
    const at = args.spnum as NumberWord | undefined;
    const spnum = Number(at?.value ?? 0);
    if (at && spnum > MAX_SPNUM) {
      const start = at.span.start - 'spnum '.length;
      return ctx.error('value too large', { ...at.span, start });
    }
    const family = (args.family as Word | undefined)?.text;
    const written = args.key as Word;
    const name = family ? `${family} ${written.text}` : written.text;
    if (!Object.hasOwn(KEYS, name)) {
      return ctx.unread('syntax error, unexpected string', written.span);
    }
    const { type, bits, order } = KEYS[name]!;
    const where = { dir: (args.dir as Word).text, key: name, spnum };
    return { kind: 'load', row: ipsec, args: where, type, bits, order, span: node.span };
  },
  fromJson: {
    contexts: ['primary', 'map', 'concat'],
    read(value, from) {
      const of = from.unpack(value, { key: 'string' });
      if (!of) return undefined;
      if (!WORDS.includes(of.key)) return from.fail(`Unknown xfrm key '${of.key}'.`);
      const family = from.network(value);
      if (family === null) return undefined;
      const dir = member(value, 'dir', 'string');
      if (dir !== undefined && !DIRECTIONS.includes(dir)) {
        return from.fail(`Invalid direction '${dir}'.`);
      }
      const spnum = member(value, 'spnum', 'integer');
      if (spnum !== undefined && spnum > MAX_SPNUM) return from.fail(`Invalid spnum'${spnum}'.`);
      // An address without a family is IPv4's.
      const said = family ?? (ADDRESSES.includes(of.key) ? 'ip' : undefined);
      return {
        dir: from.word(dir ?? 'in'),
        key: from.word(of.key),
        ...(spnum !== undefined && { spnum: from.number(spnum) }),
        ...(said && { family: from.word(said) }),
      };
    },
  },
  compared({ args: { spnum: _, ...args } }) {
    return args;
  },
  list(load) {
    const { dir, key, spnum } = ipsecArgs(load);
    return `ipsec ${dir} ${spnum ? `spnum ${spnum} ` : ''}${key}`;
  },
  json(load) {
    const { dir, key, spnum } = ipsecArgs(load);
    const [name, family] = key.split(' ').reverse();
    return { ipsec: { key: name, ...(family && { family }), dir, spnum } };
  },
  lower(load, dreg, to) {
    to.emit({ op: 'load', row: ipsec, args: load.args, dreg, len: load.bits / 8 }, load.span);
  },
  read: readIpsec,
  validate: (op, site) =>
    misplaced(site, (op.args as unknown as IpsecArgs).dir === 'in' ? INBOUND : OUTBOUND),
  bytecode(op) {
    const { dir, key, spnum } = op.args as unknown as IpsecArgs;
    const register = op.op === 'load' ? registerName(op.dreg) : 0;
    return `xfrm load ${dir} ${spnum} ${KEYS[key]?.kernel} => reg ${register}`;
  },
};
