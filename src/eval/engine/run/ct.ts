/**
 * `ct`: what connection tracking knows of the packet's connection, and what rules tell it.
 *
 * Mirrors nft_ct.c.
 */
import { directionOf, IPS_TEMPLATE } from '../../../datapath/conntrack/status.ts';
import {
  TUPLE_DST,
  TUPLE_SRC,
  TUPLE_WORDS,
  tupleDport,
  tupleSport,
} from '../../../datapath/conntrack/tuple.ts';
import {
  CT,
  CTINFO,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NONE,
  type Packet,
} from '../../../datapath/packet.ts';
import type { OpArgs } from '../../ir.ts';
import type { Effect, Reader, Writer } from '../../row.ts';
import type { Env } from '../env.ts';
import { NFT_CONTINUE } from '../verdict.ts';
import {
  load16,
  load32,
  store8,
  store16,
  store32,
  store64,
  storeBe16,
  storeBe32,
  storeText,
} from './register.ts';

interface CtArgs {
  readonly key: string;
  readonly dir?: string;
}

/** NF_CT_HELPER_NAME_LEN */
const HELPER_NAME = 16;

/** IP_CT_DIR_*; null where the rule names no direction. */
const directionIn = ({ dir }: CtArgs): number | null =>
  dir === undefined ? null : dir === 'reply' ? 1 : 0;

/** Reads of a connection: its row, where to put the answer. */
type Get = (row: number, regs: Uint8Array, at: number, p: Packet) => boolean;
type Make = (env: Env, dir: number | null) => Get;

const address =
  (word: number, l3num: number): Make =>
  ({ conntrack }, dir) =>
  (row, regs, at) => {
    if (conntrack.l3num(row) !== l3num) return false;
    const base = (row * 2 + (dir ?? 0)) * TUPLE_WORDS + word;
    const words = l3num === NFPROTO_IPV4 ? 1 : 4;
    for (let i = 0; i < words; i++) storeBe32(regs, at + i * 4, conntrack.table.tuples[base + i]!);
    return true;
  };

/** Packets or bytes of one direction, or of both. */
const counted = (column: Float64Array, row: number, dir: number | null): number =>
  dir === null ? column[row * 2]! + column[row * 2 + 1]! : column[row * 2 + dir]!;

const GETTERS: Readonly<Record<string, Make>> = {
  direction: () => (_row, regs, at, p) => store8(regs, at, directionOf(p.m[CTINFO]!)),
  status:
    ({ conntrack }) =>
    (row, regs, at) =>
      store32(regs, at, conntrack.table.status[row]!),
  mark:
    ({ conntrack }) =>
    (row, regs, at) =>
      store32(regs, at, conntrack.table.mark[row]!),
  secmark:
    ({ conntrack }) =>
    (row, regs, at) =>
      store32(regs, at, conntrack.table.secmark[row]!),
  expiration:
    ({ conntrack }) =>
    (row, regs, at) =>
      store32(regs, at, conntrack.expirationMs(row)),
  helper:
    ({ conntrack }) =>
    (row, regs, at) => {
      const name = conntrack.helperName(row);
      return name !== undefined && storeText(regs, at, name, HELPER_NAME);
    },
  l3proto:
    ({ conntrack }) =>
    (row, regs, at) =>
      store8(regs, at, conntrack.l3num(row)),
  protocol:
    ({ conntrack }) =>
    (row, regs, at) =>
      store8(regs, at, conntrack.protonum(row)),
  'ip saddr': address(TUPLE_SRC, NFPROTO_IPV4),
  'ip daddr': address(TUPLE_DST, NFPROTO_IPV4),
  'ip6 saddr': address(TUPLE_SRC, NFPROTO_IPV6),
  'ip6 daddr': address(TUPLE_DST, NFPROTO_IPV6),
  'proto-src':
    ({ conntrack }, dir) =>
    (row, regs, at) =>
      storeBe16(regs, at, tupleSport(conntrack.table.tuples, (row * 2 + (dir ?? 0)) * TUPLE_WORDS)),
  'proto-dst':
    ({ conntrack }, dir) =>
    (row, regs, at) =>
      storeBe16(regs, at, tupleDport(conntrack.table.tuples, (row * 2 + (dir ?? 0)) * TUPLE_WORDS)),
  label:
    ({ conntrack }) =>
    (row, regs, at) => {
      const labels = conntrack.labels.get(row);
      for (let i = 0; i < 4; i++) store32(regs, at + i * 4, labels?.[i] ?? 0);
      return true;
    },
  bytes:
    ({ conntrack }, dir) =>
    (row, regs, at) =>
      store64(regs, at, counted(conntrack.table.bytes, row, dir)),
  packets:
    ({ conntrack }, dir) =>
    (row, regs, at) =>
      store64(regs, at, counted(conntrack.table.packets, row, dir)),
  avgpkt:
    ({ conntrack }, dir) =>
    (row, regs, at) => {
      const packets = counted(conntrack.table.packets, row, dir);
      const bytes = counted(conntrack.table.bytes, row, dir);
      return store64(regs, at, packets === 0 ? 0 : Math.floor(bytes / packets));
    },
  zone:
    ({ conntrack }, dir) =>
    (row, regs, at) =>
      store16(regs, at, conntrack.zoneId(row, dir)),
  id:
    ({ conntrack }) =>
    (row, regs, at) =>
      store32(regs, at, conntrack.id(row)),
};

/** Reading these counts new connections from now on (nft_ct_get_init). */
const ACCOUNTING = ['bytes', 'packets', 'avgpkt'];

export const ctPlace = (args: OpArgs): string => {
  const { key, dir } = args as unknown as CtArgs;
  return `ct ${key} ${dir ?? ''}`;
};

export function readCt(args: OpArgs, _len: number, env: Env): Reader | undefined {
  const ct = args as unknown as CtArgs;
  const { conntrack } = env;
  const get = GETTERS[ct.key]?.(env, directionIn(ct));
  if (!get && ct.key !== 'state') return undefined;
  env.track();
  if (ACCOUNTING.includes(ct.key)) conntrack.enableAccounting();
  if (!get) return (p, regs, at) => store32(regs, at, conntrack.stateBits(p));
  const hidden = env.ns.profile.ctReadsTemplates ? 0 : IPS_TEMPLATE;
  return (p, regs, at) => {
    const row = p.m[CT]!;
    if (row === NONE || conntrack.table.status[row]! & hidden) return false;
    return get(row, regs, at, p);
  };
}

type Set = (env: Env, dir: number | null) => (p: Packet, regs: Uint8Array, from: number) => void;

const labelWords = new Uint32Array(4);

const SETTERS: Readonly<Record<string, Set>> = {
  mark:
    ({ conntrack }) =>
    (p, regs, from) =>
      conntrack.setMark(p, load32(regs, from)),
  secmark:
    ({ conntrack }) =>
    (p, regs, from) =>
      conntrack.setSecmark(p, load32(regs, from)),
  label: ({ conntrack, onRelease }) => {
    conntrack.labelUsers++;
    onRelease(() => {
      conntrack.labelUsers--;
    });
    return (p, regs, from) => {
      for (let i = 0; i < 4; i++) labelWords[i] = load32(regs, from + i * 4);
      conntrack.setLabels(p, labelWords);
    };
  },
  event:
    ({ conntrack }) =>
    (p, regs, from) =>
      conntrack.setEventMask(p, load32(regs, from)),
  zone:
    ({ conntrack }, dir) =>
    (p, regs, from) =>
      conntrack.setZone(p, load16(regs, from), dir),
};

export function writeCt(args: OpArgs, _len: number, env: Env): Writer | undefined {
  const ct = args as unknown as CtArgs;
  const set = SETTERS[ct.key]?.(env, directionIn(ct));
  if (!set) return undefined;
  env.track();
  return (p, regs, from) => {
    set(p, regs, from);
    return true;
  };
}

/** `notrack` */
export function runNotrack(_args: OpArgs, { conntrack }: Env): Effect {
  return (p) => {
    conntrack.notrack(p);
    return NFT_CONTINUE;
  };
}
