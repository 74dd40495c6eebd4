/** The local socket that the packet is for: `socket transparent`. Mirrors socket.c, nft_socket.c. */
import type { Choice, NumberWord, Word } from '../../parser/ast.ts';
import { alt, kw, num, word } from '../../parser/phrase.ts';
import type { Load } from '../checked.ts';
import { readSocket } from '../engine/run/socket.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import type { ValueType } from '../type/index.ts';
import { integer, mark } from '../type/integer.ts';
import { cgroupv2 } from '../type/owner.ts';
import { ipHooks, misplaced } from './placement.ts';

interface SocketKey {
  readonly type: ValueType;
  readonly bits: number;
  readonly max?: bigint;
}

const KEYS = {
  transparent: { type: integer, bits: 8, max: 1n },
  mark: { type: mark, bits: 32 },
  wildcard: { type: integer, bits: 8, max: 1n },
  cgroupv2: { type: cgroupv2, bits: 64 },
} as const satisfies Record<string, SocketKey>;

const PLAIN: readonly string[] = ['transparent', 'mark', 'wildcard'];

type Key = keyof typeof KEYS;

interface SocketArgs {
  readonly key: Key;
  /** How far below the root the cgroup is looked at. */
  readonly level?: number;
}

const socketArgs = (load: Load): SocketArgs => load.args as unknown as SocketArgs;

const MAX_LEVEL = 255;
const WHERE = ipHooks('prerouting', 'input', 'output');

export const socket: KeyRow = {
  row: 'key',
  name: 'socket',
  phrase: [
    alt('what', {
      cgroupv2: [kw('cgroupv2'), kw('level'), num('level')],
      key: [word('key', PLAIN)],
    }),
  ],
  check(args, node, ctx) {
    const what = args.what as Choice;
    const at = what.args.level as NumberWord | undefined;
    const level = at && Number(at.value);
    if (at && Number(at.value) > MAX_LEVEL) return ctx.error('value too large', at.span);
    const key = at ? 'cgroupv2' : ((what.args.key as Word).text as Key);
    const { type, bits, max }: SocketKey = KEYS[key];
    const where = { key, ...(level !== undefined && { level }) };
    return {
      kind: 'load',
      row: socket,
      args: where,
      type,
      bits,
      order: 'host',
      span: node.span,
      ...(max !== undefined && { max }),
    };
  },
  fromJson: {
    contexts: ['primary'],
    read(value, from) {
      const of = from.unpack(value, { key: 'string' });
      if (!of) return undefined;
      // JSON has no word for the level, without which cgroups are not read.
      if (!PLAIN.includes(of.key)) return from.fail('Invalid socket key value.');
      return { what: from.choice('key', { key: from.word(of.key) }) };
    },
  },
  list(load) {
    const { key, level } = socketArgs(load);
    return `socket ${key}${level === undefined ? '' : ` level ${level}`}`;
  },
  json(load) {
    const { key } = socketArgs(load);
    return { socket: { key } };
  },
  lower(load, dreg, to) {
    to.emit({ op: 'load', row: socket, args: load.args, dreg, len: load.bits / 8 }, load.span);
  },
  init: (_op, family) => (family in WHERE ? undefined : 'EOPNOTSUPP'),
  validate: (_op, site) => misplaced(site, WHERE),
  bytecode(op) {
    const { key, level } = op.args as unknown as SocketArgs;
    const register = op.op === 'load' ? registerName(op.dreg) : 0;
    return `socket load ${key}${level === undefined ? '' : ` level ${level}`} => reg ${register}`;
  },
  read: readSocket,
};
