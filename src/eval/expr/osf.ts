/** The operating system that a SYN looks like: `osf name`. Mirrors osf.c, nft_osf.c. */
import type { Word } from '../../parser/ast.ts';
import { choice, kw, opt } from '../../parser/phrase.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import { string } from '../type/string.ts';
import { misplaced } from './placement.ts';

/** Fingerprints are of TCP's SYN. */
const TRANSPORT = 'tcp';

const HOOKS = ['prerouting', 'input', 'forward'];
const WHERE = { ip: HOOKS, inet: HOOKS };

export const osf: KeyRow = {
  row: 'key',
  name: 'osf',
  phrase: [opt(kw('ttl'), choice('ttl', 'loose', 'skip')), choice('key', 'name', 'version')],
  check(args, node, ctx) {
    const known = ctx.protocol('th');
    if (known !== undefined && known !== TRANSPORT)
      return ctx.error(`conflicting protocols specified: ${known} vs. ${TRANSPORT}`, node.span);
    const ttl = (args.ttl as Word | undefined)?.text;
    const key = (args.key as Word).text;
    return {
      kind: 'load',
      row: osf,
      args: { key, ...(ttl && { ttl }) },
      type: string,
      bits: 128,
      order: 'host',
      span: node.span,
    };
  },
  list: ({ args }) => `osf ${args.ttl ? `ttl ${args.ttl} ` : ''}${args.key}`,
  json: ({ args }) => ({
    osf: { ...(args.ttl ? { ttl: args.ttl as string } : {}), key: args.key as string },
  }),
  lower(load, dreg, to) {
    to.emit({ op: 'load', row: osf, args: load.args, dreg, len: load.bits / 8 }, load.span);
  },
  validate: (_op, site) => misplaced(site, WHERE),
  bytecode: (op) => `osf dreg ${op.op === 'load' ? registerName(op.dreg) : 0}`,
};
