/**
 * What a batch sends to the kernel, as `nft -d netlink` shows it.
 *
 * Mirrors the debug output of mnl.c and libnftnl's snprintf of chains, sets, objects and rules.
 */
import { ruleText } from '../bytecode.ts';
import type { Request } from '../ruleset/request.ts';
import { elementsText } from './element.ts';
import { commentAttribute, userdataText } from './userdata.ts';
import { setName } from './word.ts';

export const sentText = (requests: readonly Request[]): string =>
  requests.map(requestText).join('');

type Asked<W extends Request['what']> = Extract<Request, { what: W }>;

function requestText(request: Request): string {
  switch (request.what) {
    case 'chain': {
      const { family, table, chain = '(null)' } = request;
      return `${family} ${table} ${chain} use 0\n`;
    }
    case 'set':
      return setText(request);
    case 'element':
      return elementsText(request);
    case 'object': {
      const { row, args } = request.spec;
      const text = row.bytecode(args);
      const space = text.endsWith('}') ? '' : ' ';
      return `table (null) name (null) use 0 [ ${text}${space}]\n`;
    }
    case 'flowtable':
      return flowtableText(request);
    case 'rule': {
      const { ops, comment } = request;
      const text = ruleText(request, ops);
      return comment === undefined ? text : `${text}${userdataText(commentAttribute(comment))}\n`;
    }
  }
}

/** NFT_FLOWTABLE_* */
function flowtableText({ spec: { offload, counter } }: Asked<'flowtable'>): string {
  const flags = (offload ? 1 : 0) | (counter ? 2 : 0);
  return `flow table (null) (null) use 0 size 0 flags ${flags}\n`;
}

/** NFT_SET_*; only sets of intervals need to know that their keys are concatenations. */
function flagsOf({ spec, set }: Asked<'set'>): number {
  const { anonymous, constant, interval, timeout, dynamic } = set?.flags ?? spec.flags;
  return (
    (anonymous ? 0x01 : 0) |
    (constant ? 0x02 : 0) |
    (interval ? 0x04 : 0) |
    (spec.data ? 0x08 : 0) |
    (timeout ? 0x10 : 0) |
    (dynamic ? 0x20 : 0) |
    (spec.object === undefined ? 0 : 0x40) |
    (interval && spec.key.parts ? 0x80 : 0) |
    (spec.exprs.length > 1 ? 0x100 : 0)
  );
}

function setText(request: Asked<'set'>): string {
  const { name, table, timeout, gcInterval, size, flags } = request.spec;
  const parts = [setName(name), table, flagsOf(request).toString(16)];
  if (timeout !== undefined) parts.push(`timeout ${timeout}ms`);
  if (gcInterval !== undefined) parts.push(`gc_interval ${gcInterval}ms`);
  if (size !== undefined && !flags.anonymous) parts.push(`size ${size}`);
  return `${parts.join(' ')}\n`;
}
