/**
 * `nftsim nft ARGS...`: the `nft` command line on a ruleset of ours. Mirrors main.c and cli.c of nft.
 */
import { sentText } from '../eval/bytecode/request.ts';
import {
  type EvaluateOptions,
  endProgram,
  evaluate,
  type MonitorRequest,
  type PrintOptions,
  type Target,
} from '../eval/index.ts';
import { formatDiagnostics, inOrder } from '../parser/diagnostic.ts';
import {
  commandLine,
  type Entry,
  type Parsed,
  type ParsedJson,
  type ParseOptions,
  stdin,
} from '../parser/index.ts';
import { nftParser } from '../replay/language.ts';
import type { Io } from './io.ts';
import { jsonEcho } from './nft/json-echo.ts';
import { optimized } from './nft/optimize.ts';
import { type NftOptions, readOptions, usage } from './nft/options.ts';

const VERSION = 'nftables v1.1.3 (Commodore Bullmoose #4)\n';
const EXTENDED = `${VERSION}  cli:\t\teditline\n  json:\t\tyes\n  minigmp:\tno\n  libxtables:\tyes\n`;

/** The debugging level that shows what is sent to the kernel. */
const SENT = 'netlink';

/** What `monitor` asked for: from then on the caller tells it. */
export interface Monitoring {
  readonly request: MonitorRequest;
  readonly print: PrintOptions;
}

/** One invocation: what it was told to do, on what. */
interface Run {
  readonly options: NftOptions;
  readonly parsing: ParseOptions;
  readonly io: Io;
  readonly target: Target;
  monitor(asked: Monitoring): void;
}

/** Runs one invocation of nft; the exit status: 0, or 1 where anything was wrong. */
export function runNft(
  argv: readonly string[],
  io: Io,
  target: Target,
  monitor: (asked: Monitoring) => void = () => {},
): number {
  const options = readOptions(argv);
  if ('err' in options) {
    io.err(options.err);
    if (options.out !== undefined) io.out(options.out);
    return 1;
  }
  switch (options.show) {
    case 'help':
      io.out(usage());
      return 0;
    case 'version':
      io.out(VERSION);
      return 0;
    case 'extended version':
      io.out(EXTENDED);
      return 0;
    default:
      return start({ options, parsing: parsingOf(options, io), io, target, monitor });
  }
}

const parsingOf = (options: NftOptions, io: Io): ParseOptions => ({
  reader: io.files,
  includePaths: [...options.includePaths, '/etc'],
  defines: options.defines,
});

function start(run: Run): number {
  const { options, io } = run;
  for (const path of options.includePaths) {
    if (io.files.glob(path).length === 0) io.err(`Warning: Cannot include path '${path}'\n`);
  }
  for (const level of options.debug.filter((one) => one !== SENT)) {
    io.err(`Warning: nftsim does not support --debug=${level}\n`);
  }
  if (options.words.length > 0) return enter(commandLine(`${options.words.join(' ')}\n`), run);
  if (options.file !== undefined) {
    const entry = entryOf(options.file, io);
    return options.optimize ? enterOptimized(entry, run) : enter(entry, run);
  }
  if (options.interactive) return session(run);
  io.err('nft: no command specified\n');
  return 1;
}

const entryOf = (file: string, io: Io): Entry =>
  file === '-' || file === '/dev/stdin' ? stdin(io.stdin()) : { kind: 'file', path: file };

const enter = (entry: Entry, run: Run): number => report(parse(entry, run), run);

function parse(entry: Entry, { options, parsing, io }: Run): Parsed | ParsedJson {
  const json = options.json ? readAsJson(entry, io) : undefined;
  return json ?? nftParser().parse(entry, parsing);
}

/** Only files are optimized, and only after they were found to be right as they are. */
function enterOptimized(entry: Entry, run: Run): number {
  const { options, io, target } = run;
  const parsed = parse(entry, run);
  const checked = report(parsed, { ...run, options: { ...options, checkOnly: true } });
  if (checked !== 0) return checked;
  return report('root' in parsed ? parsed : optimized(parsed, options, io, target), run);
}

/** With `-j` a text that is JSON is commands in JSON. */
function readAsJson(entry: Entry, io: Io): ParsedJson | undefined {
  const got = entry.kind === 'text' ? entry : io.files.read(entry.path);
  const name = entry.kind === 'file' ? entry.path : '<cmdline>';
  return 'text' in got ? nftParser().json(name, got.text) : undefined;
}

/** Evaluates what was parsed and prints what comes of it. */
function report(parsed: Parsed | ParsedJson, { options, io, target, monitor }: Run): number {
  const { commands } = parsed.ruleset;
  const broken = parsed.broken ?? parsed.diagnostics.some((d) => d.severity === 'error');
  const json = 'root' in parsed ? parsed : undefined;
  const result = evaluate(commands, target, {
    ...options,
    ...showingSent(options, io),
    ...(json && { echo: false }),
    ...(io.pid !== undefined && { pid: io.pid }),
    broken,
    uncommitted: options.checkOnly,
    faults: parsed.faults ?? parsed.diagnostics.length,
  });
  if (result.output !== '') io.out(result.output);
  if (json && options.echo && result.ok) io.out(jsonEcho(json.root, commands, result.changes));
  const diagnostics = inOrder(parsed.diagnostics, result.diagnostics);
  if (diagnostics.length > 0) io.err(formatDiagnostics(diagnostics, parsed.sources));
  if (result.monitor) monitor({ request: result.monitor, print: options.print });
  return result.ok ? 0 : 1;
}

/** `-d netlink`: prints what is sent to the kernel. */
function showingSent({ debug }: NftOptions, io: Io): Pick<EvaluateOptions, 'sent'> {
  const shown = debug.includes(SENT) || debug.includes('all');
  return shown ? { sent: (requests) => io.out(sentText(requests)) } : {};
}

/** `nft -i`: every line is a batch of its own; a backslash at its end joins the next. */
function session(run: Run): number {
  const { options, parsing, io, target } = run;
  const reader = nftParser().interactive(parsing);
  const program = { ...target, owner: target.ruleset.nextOwner++ };
  const monitor = () => io.err('Error: nftsim does not support `monitor` in a session\n');
  let pending = '';
  for (const line of io.stdin().split('\n')) {
    if (line.endsWith('\\')) {
      pending += line.slice(0, -1);
      continue;
    }
    const text = pending + line;
    pending = '';
    if (text.trim() === 'quit') break;
    if (text.trim() === '') continue;
    const entry = commandLine(`${text}\n`);
    const json = options.json ? readAsJson(entry, io) : undefined;
    report(json ?? reader.line(`${text}\n`), { ...run, target: program, monitor });
  }
  endProgram(program);
  return 0;
}
