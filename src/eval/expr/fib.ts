/** A look-up of the routing table: `fib saddr . iif oif`. Mirrors fib.c, nft_fib.c. */
import type { KernelProfile } from '../../datapath/profile.ts';
import type { Family, Word } from '../../parser/ast.ts';
import type { JsonExpressions } from '../../parser/json/expression.ts';
import { member } from '../../parser/json/reader.ts';
import { isArray, type JsonValue } from '../../parser/json/text.ts';
import { choice, many } from '../../parser/phrase.ts';
import type { Load } from '../checked.ts';
import { fibPlace, readFib } from '../engine/run/fib.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import { boolean } from '../type/integer.ts';
import { fibAddrType, ifindex } from '../type/interface.ts';
import { ifname } from '../type/string.ts';
import { ipHooks, misplaced, type Placement } from './placement.ts';

/** What the look-up uses, in the order in which it lists. */
const FLAGS = ['saddr', 'daddr', 'mark', 'iif', 'oif'];

const RESULTS = {
  oif: { type: ifindex, bits: 32 },
  oifname: { type: ifname, bits: 128 },
  type: { type: fibAddrType, bits: 32 },
} as const;

interface FibArgs {
  readonly flags: readonly string[];
  readonly result: keyof typeof RESULTS;
  /** Whether there is such a route, rather than what it says. */
  readonly present?: true;
}

/** Families for which the kernel has no such expression. */
const UNKNOWN: readonly Family[] = ['arp', 'bridge'];
const FIRST = ipHooks('prerouting');
const INBOUND = ipHooks('prerouting', 'input', 'forward');
const OUTBOUND = ipHooks('forward', 'output', 'postrouting');
const ANY = ipHooks('prerouting', 'input', 'forward', 'output', 'postrouting');

/** Devices are known of packets that come in, addresses everywhere. */
function placeOf({ flags, result }: FibArgs, { fibOifInside }: KernelProfile): Placement {
  if (result !== 'type' && !fibOifInside) return FIRST;
  if (result !== 'type' || flags.includes('iif')) return INBOUND;
  return flags.includes('oif') ? OUTBOUND : ANY;
}

const fibArgs = (load: Load): FibArgs => load.args as unknown as FibArgs;

/** What keeps a look-up from being one. */
function conflictOf(flags: ReadonlySet<string>): string | undefined {
  const saddr = flags.has('saddr');
  if (saddr && flags.has('daddr')) return 'fib: saddr and daddr are mutually exclusive';
  if (!saddr && !flags.has('daddr')) return 'fib: need either saddr or daddr';
  const both = flags.has('iif') && flags.has('oif');
  return both ? 'fib: iif and oif are mutually exclusive' : undefined;
}

function flagsFromJson(
  value: JsonValue | undefined,
  from: JsonExpressions,
): readonly string[] | undefined {
  if (value === undefined) return [];
  if (typeof value !== 'string' && !isArray(value)) {
    return from.fail('Unexpected object type in fib tuple.');
  }
  const flags: string[] = [];
  for (const [i, flag] of (isArray(value) ? value : [value]).entries()) {
    if (typeof flag !== 'string') {
      return from.fail(`Unexpected object type in fib flags array at index ${i}.`);
    }
    if (!FLAGS.includes(flag)) return from.fail(`Invalid fib flag '${flag}'.`);
    flags.push(flag);
  }
  return flags;
}

export const fib: KeyRow = {
  row: 'key',
  name: 'fib',
  unstated: true,
  phrase: [
    many('flags', [choice('flag', ...FLAGS)], '.'),
    choice('result', ...Object.keys(RESULTS)),
  ],
  check(args, node, ctx) {
    const written = args.flags as readonly Word[];
    const given = new Set(written.map((flag) => flag.text));
    const { source, start } = written[0]!.span;
    const place = { source, start, end: written.at(-1)!.span.end };
    const conflict = conflictOf(given);
    if (conflict) return ctx.error(conflict, place);
    const flags = FLAGS.filter((flag) => given.has(flag));
    const result = (args.result as Word).text as FibArgs['result'];
    const { type, bits } = RESULTS[result];
    const where = { flags, result };
    return { kind: 'load', row: fib, args: where, type, bits, order: 'host', span: node.span };
  },
  fromJson: {
    contexts: ['primary', 'setRhs', 'ses', 'map', 'concat'],
    read(value, from) {
      const of = from.unpack(value, { result: 'string' });
      if (!of) return undefined;
      if (!Object.hasOwn(RESULTS, of.result))
        return from.fail(`Invalid fib result '${of.result}'.`);
      const flags = flagsFromJson(member(value, 'flags', 'any'), from);
      const conflict = flags && conflictOf(new Set(flags));
      if (!flags || conflict) return conflict ? from.fail(conflict) : undefined;
      return { flags: flags.map((flag) => from.word(flag)), result: from.word(of.result) };
    },
  },
  presence: (load) => ({
    ...load,
    args: { ...load.args, present: true },
    type: boolean,
    bits: 8,
  }),
  list: (load) => `fib ${fibArgs(load).flags.join(' . ')} ${fibArgs(load).result}`,
  json: (load) => ({ fib: { result: fibArgs(load).result, flags: [...fibArgs(load).flags] } }),
  lower(load, dreg, to) {
    to.emit({ op: 'load', row: fib, args: load.args, dreg, len: load.bits / 8 }, load.span);
  },
  init(op, family) {
    if (UNKNOWN.includes(family)) return 'ENOENT';
    const { flags, present, result } = op.args as unknown as FibArgs;
    if (result !== 'type' && flags.includes('oif')) return 'EINVAL';
    return present && result !== 'oif' ? 'EINVAL' : undefined;
  },
  validate(op, site, kernel) {
    return misplaced(site, placeOf(op.args as unknown as FibArgs, kernel));
  },
  bytecode(op) {
    const { flags, result, present } = op.args as unknown as FibArgs;
    const register = op.op === 'load' ? registerName(op.dreg) : 0;
    return `fib ${flags.join(' . ')} ${result}${present ? ' present' : ''} => reg ${register}`;
  },
  place: fibPlace,
  read: readFib,
};
