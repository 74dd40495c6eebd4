/** Numbers that count up or are drawn: `numgen inc mod 4`. Mirrors numgen.c, nft_numgen.c. */
import type { NumberWord, Word } from '../../parser/ast.ts';
import { READABLE } from '../../parser/json/form.ts';
import { choice, kw, num, opt } from '../../parser/phrase.ts';
import type { Load } from '../checked.ts';
import { readNumgen } from '../engine/run/numgen.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import { integer } from '../type/integer.ts';

export interface NumgenArgs {
  readonly mode: 'inc' | 'random';
  readonly mod: number;
  readonly offset: number;
}

const MODES = ['inc', 'random'];

const numgenArgs = (load: Load): NumgenArgs => load.args as unknown as NumgenArgs;

/** The largest number that comes of a modulus; a largest of 0 is none to nft. */
export const largest = (mod: number, offset: number): Pick<Load, 'max'> =>
  mod > 0 && mod + offset > 1 ? { max: BigInt(mod + offset) - 1n } : {};

export const numgen: KeyRow = {
  row: 'key',
  name: 'numgen',
  phrase: [choice('mode', ...MODES), kw('mod'), num('mod'), opt(kw('offset'), num('offset'))],
  check(args, node) {
    const mod = Number((args.mod as NumberWord).value);
    const offset = Number((args.offset as NumberWord | undefined)?.value ?? 0);
    return {
      kind: 'load',
      row: numgen,
      args: { mode: (args.mode as Word).text, mod, offset },
      type: integer,
      bits: 32,
      order: 'host',
      ...largest(mod, offset),
      span: node.span,
    };
  },
  fromJson: {
    contexts: READABLE,
    read(value, from) {
      const of = from.unpack(value, { mode: 'string', mod: 'integer' });
      if (!of) return undefined;
      if (!MODES.includes(of.mode)) return from.fail(`Unknown numgen mode '${of.mode}'.`);
      return from.parts(value, { mode: 'string', mod: 'integer', offset: 'integer' });
    },
  },
  list(load) {
    const { mode, mod, offset } = numgenArgs(load);
    return `numgen ${mode} mod ${mod}${offset ? ` offset ${offset}` : ''}`;
  },
  json(load) {
    const { mode, mod, offset } = numgenArgs(load);
    return { numgen: { mode, mod, offset } };
  },
  lower(load, dreg, to) {
    to.emit({ op: 'load', row: numgen, args: load.args, dreg, len: load.bits / 8 }, load.span);
  },
  init: (op) => (op.args.mod === 0 ? 'ERANGE' : undefined),
  bytecode(op) {
    const { mode, mod, offset } = op.args as unknown as NumgenArgs;
    const register = op.op === 'load' ? registerName(op.dreg) : 0;
    return `numgen reg ${register} = ${mode} mod ${mod}${offset ? ` offset ${offset}` : ''}`;
  },
  read: readNumgen,
};
