/** What objects of connection tracking have in common: protocols of layers three and four. */
import type { Args, Family } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import { choice, kw, type Phrase } from '../../parser/phrase.ts';
import { wordOf } from '../check/arg.ts';
import type { CheckContext } from '../check/context.ts';

export type L4Protocol = 'tcp' | 'udp';

/** IPPROTO_* */
export const L4_NUMBERS = { tcp: 6, udp: 17 } as const;

/** NFPROTO_* */
export const NFPROTO: Readonly<Record<Family, number>> = {
  inet: 1,
  ip: 2,
  arp: 3,
  netdev: 5,
  bridge: 7,
  ip6: 10,
};

export const l4protoLine: Phrase = [kw('protocol'), choice('protocol', ...Object.keys(L4_NUMBERS))];

export const l3protoLine: Phrase = [kw('l3proto'), choice('l3proto', ...Object.keys(NFPROTO))];

export const l4protoOf = (args: Args): L4Protocol | undefined =>
  wordOf(args, 'protocol')?.text as L4Protocol | undefined;

const writtenL3proto = (args: Args): Family | undefined =>
  wordOf(args, 'l3proto')?.text as Family | undefined;

/** As written, else the family of the table. */
const l3protoOf = (args: Args, ctx: CheckContext): Family => writtenL3proto(args) ?? ctx.family;

/** The protocol family that the kernel is told of: the one that was written. */
export type TakesL3proto = {
  readonly l3proto: Family;
  /** Not written: the kernel takes the family of the table. */
  readonly unsaid?: true;
};

export function l3protoArgs(args: Args, ctx: CheckContext): TakesL3proto {
  const l3proto = l3protoOf(args, ctx);
  return writtenL3proto(args) ? { l3proto } : { l3proto, unsaid: true };
}

/** The families of entries that an object of this family is for. */
export const familiesOf = (l3proto: Family): readonly Family[] => FAMILIES[l3proto];

const BOTH: readonly Family[] = ['ip', 'ip6'];
const FAMILIES: Readonly<Record<Family, readonly Family[]>> = {
  inet: BOTH,
  ip: ['ip'],
  arp: [],
  netdev: BOTH,
  bridge: BOTH,
  ip6: ['ip6'],
};

/** `family 2 protocol 6`, as the text of an object has it. */
export const protocolsText = (
  { l3proto, unsaid }: TakesL3proto,
  protocol: L4Protocol | undefined,
): string =>
  `${unsaid ? '' : `family ${NFPROTO[l3proto]} `}protocol ${protocol ? L4_NUMBERS[protocol] : 0}`;

/** The protocols that JSON says; messages call the object by `kind`. */
export function protocolsFromJson(
  kind: string,
  value: JsonValue,
  from: JsonStatements,
): Args | undefined {
  const protocol = member(value, 'protocol', 'string');
  if (protocol !== undefined && !Object.hasOwn(L4_NUMBERS, protocol)) {
    return from.fail(`Invalid ${kind} protocol '${protocol}'.`);
  }
  const l3proto = member(value, 'l3proto', 'string');
  if (l3proto !== undefined && !Object.hasOwn(NFPROTO, l3proto)) {
    return from.fail(`Invalid ${kind} l3proto '${l3proto}'.`);
  }
  return from.parts(value, { protocol: 'string', l3proto: 'string' });
}
