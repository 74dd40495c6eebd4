/** `log`: writes to the kernel's log, or to a group of nfnetlink_log. Mirrors nft_log.c. */
import type { Args, Choice } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import { alt, choice, expanded, judged, kw, many, num, options, str } from '../../parser/phrase.ts';
import { leading, manyOf, wordOf, wrappedOf } from '../check/arg.ts';
import { runLog } from '../engine/run/log.ts';
import type { StatementRow } from '../row.ts';
import { ALL, FLAGS, flagsFromJson, flagsOf, flagsText } from './log-flags.ts';

/** By number, as syslog has them; `audit` is the kernel's own. */
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug', 'audit'];
const WARN = LEVELS.indexOf('warn');
const AUDIT = LEVELS.indexOf('audit');
/** NF_LOG_PREFIXLEN, less the end of the text. */
const PREFIX_MAX = 127;

export type LogArgs = {
  readonly prefix?: string;
  /** With a group the kernel's log is not written to, and level and flags mean nothing. */
  readonly group?: number;
  readonly snaplen?: number;
  readonly threshold?: number;
  readonly level?: number;
  readonly flags?: number;
};

/** What may not stand together; the text of the error. */
function conflict({ level, flags, prefix }: LogArgs, grouped: boolean): string | undefined {
  if (prefix === '') return 'log prefix must have a minimum length of 1 character';
  if (prefix !== undefined && prefix.length > PREFIX_MAX) return 'log prefix is too long';
  if (level !== undefined && grouped) return 'level and group are mutually exclusive';
  if (flags !== undefined && grouped) return 'flags and group are mutually exclusive';
  if (level === AUDIT && (prefix !== undefined || flags !== undefined)) {
    return "log level audit doesn't support any further options";
  }
  return undefined;
}

function levelOf(args: Args): number | undefined {
  const level = wordOf(args, 'level');
  return level && LEVELS.indexOf(level.text);
}

function levelFault(args: Args): string | undefined {
  return levelOf(args) === -1 ? 'invalid log level' : undefined;
}

function partsOf(args: Args): LogArgs {
  const level = levelOf(args);
  const prefix = wordOf(args, 'prefix')?.text;
  const flags = flagsOf(manyOf<Choice>(args, 'flags'));
  const group = wrappedOf(args, 'group', 16);
  const snaplen = wrappedOf(args, 'snaplen', 32);
  const threshold = wrappedOf(args, 'threshold', 16);
  return {
    ...(prefix !== undefined && { prefix }),
    ...(group !== undefined && { group }),
    ...(snaplen !== undefined && { snaplen }),
    ...(threshold !== undefined && { threshold }),
    ...(level !== undefined && { level }),
    ...(flags && { flags }),
  };
}

function text({ prefix, group, snaplen, threshold, level, flags = 0 }: LogArgs): string {
  let said = 'log';
  if (prefix !== undefined) said += ` prefix "${prefix}"`;
  if (group !== undefined) said += ` group ${group}`;
  if (snaplen) said += ` snaplen ${snaplen}`;
  if (threshold) said += ` queue-threshold ${threshold}`;
  if (level !== undefined && level !== WARN) said += ` level ${LEVELS[level]}`;
  return said + flagsText(flags);
}

export const log: StatementRow<LogArgs> = {
  row: 'statement',
  name: 'log',
  ledBy: () => 'log',
  phrase: [
    options(
      [kw('prefix'), expanded('prefix')],
      [kw('group'), num('group')],
      [kw('snaplen'), num('snaplen')],
      [kw('queue-threshold'), num('threshold')],
      [kw('level'), judged(levelFault, str('level'))],
      [
        many('flags', [
          kw('flags'),
          alt('layer', {
            tcp: [kw('tcp'), many('flags', [choice('flag', 'sequence', 'options')], ',')],
            ip: [kw('ip'), kw('options')],
            skuid: [kw('skuid')],
            ether: [kw('ether')],
            all: [kw('all')],
          }),
        ]),
      ],
    ),
  ],
  check(args, span, ctx) {
    const { snaplen, threshold, ...written } = partsOf(args);
    // What only a group has means one.
    const grouped = [written.group, snaplen, threshold].some((part) => part !== undefined);
    const error = conflict(written, grouped);
    if (error) return ctx.error(error, leading(span, 'log'));
    // The kernel keeps these with a group only.
    return written.group === undefined
      ? written
      : { ...written, snaplen: snaplen ?? 0, threshold: threshold ?? 0 };
  },
  list: text,
  json({ prefix, group, snaplen, threshold, level, flags = 0 }) {
    const names = Object.values(FLAGS)
      .filter(([bit]) => flags & bit)
      .map(([, name]) => name);
    const members = {
      ...(prefix !== undefined && { prefix }),
      ...(group !== undefined && { group }),
      ...(snaplen && { snaplen }),
      ...(threshold && { 'queue-threshold': threshold }),
      ...(level !== undefined && level !== WARN && { level: LEVELS[level] }),
      ...(names.length && { flags: flags === ALL ? 'all' : names.length > 1 ? names : names[0] }),
    };
    return { log: Object.keys(members).length ? members : null };
  },
  fromJson: {
    read(value, from) {
      const numbers = {
        group: 'integer',
        snaplen: 'integer',
        'queue-threshold': 'integer',
      } as const;
      const { 'queue-threshold': threshold, ...parts } = from.parts(value, numbers);
      const prefix = member(value, 'prefix', 'string');
      const level = member(value, 'level', 'string');
      if (level !== undefined && !LEVELS.includes(level)) {
        return from.fail(`Invalid log level '${level}'.`);
      }
      const flags = flagsFromJson(value, from);
      return (
        flags && {
          ...parts,
          ...(threshold && { threshold }),
          ...(prefix !== undefined && { prefix: from.quoted(prefix) }),
          ...(level !== undefined && { level: from.word(level) }),
          ...(flags.length > 0 && { flags }),
        }
      );
    },
  },
  lower: (args, to) => to.emit({ op: 'effect', row: log, args }),
  bytecode(args) {
    const { prefix, group, snaplen, threshold, level, flags = 0 } = args as LogArgs;
    const parts = ['log'];
    if (prefix !== undefined) parts.push(`prefix ${prefix}`);
    if (group !== undefined) {
      parts.push(`group ${group} snaplen ${snaplen} qthreshold ${threshold}`);
    }
    if (level !== undefined) parts.push(`level ${level}`);
    for (const [bit, , name] of Object.values(FLAGS)) if (flags & bit) parts.push(name);
    return parts.join(' ');
  },
  mergeable: { text: (args) => text(partsOf(args)) },
  run: runLog,
};
