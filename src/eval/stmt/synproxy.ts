/** `synproxy`: answers SYNs in the server's stead. Mirrors nft_synproxy.c. */
import type { Args, NumberWord, Word } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import { alt, choice, expr, kw, num, opt, options } from '../../parser/phrase.ts';
import { choiceOf, exprOf, wordOf, wrappedOf } from '../check/arg.ts';
import { runSynproxy } from '../engine/run/synproxy.ts';
import { UNTRACKED } from '../expr/placement.ts';
import type { Json } from '../list/json.ts';
import type { ChainSite, StatementRow } from '../row.ts';
import {
  checkNamed,
  jsonNamed,
  ledUnlessNamed,
  listNamed,
  lowerNamed,
  type Named,
} from './objref.ts';

export type SynproxyArgs = {
  /** Absent: it is not said, and lists as 0 where the other one is. */
  readonly mss?: number;
  readonly wscale?: number;
  readonly timestamp: boolean;
  readonly sackPerm: boolean;
};

export function checkSynproxy(args: Args): SynproxyArgs {
  const mss = wrappedOf(args, 'mss', 16);
  const wscale = wrappedOf(args, 'wscale', 8);
  return {
    ...(mss !== undefined && { mss }),
    ...(wscale !== undefined && { wscale }),
    timestamp: wordOf(args, 'timestamp') !== undefined,
    sackPerm: wordOf(args, 'sackPerm') !== undefined,
  };
}

/** The flags as nft writes them. */
export const synproxyFlags = ({ timestamp, sackPerm }: SynproxyArgs): readonly string[] => [
  ...(timestamp ? ['timestamp'] : []),
  ...(sackPerm ? ['sack-perm'] : []),
];

const hasMss = (args: SynproxyArgs): boolean => args.mss !== undefined || args.wscale !== undefined;

function text(args: SynproxyArgs): string {
  const numbers = hasMss(args) ? [`mss ${args.mss ?? 0}`, `wscale ${args.wscale ?? 0}`] : [];
  return ['synproxy', ...numbers, ...synproxyFlags(args)].join(' ');
}

export function synproxyJson(args: SynproxyArgs): Json {
  const flags = synproxyFlags(args);
  if (!hasMss(args) && !flags.length) return null;
  return {
    ...(args.mss !== undefined && { mss: args.mss }),
    ...(args.wscale !== undefined && { wscale: args.wscale }),
    ...(flags.length && { flags }),
  };
}

const FLAGS = { timestamp: 'timestamp', 'sack-perm': 'sackPerm' } as const;

/** The parts of the settings; null after an error, undefined where there is none of them. */
export function synproxyFromJson(value: JsonValue, from: JsonStatements): Parts | undefined | null {
  const parts: Parts = {};
  for (const name of ['mss', 'wscale']) {
    const number = member(value, name, 'integer');
    if (number === undefined) continue;
    if (number < 0) {
      from.fail(`Invalid synproxy ${name} value '${number}'`);
      return null;
    }
    parts[name] = from.number(number);
  }
  const flagged = member(value, 'flags', 'any');
  if (flagged !== undefined) {
    const flags = from.flags(flagged, 'synproxy', Object.keys(FLAGS));
    if (!flags) return null;
    for (const flag of flags) parts[FLAGS[flag as keyof typeof FLAGS]] = from.word(flag);
  }
  return flagged === undefined && Object.keys(parts).length === 0 ? undefined : parts;
}

type Parts = Record<string, Word | NumberWord>;

export const synproxy: StatementRow<SynproxyArgs | Named> = {
  row: 'statement',
  name: 'synproxy',
  ledBy: ledUnlessNamed('synproxy'),
  phrase: [
    opt(
      alt('form', {
        named: [kw('name'), expr('object', 'stmt')],
        inline: [
          options(
            [kw('mss'), num('mss')],
            [kw('wscale'), num('wscale')],
            [choice('timestamp', 'timestamp')],
            [choice('sackPerm', 'sack-perm')],
          ),
        ],
      }),
    ),
  ],
  check(args, span, ctx) {
    const form = choiceOf(args, 'form')?.args ?? {};
    const object = exprOf(form, 'object');
    return object ? checkNamed(object, span, ctx) : checkSynproxy(form);
  },
  list: (args, ctx) => ('object' in args ? `synproxy name ${listNamed(args, ctx)}` : text(args)),
  json: (args, ctx) => ({
    synproxy: 'object' in args ? jsonNamed(args, ctx) : synproxyJson(args),
  }),
  fromJson: {
    read(value, from) {
      if (value === null) return {};
      const inline = synproxyFromJson(value, from);
      if (inline === null) return undefined;
      if (inline) return { form: from.choice('inline', inline) };
      const object = from.stated(value);
      if (!object) return from.fail('Invalid synproxy reference');
      return { form: from.choice('named', { object }) };
    },
  },
  lower(args, to) {
    if ('object' in args) lowerNamed('synproxy', args, to);
    else to.emit({ op: 'effect', row: synproxy, args });
  },
  bytecode: ({ mss, wscale }) => `synproxy mss ${mss ?? 0} wscale ${wscale ?? 0}`,
  init: (_args, family) => (UNTRACKED.includes(family) ? 'EPROTO' : undefined),
  validate: (_args, { family, hook }: ChainSite) =>
    (hook === 'input' || hook === 'forward') &&
    (family === 'ip' || family === 'ip6' || family === 'inet')
      ? undefined
      : 'EOPNOTSUPP',
  run: runSynproxy,
};
