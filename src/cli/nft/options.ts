/**
 * The options of the `nft` command line, read as getopt_long reads them. Mirrors main.c of nft.
 */
import type { PrintOptions } from '../../eval/index.ts';

export interface NftOptions {
  readonly print: PrintOptions;
  /** The last that was named. */
  readonly file?: string;
  readonly interactive: boolean;
  readonly checkOnly: boolean;
  readonly json: boolean;
  readonly echo: boolean;
  readonly optimize: boolean;
  readonly debug: readonly string[];
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  /** What is left: the commands. */
  readonly words: readonly string[];
  /** `-h`, `-v`, `-V`: only that is printed. */
  readonly show?: 'help' | 'version' | 'extended version';
}

type Draft = { -readonly [K in keyof NftOptions]: NftOptions[K] } & {
  debug: string[];
  includePaths: string[];
  defines: Record<string, string>;
  words: string[];
};

interface OptionRow {
  readonly long: string;
  readonly short: string;
  readonly argument?: string;
  readonly group: 'general' | 'input' | 'listing' | 'output';
  readonly help: string;
  /** A string is what is wrong with the argument. */
  set(draft: Draft, argument: string): string | undefined;
}

const print = (draft: Draft, more: PrintOptions): undefined => {
  draft.print = { ...draft.print, ...more };
  return undefined;
};

const does =
  (set: (draft: Draft, argument: string) => void) =>
  (draft: Draft, argument: string): undefined => {
    set(draft, argument);
    return undefined;
  };

const DEBUG_LEVELS = ['scanner', 'parser', 'eval', 'netlink', 'mnl', 'proto-ctx', 'segtree', 'all'];

const NUMERIC: PrintOptions = {
  numericPriority: true,
  numericProtocol: true,
  numericSymbols: true,
  numericTime: true,
};

const ROWS: readonly OptionRow[] = [
  {
    long: 'help',
    short: 'h',
    group: 'general',
    help: 'Show this help',
    set: does((d) => {
      d.show = 'help';
    }),
  },
  {
    long: 'version',
    short: 'v',
    group: 'general',
    help: 'Show version information',
    set: does((d) => {
      d.show = 'version';
    }),
  },
  {
    long: '',
    short: 'V',
    group: 'general',
    help: 'Show extended version information',
    set: does((d) => {
      d.show = 'extended version';
    }),
  },
  {
    long: 'file',
    short: 'f',
    argument: '<filename>',
    group: 'input',
    help: 'Read input from <filename>',
    set: does((d, file) => {
      d.file = file;
    }),
  },
  {
    long: 'define',
    short: 'D',
    argument: '<name=value>',
    group: 'input',
    help: 'Define variable, e.g. --define foo=1.2.3.4',
    set: (d, text) => {
      const at = text.indexOf('=');
      if (at < 0) return `Error: Failed to define variable '${text}'`;
      d.defines[text.slice(0, at)] = text.slice(at + 1);
      return undefined;
    },
  },
  {
    long: 'interactive',
    short: 'i',
    group: 'input',
    help: 'Read input from interactive CLI',
    set: does((d) => {
      d.interactive = true;
    }),
  },
  {
    long: 'includepath',
    short: 'I',
    argument: '<directory>',
    group: 'input',
    help: 'Add <directory> to the paths searched for include files. Default is: /etc',
    set: does((d, path) => d.includePaths.push(path)),
  },
  {
    long: 'check',
    short: 'c',
    group: 'input',
    help: 'Check commands validity without actually applying the changes.',
    set: does((d) => {
      d.checkOnly = true;
    }),
  },
  {
    long: 'optimize',
    short: 'o',
    group: 'input',
    help: 'Optimize ruleset',
    set: does((d) => {
      d.optimize = true;
    }),
  },
  {
    long: 'handle',
    short: 'a',
    group: 'listing',
    help: 'Output rule handle.',
    set: (d) => print(d, { handles: true }),
  },
  {
    long: 'stateless',
    short: 's',
    group: 'listing',
    help: 'Omit stateful information of ruleset.',
    set: (d) => print(d, { stateless: true }),
  },
  {
    long: 'terse',
    short: 't',
    group: 'listing',
    help: 'Omit contents of sets.',
    set: (d) => print(d, { terse: true }),
  },
  {
    long: 'service',
    short: 'S',
    group: 'listing',
    help: 'Translate ports to service names as described in /etc/services.',
    set: (d) => print(d, { service: true }),
  },
  {
    long: 'reversedns',
    short: 'N',
    group: 'listing',
    help: 'Translate IP addresses to names.',
    set: (d) => print(d, { reverseDns: true }),
  },
  {
    long: 'guid',
    short: 'u',
    group: 'listing',
    help: 'Print UID/GID as defined in /etc/passwd and /etc/group.',
    set: (d) => print(d, { guid: true }),
  },
  {
    long: 'numeric',
    short: 'n',
    group: 'listing',
    help: 'Print fully numerical output.',
    set: (d) => print(d, NUMERIC),
  },
  {
    long: 'numeric-priority',
    short: 'y',
    group: 'listing',
    help: 'Print chain priority numerically.',
    set: (d) => print(d, { numericPriority: true }),
  },
  {
    long: 'numeric-protocol',
    short: 'p',
    group: 'listing',
    help: 'Print layer 4 protocols numerically.',
    set: (d) => print(d, { numericProtocol: true }),
  },
  {
    long: 'numeric-time',
    short: 'T',
    group: 'listing',
    help: 'Print time values numerically.',
    set: (d) => print(d, { numericTime: true }),
  },
  {
    long: 'echo',
    short: 'e',
    group: 'output',
    help: 'Echo what has been added, inserted or replaced.',
    set: does((d) => {
      d.echo = true;
    }),
  },
  {
    long: 'json',
    short: 'j',
    group: 'output',
    help: 'Format output in JSON',
    set: does((d) => {
      d.json = true;
    }),
  },
  {
    long: 'debug',
    short: 'd',
    argument: '<level [,level...]>',
    group: 'output',
    help: 'Specify debugging level (scanner, parser, eval, netlink, mnl, proto-ctx, segtree, all)',
    set: (d, levels) => {
      for (const level of levels.split(',')) {
        if (!DEBUG_LEVELS.includes(level)) return `Error: invalid debug parameter \`${level}'`;
        d.debug.push(level);
      }
      return undefined;
    },
  },
];

const GROUPS: readonly (readonly [OptionRow['group'], string])[] = [
  ['general', 'Options (general):'],
  ['input', 'Options (ruleset input handling):'],
  ['listing', 'Options (ruleset list formatting):'],
  ['output', 'Options (command output formatting):'],
];

const HELP_COLUMN = 34;

export function usage(): string {
  const lines = ['Usage: nft [ options ] [ cmds... ]', ''];
  for (const [group, title] of GROUPS) {
    lines.push(title);
    for (const row of ROWS.filter((r) => r.group === group)) {
      const long = row.long && `, --${row.long}`;
      const argument = row.argument ? ` ${row.argument}` : '';
      lines.push(`  -${row.short}${long}${argument}`.padEnd(HELP_COLUMN) + row.help);
    }
    lines.push('');
  }
  return `${lines.join('\n')}\n`;
}

/** What is said where the options are wrong. */
export interface WrongOptions {
  readonly err: string;
  readonly out?: string;
}

export function readOptions(argv: readonly string[]): NftOptions | WrongOptions {
  const draft: Draft = {
    print: {},
    interactive: false,
    checkOnly: false,
    json: false,
    echo: false,
    optimize: false,
    debug: [],
    includePaths: [],
    defines: {},
    words: [],
  };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--') {
      draft.words.push(...argv.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      const late = argv.slice(i).find((w) => isOption(w));
      if (late !== undefined) return lateOption(argv, i, late);
      draft.words.push(...argv.slice(i));
      break;
    }
    const taken = word.startsWith('--')
      ? readLong(word, argv[i + 1], draft)
      : readShort(word, argv[i + 1], draft);
    if (typeof taken === 'string') return { err: taken };
    i += taken;
  }
  if (draft.interactive && draft.file !== undefined) {
    return { err: 'Error: -i/--interactive and -f/--file options cannot be combined\n' };
  }
  if (Object.keys(draft.defines).length > 0 && draft.file === undefined) {
    return { err: 'Error: -D/--define can only be used with -f/--filename\n' };
  }
  return draft;
}

/** How many of the following words were taken, or what is wrong. */
type Taken = number | string;

function readLong(word: string, next: string | undefined, draft: Draft): Taken {
  const at = word.indexOf('=');
  const name = word.slice(2, at < 0 ? undefined : at);
  const rows = ROWS.filter((r) => r.long !== '' && r.long.startsWith(name));
  const row = rows.find((r) => r.long === name) ?? (rows.length === 1 ? rows[0] : undefined);
  if (!row) return `nft: unrecognized option '${word}'\n`;
  const given = at < 0 ? undefined : word.slice(at + 1);
  if (!row.argument) return apply(row, draft, '', 0);
  const argument = given ?? next;
  if (argument === undefined) return `nft: option '${word}' requires an argument\n`;
  return apply(row, draft, argument, given === undefined ? 1 : 0);
}

function readShort(word: string, next: string | undefined, draft: Draft): Taken {
  for (let at = 1; at < word.length; at++) {
    const row = ROWS.find((r) => r.short === word[at]);
    if (!row) return `nft: invalid option -- '${word[at]}'\n`;
    if (!row.argument) {
      const wrong = row.set(draft, '');
      if (wrong !== undefined) return `${wrong}\n`;
      continue;
    }
    const rest = word.slice(at + 1);
    const argument = rest || next;
    if (argument === undefined) return `nft: option requires an argument -- '${word[at]}'\n`;
    return apply(row, draft, argument, rest ? 0 : 1);
  }
  return 0;
}

function apply(row: OptionRow, draft: Draft, argument: string, taken: number): Taken {
  const wrong = row.set(draft, argument);
  return wrong === undefined ? taken : `${wrong}\n`;
}

/** A word that is an option of nft's, not a negative number. */
const isOption = (word: string): boolean =>
  ROWS.some((r) => word === `-${r.short}` || (r.long !== '' && word === `--${r.long}`));

/** The marks go to stdout, as nft has it. */
function lateOption(argv: readonly string[], from: number, late: string): WrongOptions {
  const line = `nft ${argv.join(' ')} `;
  const at = 'nft '.length + argv.slice(0, argv.indexOf(late, from)).join(' ').length + 1;
  const command = 'nft '.length + argv.slice(0, from).join(' ').length;
  const marks = `${' '.repeat(Math.max(0, command - 1))}^`;
  const under = marks.padEnd(at) + '~'.repeat(late.length);
  const err = `Error: syntax error, options must be specified before commands\n${line}`;
  return { err, out: `\n${under}\n` };
}
