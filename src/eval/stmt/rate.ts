/** Rates as `limit` has them, as statement and as object: `rate over 400/minute burst 5 packets`. */
import type { Args } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import { alt, choice, fork, type Item, kw, num, opt, type Phrase } from '../../parser/phrase.ts';
import { across, choiceOf, numberOf, wordOf } from '../check/arg.ts';
import type { CheckContext } from '../check/context.ts';
import type { Json } from '../list/json.ts';
import type { Errno } from '../row.ts';
import { amount, amountText, bytesOfAmount, byteUnit, jsonNumber, unitWord } from './unit.ts';

/** The units of time by their seconds. */
const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const;

export type LimitArgs = {
  readonly type: 'packets' | 'bytes';
  /** Packets or bytes in each `seconds`. */
  readonly rate: bigint;
  readonly seconds: number;
  readonly burst: bigint;
  /** Matches what exceeds the rate. */
  readonly over: boolean;
};

/** Packets that may come at once where nothing else is said. */
export const DEFAULT_BURST = 5n;

const per: Phrase = [kw('/'), choice('per', ...Object.keys(SECONDS))];

const burst = (unit: Item): Item =>
  opt(alt('burst', { burst: [kw('burst'), num('number'), unit] }));

export const limitPhrase: Phrase = [
  kw('rate'),
  opt(choice('mode', 'over')),
  num('rate'),
  fork([...per, burst(kw('packets'))], [unitWord, ...per, burst(unitWord)]),
];

export function checkLimit(args: Args, ctx: CheckContext): LimitArgs | undefined {
  const rate = numberOf(args, 'rate');
  const per = wordOf(args, 'per');
  if (!rate || !per) return undefined;
  const unit = wordOf(args, 'unit');
  const shared = {
    seconds: SECONDS[per.text as keyof typeof SECONDS],
    over: wordOf(args, 'mode')?.text === 'over',
  };
  if (!unit) {
    const burst = packetBurst(args, ctx);
    if (burst === undefined) return undefined;
    return { type: 'packets', rate: BigInt(rate.value), burst, ...shared };
  }
  // `kbytes/second` is one word to nft
  const joined = unit.span.end + 1 === per.span.start;
  const bytes = bytesOfAmount(rate, unit, ctx, across(rate.span, (joined ? per : unit).span));
  const burst = bytes === undefined ? undefined : byteBurst(args, ctx);
  if (bytes === undefined || burst === undefined) return undefined;
  return { type: 'bytes', rate: bytes, burst, ...shared };
}

function packetBurst(args: Args, ctx: CheckContext): bigint | undefined {
  const burst = choiceOf(args, 'burst');
  const number = burst && numberOf(burst.args, 'number');
  if (!number) return DEFAULT_BURST;
  if (BigInt(number.value) > 0n) return BigInt(number.value);
  return ctx.error('packet limit burst must be > 0', burst.span);
}

function byteBurst(args: Args, ctx: CheckContext): bigint | undefined {
  const parts = choiceOf(args, 'burst')?.args ?? {};
  const number = numberOf(parts, 'number');
  const unit = wordOf(parts, 'unit');
  return number && unit ? bytesOfAmount(number, unit, ctx) : 0n;
}

/** The unit of time of so many seconds. */
export const unitOf = (seconds: number): string =>
  Object.entries(SECONDS).find(([, n]) => n === seconds)?.[0] ?? 'error';

/** `rate over 400/minute burst 5 packets`, or without the burst. */
export function limitText(args: LimitArgs, withoutBurst = args.burst === 0n): string {
  const { type, rate, seconds, burst, over } = args;
  const head = `rate ${over ? 'over ' : ''}`;
  const per = `/${unitOf(seconds)}`;
  const isPackets = type === 'packets';
  const text = `${head}${isPackets ? rate : amountText(rate)}${per}`;
  if (withoutBurst) return text;
  return `${text} burst ${isPackets ? `${burst} packets` : amountText(burst)}`;
}

export function limitJson({ type, rate, seconds, burst, over }: LimitArgs): {
  readonly [key: string]: Json | undefined;
} {
  const per = unitOf(seconds);
  const inverted = over ? { inv: true } : {};
  if (type === 'packets') {
    return { rate: jsonNumber(rate), burst: jsonNumber(burst), per, ...inverted };
  }
  const bytes = amount(rate);
  const extra = amount(burst);
  return {
    rate: jsonNumber(bytes.value),
    burst: jsonNumber(extra.value),
    per,
    ...inverted,
    rate_unit: bytes.unit,
    burst_unit: extra.unit,
  };
}

/** The parts of `limitPhrase`; undefined where JSON says no rate. */
export function rateFromJson(value: JsonValue, from: JsonStatements): Args | undefined {
  const rate = member(value, 'rate', 'integer');
  const per = member(value, 'per', 'string');
  if (rate === undefined || per === undefined) return undefined;
  const burst = member(value, 'burst', 'integer') ?? 0;
  const unit = member(value, 'rate_unit', 'string') ?? 'packets';
  const inPackets = unit === 'packets';
  const burstUnit = inPackets ? unit : byteUnit(member(value, 'burst_unit', 'string'));
  return {
    rate: from.number(rate),
    per: from.word(per in SECONDS ? per : 'second'),
    ...(!inPackets && { unit: from.word(byteUnit(unit)) }),
    ...(member(value, 'inv', 'boolean') && { mode: from.word('over') }),
    ...(burst > 0 && {
      burst: from.choice('burst', { number: from.number(burst), unit: from.word(burstUnit) }),
    }),
  };
}

const NS_PER_SECOND = 1_000_000_000n;
const MAX_U64 = (1n << 64n) - 1n;

/** The token bucket must be expressible in nanoseconds (nft_limit_init). */
export function limitErrno({ type, rate, seconds, burst }: LimitArgs): Errno | undefined {
  if (rate === 0n) return 'EINVAL';
  const ns = BigInt(seconds) * NS_PER_SECOND;
  const bucket = type === 'packets' ? (ns / rate) * burst : ns * (rate + burst);
  return bucket > MAX_U64 ? 'EOVERFLOW' : undefined;
}
