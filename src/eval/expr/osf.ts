/** The operating system that a SYN looks like: `osf name`. Mirrors osf.c, nft_osf.c. */
import type { Word } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import { choice, kw, opt, word } from '../../parser/phrase.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import { string } from '../type/string.ts';
import { misplaced } from './placement.ts';

const TTLS = ['loose', 'skip'];
const KEYS = ['name', 'version'];

const HOOKS = ['prerouting', 'input', 'forward'];
const WHERE = { ip: HOOKS, inet: HOOKS };
const WHERE_ONCE = { ...WHERE, ip6: HOOKS };

export const osf: KeyRow = {
  row: 'key',
  name: 'osf',
  phrase: [
    opt(kw('ttl'), word('ttl', TTLS, { message: 'invalid ttl option' })),
    choice('key', ...KEYS),
  ],
  check(args, node, ctx) {
    // Of what a set is of it keeps neither.
    const written = ctx.isExample ? {} : args;
    const ttl = (written.ttl as Word | undefined)?.text;
    const key = (written.key as Word | undefined)?.text ?? KEYS[0];
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
  fromJson: {
    contexts: ['stmt', 'primary', 'map', 'concat'],
    read(value, from) {
      const of = from.unpack(value, { key: 'string' });
      if (!of) return undefined;
      const ttl = member(value, 'ttl', 'string');
      if (ttl !== undefined && !TTLS.includes(ttl)) {
        return from.fail(`Invalid osf ttl option '${ttl}'.`);
      }
      if (!KEYS.includes(of.key)) return from.fail('Invalid osf key value.');
      return { key: from.word(of.key), ...(ttl !== undefined && { ttl: from.word(ttl) }) };
    },
  },
  list: ({ args }) => `osf ${args.ttl ? `ttl ${args.ttl} ` : ''}${args.key}`,
  json: ({ args }) => ({
    osf: { key: args.key as string, ...(args.ttl ? { ttl: args.ttl as string } : {}) },
  }),
  lower(load, dreg, to) {
    to.emit({ op: 'load', row: osf, args: load.args, dreg, len: load.bits / 8 }, load.span);
  },
  validate: (_op, site, { osfInIp6 }) => misplaced(site, osfInIp6 ? WHERE_ONCE : WHERE),
  bytecode: (op) => `osf dreg ${op.op === 'load' ? registerName(op.dreg) : 0}`,
};
