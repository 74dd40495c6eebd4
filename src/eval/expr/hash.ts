/** Hashes of what is read, or of the packet's flow: `jhash`, `symhash`. Mirrors hash.c, nft_hash.c. */
import type { Expr as AstExpr, NumberWord } from '../../parser/ast.ts';
import { READABLE } from '../../parser/json/form.ts';
import { expr, kw, num, opt, type Phrase } from '../../parser/phrase.ts';
import type { Expr, Load } from '../checked.ts';
import { readJhash, readSymhash } from '../engine/run/hash.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import { integer } from '../type/integer.ts';
import { largest } from './numgen.ts';

export interface HashArgs {
  readonly mod: number;
  readonly offset: number;
  /** Absent: the kernel draws one. */
  readonly seed?: number;
  /** What jhash is of; in an op: the register and the bytes that it reads. */
  readonly of?: Expr;
  readonly sreg?: number;
  readonly bytes?: number;
}

const hashArgs = (load: Load): HashArgs => load.args as unknown as HashArgs;

const modulus: Phrase = [kw('mod'), num('mod')];
const offsetPhrase = opt(kw('offset'), num('offset'));

const NUMBERS = { mod: 'integer', offset: 'integer' } as const;

const number = (word: unknown): number | undefined =>
  word === undefined ? undefined : Number((word as NumberWord).value);

const tail = ({ mod, seed, offset }: HashArgs): string =>
  `mod ${mod}${seed === undefined ? '' : ` seed 0x${seed.toString(16)}`}${offset ? ` offset ${offset}` : ''}`;

const resultOf = ({ mod, offset }: HashArgs) =>
  ({
    type: integer,
    bits: 32,
    order: 'host',
    ...largest(mod, offset),
  }) as const;

const init: KeyRow['init'] = (op) => (op.args.mod === 0 ? 'ERANGE' : undefined);

export const jhash: KeyRow = {
  row: 'key',
  name: 'jhash',
  described: 'hash',
  phrase: [expr('of', 'concat'), ...modulus, opt(kw('seed'), num('seed')), offsetPhrase],
  check(args, node, ctx) {
    const of = ctx.expr(args.of as AstExpr);
    if (!of) return undefined;
    const mod = number(args.mod)!;
    const seed = number(args.seed);
    const offset = number(args.offset) ?? 0;
    const hash: HashArgs = { of, mod, offset, ...(seed !== undefined && { seed }) };
    return { kind: 'load', row: jhash, args: { ...hash }, ...resultOf(hash), span: node.span };
  },
  fromJson: {
    contexts: READABLE,
    read(value, from) {
      if (!from.unpack(value, { mod: 'integer' })) return undefined;
      const hashed = from.unpack(value, { expr: 'any' });
      if (!hashed) return undefined;
      const of = from.expression(hashed.expr);
      if (!of) return from.fail('Invalid jhash expression.');
      return { of, ...from.parts(value, { ...NUMBERS, seed: 'integer' }) };
    },
  },
  compared({ args: { of: _, ...args } }) {
    return args;
  },
  list: (load, ctx) => `jhash ${ctx.expr(hashArgs(load).of!)} ${tail(hashArgs(load))}`,
  json(load, ctx) {
    const { mod, offset, seed, of } = hashArgs(load);
    return {
      jhash: {
        mod,
        ...(seed !== undefined && { seed }),
        ...(offset && { offset }),
        expr: ctx.exprJson(of!),
      },
    };
  },
  lower(load, dreg, to) {
    const { of, ...args } = hashArgs(load);
    const sreg = to.operand(of!);
    const bytes = to.length(of!);
    to.emit({ op: 'load', row: jhash, args: { ...args, sreg, bytes }, dreg, len: 4 }, load.span);
    to.release(sreg);
  },
  init,
  bytecode(op) {
    const { mod, offset, seed, sreg, bytes } = op.args as unknown as HashArgs;
    const register = op.op === 'load' ? registerName(op.dreg) : 0;
    const of = `reg ${registerName(sreg ?? 0)}, ${bytes}, 0x${(seed ?? 0).toString(16)}`;
    return `hash reg ${register} = jhash(${of}) % mod ${mod}${offset ? ` offset ${offset}` : ''}`;
  },
  read: readJhash,
};

export const symhash: KeyRow = {
  row: 'key',
  name: 'symhash',
  described: 'hash',
  phrase: [...modulus, offsetPhrase],
  check(args, node) {
    const mod = number(args.mod)!;
    const hash: HashArgs = { mod, offset: number(args.offset) ?? 0 };
    return { kind: 'load', row: symhash, args: { ...hash }, ...resultOf(hash), span: node.span };
  },
  fromJson: {
    contexts: READABLE,
    read: (value, from) => from.unpack(value, { mod: 'integer' }) && from.parts(value, NUMBERS),
  },
  list: (load) => `symhash ${tail(hashArgs(load))}`,
  json(load) {
    const { mod, offset } = hashArgs(load);
    return { symhash: { mod, ...(offset && { offset }) } };
  },
  lower(load, dreg, to) {
    to.emit({ op: 'load', row: symhash, args: load.args, dreg, len: 4 }, load.span);
  },
  init,
  bytecode(op) {
    const { mod, offset } = op.args as unknown as HashArgs;
    const register = op.op === 'load' ? registerName(op.dreg) : 0;
    return `hash reg ${register} = symhash() % mod ${mod}${offset ? ` offset ${offset}` : ''}`;
  },
  read: readSymhash,
};
