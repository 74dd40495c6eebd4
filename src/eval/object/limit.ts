/** Named limits. Mirrors nft_limit.c (nft_limit_obj_ops). */

import { limitState } from '../engine/run/limit.ts';
import {
  checkLimit,
  DEFAULT_BURST,
  type LimitArgs,
  limitErrno,
  limitJson,
  limitLine,
  limitText,
  rateFromJson,
} from '../stmt/rate.ts';
import type { ObjectRow } from './row.ts';

/** What nft sends for `limit l { }`, which the kernel refuses. */
const NONE: LimitArgs = { type: 'packets', rate: 0n, seconds: 0, burst: 0n, over: false };

const usualBurst = ({ type }: LimitArgs): bigint => (type === 'packets' ? DEFAULT_BURST : 0n);

export const limit: ObjectRow<LimitArgs> = {
  row: 'object',
  name: 'limit',
  plural: 'limits',
  id: 4,
  bare: true,
  lines: [limitLine],
  refuses: limitErrno,
  check: (args) => ('rate' in args ? checkLimit(args) : NONE),
  // Unlike the statement, the object does not say the usual burst.
  list: (args) => [limitText(args, args.burst === usualBurst(args))],
  json(args) {
    const { burst, burst_unit, ...rate } = limitJson(args);
    if (args.burst === 0n) return rate;
    return { ...rate, burst, ...(burst_unit !== undefined && { burst_unit }) };
  },
  fromJson: {
    list: ['name', 'plural'],
    read: (value, from) =>
      from.unpack(value, { rate: 'integer', per: 'string' }) && rateFromJson(value, from),
  },
  bytecode({ type, rate, seconds, burst, over }) {
    const kind = type === 'packets' ? 0 : 1;
    return `limit rate ${rate} unit ${seconds} burst ${burst} type ${kind} flags ${over ? 1 : 0}`;
  },
  state: limitState,
};
