/** `flow add @f`: hands the connection to a flowtable. Mirrors nft_flow_offload.c. */
import type { SetRefExpr } from '../../parser/ast.ts';
import { choice, expr } from '../../parser/phrase.ts';
import { exprOf } from '../check/arg.ts';
import { runFlow } from '../engine/run/flow.ts';
import type { ChainSite, StatementRow } from '../row.ts';

export type FlowArgs = { readonly flowtable: string };

export const flow: StatementRow<FlowArgs> = {
  row: 'statement',
  name: 'flow',
  phrase: [choice('verb', 'add', 'offload'), expr('flowtable', 'tableref')],
  check: (args) => ({ flowtable: (exprOf(args, 'flowtable') as SetRefExpr).name }),
  list: ({ flowtable }) => `flow add @${flowtable}`,
  json: ({ flowtable }) => ({ flow: { op: 'add', flowtable: `@${flowtable}` } }),
  fromJson: {
    read(value, from) {
      const of = from.unpack(value, { op: 'string', flowtable: 'string' });
      if (!of) return undefined;
      if (of.op !== 'add') return from.fail(`Unknown flow offload statement op '${of.op}'.`);
      if (!of.flowtable.startsWith('@')) {
        return from.fail('Illegal flowtable reference in flow offload statement.');
      }
      const flowtable = { kind: 'setref', name: of.flowtable.slice(1), span: from.span } as const;
      return { verb: from.word(of.op), flowtable };
    },
  },
  lower: (args, to) => to.emit({ op: 'effect', row: flow, args }),
  bytecode: ({ flowtable }) => `flow_offload flowtable ${flowtable}`,
  validate: (_args, { family, hook }: ChainSite) =>
    hook === 'forward' && (family === 'ip' || family === 'ip6' || family === 'inet')
      ? undefined
      : 'EOPNOTSUPP',
  flowtable: (args) => (args as FlowArgs).flowtable,
  run: runFlow,
};
