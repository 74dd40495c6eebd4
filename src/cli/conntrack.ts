/**
 * The `conntrack` command line of conntrack-tools 1.4.8, on a simulated machine.
 *
 * Owns the entry points: argv as a program gets it, and a line as a trace's event has it.
 */
import { CommandError, type ConntrackCommand, PROGRAM, TOOL } from './conntrack/command.ts';
import { type LabelBit, parseCommandLine } from './conntrack/command-line.ts';
import { Events } from './conntrack/events.ts';
import { type ConntrackIo, type ConntrackMachine, runCommand } from './conntrack/run.ts';

export type { ConntrackIo, ConntrackMachine } from './conntrack/run.ts';

/** Commands that a file of commands (-R) may have. */
const IN_FILES = 'IAUDF';

/** The labels' file is read at the first option that needs it, and missed once. */
function labelReader(io: ConntrackIo, { labels }: ConntrackMachine): LabelBit {
  let complained = false;
  const bits = new Map([...(labels ?? [])].map(([bit, name]) => [name, bit]));
  return (name) => {
    if (!labels && !complained) {
      complained = true;
      io.err('nfct_labelmap_new: No such file or directory\n');
    }
    return bits.get(name);
  };
}

/** Words of a line; double quotes hold words together. */
export function splitLine(line: string): string[] {
  const words = line.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  return words.map((word) => word.replace(/"((?:\\.|[^"\\])*)"/g, '$1').replace(/\\(.)/g, '$1'));
}

function readFile(name: string, io: ConntrackIo): string {
  if (name === '-') return io.stdin();
  const file = io.files.read(name);
  if ('error' in file) throw new CommandError(2, `Failed to open file ${name} for reading`);
  return file.text;
}

/** -R FILE: all lines are read before the first is run. */
function runFile(name: string, io: ConntrackIo, machine: ConntrackMachine): boolean {
  const labels = labelReader(io, machine);
  const commands: ConntrackCommand[] = [];
  for (const line of readFile(name, io).split('\n')) {
    const words = splitLine(line);
    if (words.length === 0 || words[0]!.startsWith('#')) continue;
    commands.push(parseCommandLine(words, labels, io.err));
  }
  for (const { letter, table } of commands) {
    if (letter !== null && IN_FILES.includes(letter) && table === 'conntrack') continue;
    const named = letter === null ? 'unknown' : `-${letter}${table === 'expect' ? ' expect' : ''}`;
    throw new CommandError(2, `Cannot use command \`${named}' with --load-file`);
  }
  const silent = { ...io, err: () => {} };
  for (const command of commands) runCommand(command, silent, machine);
  return true;
}

/**
 * Runs the command line `argv` (without the program's name); the exit status. `follow` is told of
 * events that are to be shown from then on; without it none come.
 */
export function runConntrack(
  argv: readonly string[],
  io: ConntrackIo,
  machine: ConntrackMachine,
  follow?: (events: Events) => void,
): number {
  try {
    if ((argv[0] === '-R' || argv[0] === '--load-file') && argv[1] !== undefined)
      return runFile(argv[1], io, machine) ? 0 : 1;
    const command = parseCommandLine(argv, labelReader(io, machine), io.err);
    if (follow && command.letter === 'E' && command.table === 'conntrack') {
      follow(new Events(command, io));
      return 0;
    }
    return runCommand(command, io, machine) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    io.err(`${TOOL}: ${error.message}\n`);
    if (error.status === 2)
      io.err(`Try \`${PROGRAM} -h' or '${PROGRAM} --help' for more information.\n`);
    return error.status;
  }
}

/** A command that names neither labels nor files. */
export const conntrackCommand = (line: string): ConntrackCommand =>
  parseCommandLine(
    splitLine(line),
    () => undefined,
    () => {},
  );

/** What a line of a trace (`-D -p tcp …`) did. */
export interface LineResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a line as a trace's `conntrack` event has it; with or without the program's name. */
export function runConntrackLine(line: string, machine: ConntrackMachine): LineResult {
  let [out, err] = ['', ''];
  const io: ConntrackIo = {
    out(text) {
      out += text;
    },
    err(text) {
      err += text;
    },
    stdin: () => '',
    // A trace says all that happens; no file of the disk may.
    files: { read: () => ({ error: 'not in a trace' }) },
  };
  const words = splitLine(line);
  const status = runConntrack(words[0] === PROGRAM ? words.slice(1) : words, io, machine);
  return { status, out, err };
}
