/** Named expectations of connection tracking. Mirrors nft_ct.c (nft_ct_expect_obj). */
import { kw, num, written } from '../../parser/phrase.ts';
import { numberOf } from '../check/arg.ts';
import { ctExpectationState } from '../engine/run/ct-object.ts';
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

export type CtExpectationArgs = TakesL3proto & {
  readonly protocol: L4Protocol;
  readonly dport: number;
  /** Milliseconds, as nft sends them; the kernel takes them for seconds. */
  readonly timeout: number;
  readonly size: number;
};

export const ctExpectation: ObjectRow<CtExpectationArgs> = {
  row: 'object',
  name: 'ct expectation',
  plural: 'ct expectation',
  ofTable: true,
  id: 9,
  bare: false,
  lines: [
    l4protoLine,
    [kw('dport'), num('dport')],
    [kw('timeout'), written('timeout')],
    [kw('size'), num('size')],
    l3protoLine,
  ],
  check(args, span, ctx) {
    const protocol = l4protoOf(args);
    const [dport, timeout, size] = ['dport', 'timeout', 'size'].map((name) =>
      Number(numberOf(args, name)?.value ?? 0),
    );
    if (!protocol || !dport || !timeout || !size) {
      return ctx.error('missing options', span);
    }
    return { protocol, dport, timeout, size, ...l3protoArgs(args, ctx) };
  },
  refuses({ l3proto }, family) {
    if (l3proto !== 'ip' && l3proto !== 'ip6') return 'EAFNOSUPPORT';
    return l3proto === family || family === 'inet' ? undefined : 'EINVAL';
  },
  list: ({ protocol, dport, timeout, size, l3proto }, ctx) => [
    `protocol ${protocol}`,
    `dport ${dport}`,
    `timeout ${printDuration(BigInt(timeout), ctx.options)}`,
    `size ${size}`,
    `l3proto ${l3proto}`,
  ],
  json: ({ protocol, dport, timeout, size, l3proto }) => ({
    protocol,
    dport,
    timeout,
    size,
    l3proto,
  }),
  fromJson: {
    list: ['name'],
    read(value, from) {
      const protocols = protocolsFromJson('ct expectation', value, from);
      const numbers = { dport: 'integer', timeout: 'integer', size: 'integer' } as const;
      return protocols && { ...protocols, ...from.parts(value, numbers) };
    },
  },
  bytecode({ protocol, dport, timeout, size, ...rest }) {
    const who = protocolsText(rest, protocol);
    return `ct_expect ${who} dport ${dport} timeout ${timeout} size ${size}`;
  },
  state: ctExpectationState,
};
