/** Named quotas. Mirrors nft_quota.c (nft_quota_obj). */

import { quotaState } from '../engine/run/quota.ts';
import {
  checkQuota,
  type QuotaArgs,
  quotaErrno,
  quotaFromJson,
  quotaPhrase,
  quotaText,
} from '../stmt/quota.ts';
import { jsonNumber } from '../type/define.ts';
import type { ObjectRow } from './row.ts';

/** The kernel tells of no more than the quota. */
function capped(used: bigint, { bytes }: QuotaArgs): bigint {
  if (used < bytes) return used;
  return bytes;
}

export const quota: ObjectRow<QuotaArgs> = {
  row: 'object',
  name: 'quota',
  plural: 'quotas',
  id: 2,
  bare: true,
  updated: ({ used }, written) => ({ ...written, used: capped(used, written) }),
  lines: [quotaPhrase],
  refuses: quotaErrno,
  check: checkQuota,
  list: (args, ctx) => [quotaText(args, ctx.options.stateless)],
  json: ({ bytes, used, over }) => ({
    bytes: jsonNumber(bytes),
    used: jsonNumber(used),
    inv: over,
  }),
  fromJson: {
    list: ['name', 'plural'],
    reset: true,
    read: (value, from) => quotaFromJson('bytes', value, from) ?? {},
  },
  bytecode: ({ bytes, over }) => `quota bytes ${bytes} flags ${over ? 1 : 0}`,
  state: quotaState,
};
