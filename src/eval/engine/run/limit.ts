/**
 * Rates: a bucket of nanoseconds, filled by time, emptied by packets or their bytes.
 *
 * Mirrors nft_limit.c.
 */
import type { OpArgs } from '../../ir.ts';
import type { StatefulInstance, StateRow } from '../../row.ts';
import type { Env } from '../env.ts';
import { NFT_BREAK, NFT_CONTINUE } from '../verdict.ts';
import { packetLength } from './payload.ts';

interface LimitArgs {
  readonly type: 'packets' | 'bytes';
  readonly rate: bigint;
  readonly seconds: number;
  readonly burst: bigint;
  readonly over: boolean;
}

const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_US = 1000;

/** Nanoseconds that the bucket holds (nft_limit_init). */
function capacity({ type, rate, seconds, burst }: LimitArgs): number {
  const period = BigInt(seconds) * NS_PER_SECOND;
  return Number(type === 'packets' ? (period / rate) * burst : (period * (rate + burst)) / rate);
}

/** Nanoseconds that a packet of so many bytes takes out. */
function costOf({ type, rate, seconds }: LimitArgs): (length: number) => number {
  const period = BigInt(seconds) * NS_PER_SECOND;
  if (type === 'packets') {
    const cost = Number(period / rate);
    return () => cost;
  }
  if (period * 0x10000n <= BigInt(Number.MAX_SAFE_INTEGER)) {
    const [ns, perPeriod] = [Number(period), Number(rate)];
    return (length) => Math.floor((ns * length) / perPeriod);
  }
  return (length) => Number((period * BigInt(length)) / rate);
}

export const limitState: StateRow = {
  create(args: OpArgs, { ns }: Env): StatefulInstance {
    const limit = args as unknown as LimitArgs;
    const most = capacity(limit);
    const cost = costOf(limit);
    let tokens = most;
    let last = ns.clock.now;
    return {
      run(p) {
        const { now } = ns.clock;
        tokens = Math.min(tokens + (now - last) * NS_PER_US, most);
        last = now;
        const left = tokens - cost(packetLength(p));
        if (left >= 0) tokens = left;
        return left >= 0 !== limit.over ? NFT_CONTINUE : NFT_BREAK;
      },
      dump: () => args,
      reset() {},
      restore() {},
      memory: () => ({ tokens, last }),
      remember(from) {
        tokens = Number(from.tokens);
        last = Number(from.last);
      },
    };
  },
};
