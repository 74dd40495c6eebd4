/**
 * What connection tracking knows of the packet: `ct state`, `ct original ip saddr`.
 *
 * Mirrors ct.c of nft and nft_ct.c of the kernel.
 */
import type { SelectorExpr, Word } from '../../parser/ast.ts';
import { choice, opt, word } from '../../parser/phrase.ts';
import type { CheckContext } from '../check/context.ts';
import type { Naming } from '../check/protocol.ts';
import type { ByteOrder, Load } from '../checked.ts';
import { ctPlace, readCt, writeCt } from '../engine/run/ct.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import { ipv4Addr, ipv6Addr } from '../type/address.ts';
import { ctDir, ctEvent, ctLabel, ctState, ctStatus } from '../type/conntrack.ts';
import type { ValueType } from '../type/index.ts';
import { inetProto, inetService } from '../type/inet.ts';
import { integer, mark } from '../type/integer.ts';
import { nfProto } from '../type/interface.ts';
import { string } from '../type/string.ts';
import { time } from '../type/time.ts';

interface CtKey {
  readonly type: ValueType;
  readonly bits: number;
  /** Absent: host. */
  readonly order?: ByteOrder;
  /** The kernel's name of it; absent: the same. */
  readonly kernel?: string;
  /** Whether `original` or `reply` may precede. */
  readonly direction?: true;
  readonly names?: Naming;
  /** Compares with no constant. */
  readonly opaque?: true;
}

const DIRECTION = { direction: true } as const;

const KEYS: Readonly<Record<string, CtKey>> = {
  state: { type: ctState, bits: 32 },
  direction: { type: ctDir, bits: 8 },
  status: { type: ctStatus, bits: 32 },
  mark: { type: mark, bits: 32 },
  expiration: { type: time, bits: 32 },
  helper: { type: string, bits: 128 },
  l3proto: { type: nfProto, bits: 8, kernel: 'l3protocol', ...DIRECTION },
  'ip saddr': { type: ipv4Addr, bits: 32, order: 'big', kernel: 'src_ip', ...DIRECTION },
  'ip daddr': { type: ipv4Addr, bits: 32, order: 'big', kernel: 'dst_ip', ...DIRECTION },
  'ip6 saddr': { type: ipv6Addr, bits: 128, order: 'big', kernel: 'src_ip6', ...DIRECTION },
  'ip6 daddr': { type: ipv6Addr, bits: 128, order: 'big', kernel: 'dst_ip6', ...DIRECTION },
  protocol: {
    type: inetProto,
    bits: 8,
    order: 'big',
    names: { numbering: 'l4proto', layer: 'th', stays: true },
    ...DIRECTION,
  },
  'proto-src': { type: inetService, bits: 16, order: 'big', kernel: 'proto_src', ...DIRECTION },
  'proto-dst': { type: inetService, bits: 16, order: 'big', kernel: 'proto_dst', ...DIRECTION },
  label: { type: ctLabel, bits: 128 },
  bytes: { type: integer, bits: 64, ...DIRECTION },
  packets: { type: integer, bits: 64, ...DIRECTION },
  avgpkt: { type: integer, bits: 64, ...DIRECTION },
  zone: { type: integer, bits: 16, ...DIRECTION },
  event: { type: ctEvent, bits: 32 },
  id: { type: integer, bits: 32, order: 'big' },
  secmark: { type: integer, bits: 32, opaque: true },
};

/** Addresses of the packet's own family. */
const ADDRESSES = ['saddr', 'daddr'];
const DIRECTION_OF_PACKET = ['protocol', 'l3proto'];

const words = [
  ...new Set([...Object.keys(KEYS).map((name) => name.split(' ').pop()!), ...ADDRESSES]),
];

interface CtArgs {
  readonly key: string;
  readonly dir?: string;
}

const ctArgs = (load: Load): CtArgs => load.args as unknown as CtArgs;

/** Addresses without `ip` or `ip6` are those of the network protocol known so far. */
function addressKey(written: string, node: SelectorExpr, ctx: CheckContext): string | undefined {
  const network = ctx.protocol('nh');
  if (network !== undefined && Object.hasOwn(KEYS, `${network} ${written}`))
    return `${network} ${written}`;
  return ctx.error('cannot determine ip protocol version, use "ip" or "ip6" keyword', node.span);
}

export const ct: KeyRow = {
  row: 'key',
  name: 'ct',
  phrase: [
    opt(choice('dir', 'original', 'reply')),
    opt(choice('family', 'ip', 'ip6')),
    word('key', words),
  ],
  check(args, node, ctx) {
    const written = (args.key as Word).text;
    const family = args.family as Word | undefined;
    const dir = (args.dir as Word | undefined)?.text;
    const plain = !family && ADDRESSES.includes(written);
    const name = plain
      ? addressKey(written, node, ctx)
      : [family?.text, written].filter(Boolean).join(' ');
    if (name === undefined) return undefined;
    const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
    if (!key || (dir && !key.direction))
      return ctx.error('syntax error, unexpected string', (args.key as Word).span);
    if (family && !dir) return ctx.error(`syntax error, unexpected ${family.text}`, family.span);
    if (family && !ctx.needNetwork(family.text, node.span)) return undefined;
    return {
      kind: 'load',
      row: ct,
      args: { key: name, ...(dir && { dir }) },
      type: key.type,
      bits: key.bits,
      order: key.order ?? 'host',
      span: node.span,
      ...(key.opaque && { opaque: true as const }),
      ...(plain && { alone: true as const }),
    };
  },
  names: (load) => KEYS[ctArgs(load).key]?.names,
  list(load) {
    const { key, dir } = ctArgs(load);
    return dir && !DIRECTION_OF_PACKET.includes(key) ? `ct ${dir} ${key}` : `ct ${key}`;
  },
  json(load) {
    const { key, dir } = ctArgs(load);
    return { ct: { key, ...(dir && !DIRECTION_OF_PACKET.includes(key) && { dir }) } };
  },
  lower(load, dreg, to) {
    to.emit({ op: 'load', row: ct, args: load.args, dreg, len: load.bits / 8 });
  },
  lowerStore(load, sreg, to) {
    to.emit({ op: 'store', row: ct, args: load.args, sreg, len: load.bits / 8 });
  },
  bytecode(op) {
    const { key, dir } = op.args as unknown as CtArgs;
    const name = KEYS[key]?.kernel ?? key;
    const direction = dir ? ` , dir ${dir}` : '';
    if (op.op === 'store') {
      return `ct set ${name} with reg ${registerName(op.sreg ?? 0)}${direction}`;
    }
    return `ct load ${name} => reg ${registerName(op.dreg)}${direction}`;
  },
  place: ctPlace,
  read: readCt,
  write: writeCt,
};
