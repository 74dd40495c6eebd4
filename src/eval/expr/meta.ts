/**
 * What the kernel keeps beside the packet: `meta mark`, `iifname`, `meta l4proto`.
 *
 * Mirrors meta.c of nft and nft_meta.c of the kernel.
 */
import type { Family, Word } from '../../parser/ast.ts';
import { READABLE } from '../../parser/json/form.ts';
import { word } from '../../parser/phrase.ts';
import type { Naming } from '../check/protocol.ts';
import type { ByteOrder, Load } from '../checked.ts';
import { metaPlace, metaSource, readMeta, writeMeta } from '../engine/run/meta.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import type { ValueType } from '../type/index.ts';
import { etherType, inetProto } from '../type/inet.ts';
import { boolean, integer, mark } from '../type/integer.ts';
import { devgroup, ifaceType, ifindex, nfProto, pktType } from '../type/interface.ts';
import { classid, gid, realm, uid } from '../type/owner.ts';
import { ifname } from '../type/string.ts';
import { date, day, hour } from '../type/time.ts';
import { innerText, tunnelOf } from './header.ts';
import { ipHooks, misplaced, type Placement } from './placement.ts';

interface MetaKey {
  readonly type: ValueType;
  readonly bits: number;
  /** Absent: host. */
  readonly order?: ByteOrder;
  /** The kernel's name of it; absent: the same. */
  readonly kernel?: string;
  /** May stand without `meta`; `listed`: lists so. */
  readonly alone?: 'read' | 'listed';
  readonly names?: Naming;
  /** Only in this family's rules. */
  readonly family?: Family;
  /** Only the kernel's code of this family knows it. */
  readonly only?: Family;
  /** Can be set; absent: only read. */
  readonly set?: 'also' | 'only';
  readonly where?: Placement;
  readonly setWhere?: Placement;
  /** Absent: what the bits hold. */
  readonly max?: bigint;
  /** Compares with no constant. */
  readonly opaque?: true;
}

const BRIDGE = { only: 'bridge' } as const;
const INBOUND: Placement = { ...ipHooks('prerouting', 'input', 'forward'), netdev: ['ingress'] };
const LOCAL: Placement = ipHooks('input', 'forward');
const EARLY: Placement = {
  ...ipHooks('prerouting'),
  bridge: ['prerouting'],
  netdev: ['ingress'],
};
const BROUTE: Placement = { bridge: ['prerouting'] };

const KEYS: Readonly<Record<string, MetaKey>> = {
  length: { type: integer, bits: 32, kernel: 'len' },
  protocol: {
    type: etherType,
    bits: 16,
    order: 'big',
    names: { numbering: 'ethertype', layer: 'nh' },
  },
  priority: { type: classid, bits: 32, set: 'also' },
  mark: { type: mark, bits: 32, alone: 'read', set: 'also' },
  iif: { type: ifindex, bits: 32, alone: 'listed' },
  oif: { type: ifindex, bits: 32, alone: 'listed' },
  iifname: { type: ifname, bits: 128, alone: 'listed' },
  oifname: { type: ifname, bits: 128, alone: 'listed' },
  iiftype: {
    type: ifaceType,
    bits: 16,
    alone: 'read',
    names: { numbering: 'arphrd', layer: 'll' },
  },
  oiftype: { type: ifaceType, bits: 16, alone: 'read' },
  skuid: { type: uid, bits: 32, alone: 'read' },
  skgid: { type: gid, bits: 32, alone: 'read' },
  nftrace: { type: integer, bits: 1, alone: 'read', set: 'only' },
  rtclassid: { type: realm, bits: 32, alone: 'read' },
  secmark: { type: integer, bits: 32, opaque: true, set: 'also' },
  nfproto: {
    type: nfProto,
    bits: 8,
    names: { numbering: 'nfproto', layer: 'nh' },
    family: 'inet',
  },
  l4proto: {
    type: inetProto,
    bits: 8,
    order: 'big',
    names: { numbering: 'l4proto', layer: 'th' },
  },
  ibrname: { type: ifname, bits: 128, kernel: 'bri_iifname', alone: 'read', ...BRIDGE },
  obrname: { type: ifname, bits: 128, kernel: 'bri_oifname', alone: 'read', ...BRIDGE },
  pkttype: { type: pktType, bits: 8, alone: 'read', set: 'also', setWhere: EARLY },
  cpu: { type: integer, bits: 32, alone: 'read' },
  iifgroup: { type: devgroup, bits: 32, alone: 'listed' },
  oifgroup: { type: devgroup, bits: 32, alone: 'listed' },
  cgroup: { type: integer, bits: 32, alone: 'read' },
  random: { type: integer, bits: 32, order: 'big', kernel: 'prandom' },
  ipsec: { type: boolean, bits: 8, kernel: 'secpath', where: INBOUND },
  iifkind: { type: ifname, bits: 128 },
  oifkind: { type: ifname, bits: 128 },
  ibrpvid: { type: integer, bits: 16, kernel: 'bri_iifpvid', ...BRIDGE },
  ibrvproto: { type: etherType, bits: 16, order: 'big', kernel: 'bri_iifvproto', ...BRIDGE },
  time: { type: date, bits: 64, alone: 'read' },
  day: { type: day, bits: 8, max: 6n, alone: 'read' },
  hour: { type: hour, bits: 32, alone: 'read' },
  sdif: { type: ifindex, bits: 32, where: LOCAL },
  sdifname: { type: ifname, bits: 128, where: LOCAL },
  broute: { type: integer, bits: 1, set: 'only', setWhere: BROUTE, ...BRIDGE },
};

/** Words of older releases, and what they are called now. */
const OLD_WORDS: Readonly<Record<string, string>> = {
  secpath: 'ipsec',
  ibriport: 'ibrname',
  obriport: 'obrname',
};

const keyOf = (load: Load): string => load.args.key as string;

const kernelName = (key: string): string => KEYS[key]?.kernel ?? key;

const alone = [
  ...Object.entries(KEYS).flatMap(([name, key]) => (key.alone ? [name] : [])),
  ...Object.keys(OLD_WORDS).filter((name) => KEYS[OLD_WORDS[name]!]?.alone),
];

export const meta: KeyRow = {
  row: 'key',
  open: () => true,
  name: 'meta',
  phrase: [
    word('key', [...Object.keys(KEYS), ...Object.keys(OLD_WORDS)], {
      message: `syntax error, unexpected %s, known keys are ${Object.keys(KEYS).join(', ')}`,
      whole: true,
    }),
  ],
  unqualified: alone,
  check(args, node, ctx) {
    const written = (args.key as Word).text;
    const name = OLD_WORDS[written] ?? written;
    const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
    if (!key) return ctx.error(unknownKey(written), (args.key as Word).span);
    if (key.family && key.family !== ctx.family)
      return ctx.error(`meta ${name} is only useful in the ${key.family} family`, node.span);
    const { type, bits, order = 'host', max, opaque } = key;
    const { span } = node;
    const of = ctx.tunnel ? { key: name, tunnel: ctx.tunnel } : { key: name };
    return { kind: 'load', row: meta, args: of, type, bits, order, span, max, opaque };
  },
  fromJson: {
    contexts: [...READABLE, 'rhs', 'mangle'],
    read(value, from) {
      const of = from.unpack(value, { key: 'string' });
      if (!of) return undefined;
      const isKnown = Object.hasOwn(KEYS, OLD_WORDS[of.key] ?? of.key);
      return isKnown ? { key: from.word(of.key) } : from.fail(unknownKey(of.key));
    },
  },
  names: (load) => KEYS[keyOf(load)]?.names,
  list(load) {
    const key = keyOf(load);
    const tunnel = tunnelOf(load);
    const text = KEYS[key]?.alone === 'listed' ? key : `meta ${key}`;
    return tunnel ? `${tunnel.name} ${text}` : text;
  },
  json: (load) => ({ meta: { key: keyOf(load) } }),
  lower(load, dreg, to) {
    const len = Math.ceil(load.bits / 8);
    to.emit({ op: 'load', row: meta, args: load.args, dreg, len }, load.span);
  },
  lowerStore(load, sreg, to) {
    const len = Math.ceil(load.bits / 8);
    to.emit({ op: 'store', row: meta, args: load.args, sreg, len });
  },
  init(op, family) {
    const key = KEYS[op.args.key as string];
    const settable = key?.set !== undefined;
    const known = op.op === 'store' ? settable : key?.set !== 'only';
    return known && (!key?.only || key.only === family) ? undefined : 'EOPNOTSUPP';
  },
  validate(op, site) {
    const key = KEYS[op.args.key as string];
    const where = op.op === 'store' ? key?.setWhere : key?.where;
    return where && misplaced(site, where);
  },
  bytecode(op) {
    const name = kernelName(op.args.key as string);
    if (op.op === 'store') return `meta set ${name} with reg ${registerName(op.sreg ?? 0)}`;
    const text = `meta load ${name} => reg ${registerName(op.dreg)}`;
    const tunnel = op.args.tunnel as Parameters<typeof innerText>[0] | undefined;
    return tunnel ? innerText(tunnel, text) : text;
  },
  place: metaPlace,
  source: metaSource,
  read: readMeta,
  write: writeMeta,
};

const unknownKey = (word: string): string =>
  `syntax error, unexpected ${word}, known keys are ${Object.keys(KEYS).join(', ')}`;
