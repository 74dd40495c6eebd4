/** Named timeout policies of connection tracking. Mirrors nft_ct.c (nft_ct_timeout_obj). */
import { HZ } from '../../datapath/clock.ts';
import type { Args, Choice, NumberWord, Word } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import { isInteger, isObject, type JsonValue } from '../../parser/json/text.ts';
import { kw, many, time, word } from '../../parser/phrase.ts';
import { manyOf } from '../check/arg.ts';
import type { CheckContext } from '../check/context.ts';
import { ctTimeoutState } from '../engine/run/ct-object.ts';
import { UNTRACKED } from '../expr/placement.ts';
import { printDuration } from '../type/time.ts';
import {
  type L4Protocol,
  l3protoArgs,
  l3protoLine,
  l4protoLine,
  l4protoOf,
  protocolsFromJson,
  protocolsText,
  type TakesL3proto,
} from './ct-part.ts';
import type { ObjectRow } from './row.ts';

/** The states in the kernel's order: the kernel's name, the usual timeout in seconds. */
const STATES = {
  tcp: {
    syn_sent: ['SYN_SENT', 120],
    syn_recv: ['SYN_RECV', 60],
    established: ['ESTABLISHED', 432_000],
    fin_wait: ['FIN_WAIT', 120],
    close_wait: ['CLOSE_WAIT', 60],
    last_ack: ['LAST_ACK', 30],
    time_wait: ['TIME_WAIT', 120],
    close: ['CLOSE', 10],
    syn_sent2: ['SYN_SENT2', 120],
    retrans: ['RETRANS', 300],
    unack: ['UNACKNOWLEDGED', 300],
  },
  udp: { unreplied: ['UNREPLIED', 30], replied: ['REPLIED', 120] },
} as const satisfies Record<L4Protocol, Record<string, readonly [string, number]>>;

/** The kernel keeps ticks in 32 bits, and so does nft the milliseconds that it lists. */
const WORD = 2 ** 32;
const kept = (seconds: number): number => Math.floor((((seconds % WORD) * HZ) % WORD) / HZ);
const listed = (seconds: number): bigint => BigInt((kept(seconds) * 1000) % WORD);

export type CtTimeoutArgs = TakesL3proto & {
  readonly protocol?: L4Protocol;
  /** Seconds by state, in the kernel's order; states with their usual timeout are left out. */
  readonly policy: Readonly<Record<string, number>>;
};

const statesOf = (
  protocol: L4Protocol | undefined,
): Readonly<Record<string, readonly [string, number]>> => (protocol ? STATES[protocol] : {});

function checkPolicy(
  args: Args,
  protocol: L4Protocol | undefined,
  ctx: CheckContext,
): Record<string, number> | undefined {
  const states = statesOf(protocol);
  const written = new Map<string, number>();
  for (const { args: part } of manyOf<Choice>(args, 'policy')) {
    const { text, span } = part.state as Word;
    if (!states[text]) return ctx.error('invalid state for this protocol', span);
    const seconds = Math.floor(Number((part.timeout as NumberWord).value) / 1000);
    written.set(text, seconds % WORD);
  }
  const policy: Record<string, number> = {};
  for (const [state, [, usual]] of Object.entries(states)) {
    const seconds = written.get(state);
    if (seconds !== undefined && seconds !== usual) policy[state] = seconds;
  }
  return policy;
}

function policyFromJson(
  value: JsonValue | undefined,
  from: JsonStatements,
): readonly Choice[] | undefined {
  if (value === undefined) return [];
  if (!isObject(value)) return from.fail('Invalid ct timeout policy.');
  const policy: Choice[] = [];
  for (const [state, seconds] of value) {
    if (!isInteger(seconds)) {
      return from.fail(`Invalid ct timeout policy value for '${state}'.`);
    }
    const timeout = from.number(Number(seconds) * 1000);
    policy.push(from.choice('', { state: from.word(state), timeout }));
  }
  return policy;
}

export const ctTimeout: ObjectRow<CtTimeoutArgs> = {
  row: 'object',
  name: 'ct timeout',
  plural: 'ct timeout',
  textOnly: true,
  ofTable: true,
  id: 7,
  bare: false,
  lines: [
    l4protoLine,
    l3protoLine,
    [
      kw('policy'),
      kw('='),
      kw('{'),
      many('policy', [word('state'), kw(':'), time('timeout')], ','),
      kw('}'),
    ],
  ],
  check(args, _span, ctx) {
    const protocol = l4protoOf(args);
    const policy = checkPolicy(args, protocol, ctx);
    if (!policy) return undefined;
    return { ...(protocol && { protocol }), ...l3protoArgs(args, ctx), policy };
  },
  /** Of no protocol the kernel knows no timeouts. */
  refuses({ protocol }, family) {
    if (!protocol) return 'EOPNOTSUPP';
    return UNTRACKED.includes(family) ? 'EPROTO' : undefined;
  },
  list({ protocol, l3proto, policy }, ctx) {
    const states = Object.entries(policy).map(
      ([state, seconds]) => `${state} : ${printDuration(listed(seconds), ctx.options)}`,
    );
    return [`protocol ${protocol}`, `l3proto ${l3proto}`, `policy = { ${states.join(', ')} }`];
  },
  json({ protocol, l3proto, policy }) {
    const states = Object.entries(policy).map(([state, s]) => [state, kept(s)]);
    return { protocol, l3proto, policy: states.length ? Object.fromEntries(states) : null };
  },
  fromJson: {
    list: ['name'],
    read(value, from) {
      const protocols = protocolsFromJson('ct timeout', value, from);
      const policy = protocols && policyFromJson(member(value, 'policy', 'any'), from);
      return policy && { ...protocols, policy };
    },
  },
  bytecode({ protocol, policy, ...rest }) {
    const names = statesOf(protocol);
    const states = Object.entries(policy).map(([state, s]) => `${names[state]?.[0]} = ${s},`);
    return `ct_timeout ${protocolsText(rest, protocol)} policy = {${states.join('')}}`;
  },
  state: ctTimeoutState,
};
