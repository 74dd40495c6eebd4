/**
 * What connection tracking knows of the packet: `ct state`, `ct original ip saddr`.
 *
 * Mirrors ct.c of nft and nft_ct.c of the kernel.
 */
import type { Args, SelectorExpr, Word } from '../../parser/ast.ts';
import { READABLE } from '../../parser/json/form.ts';
import { member } from '../../parser/json/reader.ts';
import { choice, fork, word } from '../../parser/phrase.ts';
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
import { integer, mark, untyped, unwanted } from '../type/integer.ts';
import { nfProto } from '../type/interface.ts';
import { string } from '../type/string.ts';
import { time } from '../type/time.ts';
import { UNTRACKED } from './placement.ts';

interface CtKey {
  readonly type: ValueType;
  readonly bits: number;
  /** Absent: host. */
  readonly order?: ByteOrder;
  /** The kernel's name of it; absent: the same. */
  readonly kernel?: string;
  /** Whether `original` or `reply` may precede. */
  readonly direction?: true;
  /** The kernel takes it of one direction only. */
  readonly needs?: 'direction';
  readonly names?: Naming;
  /** Compares with no constant. */
  readonly opaque?: true;
}

const DIRECTIONS = ['original', 'reply'];
const DIRECTION = { direction: true } as const;
const TUPLE = { direction: true, needs: 'direction' } as const;

const KEYS: Readonly<Record<string, CtKey>> = {
  state: { type: ctState, bits: 32 },
  direction: { type: ctDir, bits: 8 },
  status: { type: ctStatus, bits: 32 },
  mark: { type: mark, bits: 32 },
  expiration: { type: time, bits: 32 },
  helper: { type: string, bits: 128 },
  l3proto: {
    type: nfProto,
    bits: 8,
    kernel: 'l3protocol',
    names: { numbering: 'nfproto', layer: 'nh', yields: true },
    ...DIRECTION,
  },
  'ip saddr': { type: ipv4Addr, bits: 32, order: 'big', kernel: 'src_ip', ...TUPLE },
  'ip daddr': { type: ipv4Addr, bits: 32, order: 'big', kernel: 'dst_ip', ...TUPLE },
  'ip6 saddr': { type: ipv6Addr, bits: 128, order: 'big', kernel: 'src_ip6', ...TUPLE },
  'ip6 daddr': { type: ipv6Addr, bits: 128, order: 'big', kernel: 'dst_ip6', ...TUPLE },
  protocol: {
    type: inetProto,
    bits: 8,
    order: 'big',
    names: { numbering: 'l4proto', layer: 'th', above: 'nh' },
    ...DIRECTION,
  },
  'proto-src': { type: inetService, bits: 16, order: 'big', kernel: 'proto_src', ...TUPLE },
  'proto-dst': { type: inetService, bits: 16, order: 'big', kernel: 'proto_dst', ...TUPLE },
  label: { type: ctLabel, bits: 128 },
  bytes: { type: integer, bits: 64, ...DIRECTION },
  packets: { type: integer, bits: 64, ...DIRECTION },
  avgpkt: { type: integer, bits: 64, ...DIRECTION },
  zone: { type: integer, bits: 16, ...DIRECTION },
  event: { type: ctEvent, bits: 32 },
  id: { type: integer, bits: 32, order: 'big' },
  secmark: { type: integer, bits: 32, opaque: true },
};

/** Addresses of the packet's own family, and the kernel's names of them. */
const PLAIN: Readonly<Record<string, string>> = { saddr: 'src', daddr: 'dst' };
const ADDRESSES = Object.keys(PLAIN);
const DIRECTION_OF_PACKET = ['protocol', 'l3proto'];

const lastWord = (name: string): string => name.split(' ').pop()!;

const words = [...new Set([...Object.keys(KEYS).map((name) => lastWord(name)), ...ADDRESSES])];

/** The kernel takes only these. */
const SETTABLE = ['mark', 'label', 'event', 'zone', 'secmark'];
const UNREADABLE = ['event'];

type CtArgs = {
  readonly key: string;
  /** An address that did not say its family: the kernel has names of their own for them. */
  readonly plain?: true;
  readonly dir?: string;
};

const ctKey = (key: string, dir: string | undefined, plain: boolean): CtArgs =>
  dir || plain ? { key, ...(dir && { dir }), ...(plain && { plain: true }) } : { key };

const ctArgs = (load: Load): CtArgs => load.args as unknown as CtArgs;

/** What is of one direction by its name, which `set` never follows. */
const ONE_WAY = [...ADDRESSES, 'l3proto', 'protocol', 'proto-src', 'proto-dst'];

/** Of addresses. */
const NETWORKS = ['ip', 'ip6'];

/** Whether it is an address without `ip` or `ip6`. */
const isPlain = ({ key, family }: Args): boolean =>
  family === undefined && ADDRESSES.includes((key as Word).text);

/** Addresses without `ip` or `ip6` are those of the network protocol known so far. */
function addressKey(written: string, node: SelectorExpr, ctx: CheckContext): string | undefined {
  const network = ctx.protocol('nh');
  if (network !== undefined) return `${network} ${written}`;
  const use = `use "ip ${written}" or "ip6 ${written}" instead`;
  return ctx.error(`cannot determine ip protocol version, ${use}`, node.span);
}

/** Without a packet an address that does not say its family has no type. */
export const unknownAddress = (row: KeyRow, { span }: SelectorExpr): Load => ({
  kind: 'load',
  row,
  args: {},
  type: untyped,
  bits: 0,
  order: 'big',
  span,
});

/** Whether nothing known contradicts the family that an address is said to be of. */
function agrees(family: string, node: SelectorExpr, ctx: CheckContext): boolean {
  const network = ctx.protocol('nh');
  if ((network !== 'ip' && network !== 'ip6') || network === family) return true;
  const what = `conflicting protocols specified: ${network} vs. ${family}`;
  ctx.error(what, node.span, ctx.protocolSpan('nh'));
  return false;
}

export const ct: KeyRow = {
  row: 'key',
  name: 'ct',
  open: ({ dir, key }) => dir === undefined || !ONE_WAY.includes((key as Word).text),
  phrase: [
    fork(
      [
        choice('dir', ...DIRECTIONS),
        fork([choice('family', 'ip', 'ip6'), choice('key', ...ADDRESSES)], [word('key', words)]),
      ],
      [word('key', words)],
    ),
  ],
  standsAlone: isPlain,
  check(args, node, ctx) {
    const written = (args.key as Word).text;
    const family = args.family as Word | undefined;
    const dir = (args.dir as Word | undefined)?.text;
    const plain = isPlain(args);
    if (plain && ctx.isExample) return unknownAddress(ct, node);
    const name = plain
      ? addressKey(written, node, ctx)
      : [family?.text, written].filter(Boolean).join(' ');
    if (name === undefined) return undefined;
    if (plain && !Object.hasOwn(KEYS, name)) return { ...unknownAddress(ct, node), type: unwanted };
    const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
    if (!key || (dir && !key.direction))
      return ctx.unread(`syntax error, unexpected ${written}`, (args.key as Word).span);
    if (family && !dir) return ctx.unread(`syntax error, unexpected ${family.text}`, family.span);
    if (family && !agrees(family.text, node, ctx)) return undefined;
    const { type, bits, order = 'host', opaque } = key;
    const { span } = node;
    const how = ctKey(name, dir, plain);
    return { kind: 'load', row: ct, args: how, type, bits, order, span, opaque };
  },
  fromJson: {
    contexts: [...READABLE, 'rhs', 'mangle'],
    read(value, from) {
      const of = from.unpack(value, { key: 'string' });
      if (!of) return undefined;
      const plain = ADDRESSES.includes(of.key);
      if (!plain && !Object.hasOwn(KEYS, of.key)) return from.fail(`Unknown ct key '${of.key}'.`);
      const dir = member(value, 'dir', 'string');
      if (dir !== undefined && !DIRECTIONS.includes(dir)) {
        return from.fail(`Invalid direction '${dir}'.`);
      }
      if (dir !== undefined && !plain && !KEYS[of.key]!.direction) {
        return from.fail(`Direction not supported by CT key '${of.key}'.`);
      }
      const [key = of.key, family] = of.key.split(' ').reverse();
      return {
        key: from.word(key),
        ...(family !== undefined && { family: from.word(family) }),
        ...(dir !== undefined && { dir: from.word(dir) }),
      };
    },
  },
  names: (load) => KEYS[ctArgs(load).key]?.names,
  cutsPrefix: (load) => ctArgs(load).plain === true,
  network: (load) => NETWORKS.find((name) => ctArgs(load).key.startsWith(`${name} `)),
  list(load) {
    const { key, dir } = ctArgs(load);
    return dir && !DIRECTION_OF_PACKET.includes(key) ? `ct ${dir} ${key}` : `ct ${key}`;
  },
  json(load) {
    const { key: name, dir, plain } = ctArgs(load);
    const key = plain ? lastWord(name) : name;
    return { ct: { key, ...(dir && !DIRECTION_OF_PACKET.includes(key) && { dir }) } };
  },
  lower(load, dreg, to) {
    to.emit({ op: 'load', row: ct, args: load.args, dreg, len: load.bits / 8 }, load.span);
  },
  lowerStore(load, sreg, to) {
    to.emit({ op: 'store', row: ct, args: load.args, sreg, len: load.bits / 8 });
  },
  init(op, family) {
    const { key, dir, plain } = op.args as unknown as CtArgs;
    if (plain && dir && family !== 'ip' && family !== 'ip6' && family !== 'inet')
      return 'EAFNOSUPPORT';
    if (UNTRACKED.includes(family)) return 'EPROTO';
    if (op.op === 'store') {
      if (!SETTABLE.includes(key)) return 'EOPNOTSUPP';
      return dir && key !== 'zone' ? 'EINVAL' : undefined;
    }
    if (UNREADABLE.includes(key)) return 'EOPNOTSUPP';
    return KEYS[key]?.needs === 'direction' && !dir ? 'EINVAL' : undefined;
  },
  bytecode(op) {
    const { key, dir, plain } = op.args as unknown as CtArgs;
    const name = (plain ? PLAIN[lastWord(key)] : KEYS[key]?.kernel) ?? key;
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
