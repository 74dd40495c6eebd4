/**
 * `nftsim nft ARGS...`: the `nft` command line on a ruleset of ours. Mirrors main.c and cli.c of nft.
 */
import { sentText } from '../eval/bytecode/request.ts';
import { type EvaluateOptions, endProgram, evaluate, type Target } from '../eval/index.ts';
import { formatDiagnostics } from '../parser/diagnostic.ts';
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

/** Runs one invocation of nft; the exit status: 0, or 1 where anything was wrong. */
export function runNft(argv: readonly string[], io: Io, target: Target): number {
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
      return run(options, io, target);
  }
}

function run(options: NftOptions, io: Io, target: Target): number {
  for (const path of options.includePaths) {
    if (io.files.glob(path).length === 0) io.err(`Warning: Cannot include path '${path}'\n`);
  }
  const parseOptions: ParseOptions = {
    reader: io.files,
    includePaths: [...options.includePaths, '/etc'],
    defines: options.defines,
  };
  if (options.words.length > 0) {
    return enter(commandLine(`${options.words.join(' ')}\n`), parseOptions, options, io, target);
  }
  if (options.files.length > 0) {
    for (const file of options.files) {
      const entry = entryOf(file, io);
      const status = options.optimize
        ? enterOptimized(entry, parseOptions, options, io, target)
        : enter(entry, parseOptions, options, io, target);
      if (status !== 0) return status;
    }
    return 0;
  }
  if (options.interactive) return session(parseOptions, options, io, target);
  io.err('nft: no command specified\n');
  return 1;
}

const entryOf = (file: string, io: Io): Entry =>
  file === '-' || file === '/dev/stdin' ? stdin(io.stdin()) : { kind: 'file', path: file };

function enter(
  entry: Entry,
  parseOptions: ParseOptions,
  options: NftOptions,
  io: Io,
  target: Target,
): number {
  return report(parse(entry, parseOptions, options, io), options, io, target);
}

function parse(
  entry: Entry,
  parseOptions: ParseOptions,
  options: NftOptions,
  io: Io,
): Parsed | ParsedJson {
  const json = options.json ? readAsJson(entry, io) : undefined;
  return json ?? nftParser().parse(entry, parseOptions);
}

/** Only files are optimized, and only after they were found to be right as they are. */
function enterOptimized(
  entry: Entry,
  parseOptions: ParseOptions,
  options: NftOptions,
  io: Io,
  target: Target,
): number {
  const parsed = parse(entry, parseOptions, options, io);
  const checked = report(parsed, { ...options, checkOnly: true }, io, target);
  if (checked !== 0) return checked;
  const merged = 'root' in parsed ? parsed : optimized(parsed, options, io, target);
  return report(merged, options, io, target);
}

/** With `-j` a text that is JSON is commands in JSON. */
function readAsJson(entry: Entry, io: Io): ParsedJson | undefined {
  const got = entry.kind === 'text' ? entry : io.files.read(entry.path);
  const name = entry.kind === 'file' ? entry.path : '<cmdline>';
  return 'text' in got ? nftParser().json(name, got.text) : undefined;
}

/** Evaluates what was parsed and prints what comes of it. */
function report(parsed: Parsed | ParsedJson, options: NftOptions, io: Io, target: Target): number {
  const { commands } = parsed.ruleset;
  const broken = parsed.broken ?? parsed.diagnostics.some((d) => d.severity === 'error');
  const json = 'root' in parsed ? parsed : undefined;
  const result = evaluate(commands, target, {
    ...options,
    ...showingSent(options, io),
    ...(json && { echo: false }),
    ...(io.pid !== undefined && { pid: io.pid }),
    broken,
  });
  if (result.output !== '') io.out(result.output);
  if (json && options.echo && result.ok) io.out(jsonEcho(json.root, commands, result.changes));
  const diagnostics = [...parsed.diagnostics, ...result.diagnostics];
  if (diagnostics.length > 0) io.err(formatDiagnostics(diagnostics, parsed.sources));
  return result.ok ? 0 : 1;
}

/** `-d netlink`: prints what is sent to the kernel. */
function showingSent({ debug }: NftOptions, io: Io): Pick<EvaluateOptions, 'sent'> {
  const shown = debug.includes('netlink') || debug.includes('all');
  return shown ? { sent: (requests) => io.out(sentText(requests)) } : {};
}

/** `nft -i`: every line is a batch of its own; a backslash at its end joins the next. */
function session(parseOptions: ParseOptions, options: NftOptions, io: Io, target: Target): number {
  const reader = nftParser().interactive(parseOptions);
  const program = { ...target, owner: target.ruleset.nextOwner++ };
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
    report(json ?? reader.line(`${text}\n`), options, io, program);
  }
  endProgram(program);
  return 0;
}
