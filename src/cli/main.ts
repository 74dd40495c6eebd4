/**
 * The command line: which command, with which options.
 *
 * Owns the tree of commands and the exit status of wrong usage; each command is a file of its own.
 * `nft`, `conntrack` and nft's verbs take their arguments as the originals do.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Io } from './io.ts';
import { withMachineOptions, withOutputOptions, withStateOptions } from './options.ts';
import { INPUT, OK, USAGE } from './status.ts';

const VERSION = '0.1.0';

/** nft's verbs: `nftsim list ruleset` is `nftsim nft list ruleset`. */
const NFT_VERBS = [
  'add',
  'create',
  'insert',
  'replace',
  'delete',
  'destroy',
  'flush',
  'list',
  'reset',
  'rename',
  'get',
  'describe',
  'monitor',
  'import',
  'export',
];

type Run = () => Promise<number>;

const seed = (value: string): number => {
  if (/^\d+$/.test(value) && Number(value) <= 0xffffffff) return Number(value);
  throw new InvalidArgumentError('It wants a number from 0 to 4294967295.');
};

function program(io: Io, run: (what: Run) => void): Command {
  const top = new Command('nftsim')
    .description('A Linux router in a process: nft rulesets, conntrack, NAT, flowtables')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  withStateOptions(top);
  /** What is said after the command's name wins over what is said before. */
  const optionsOf = <T>(command: Command): T => ({ ...top.opts(), ...command.opts() }) as T;
  const own = (command: Command): Command =>
    withOutputOptions(withMachineOptions(withStateOptions(command)));

  own(top.command('load <ruleset>'))
    .description("check a ruleset and make it the machine's whole ruleset")
    .option('--json', 'print the summary as JSON')
    .action((file: string, _options, command: Command) =>
      run(async () => (await import('./load.ts')).load(file, optionsOf(command), io)),
    );
  own(top.command('replay <trace...>'))
    .description('send the packets of traces through the machine')
    .option('-f, --ruleset <file>', "the ruleset, instead of the trace's or the loaded one")
    .option('--json', 'print the answer as JSON')
    .option('--out <dir>', 'write DIR/CASE.answer.json for each trace')
    .option('--monitor', 'print the lines of `nft monitor trace`')
    .option('--events', 'print the lines of `conntrack -E`')
    .option('--explain', 'say of each flow why it is offloaded or not')
    .addOption(
      new Option('--engine <engine>', 'how rules run: emit (generated code) or step (one by one)')
        .choices(['emit', 'step'])
        .default('emit'),
    )
    .option('--seed <number>', 'what random choices start from (default: 0)', seed)
    .action((files: string[], _options, command: Command) =>
      run(async () => (await import('./replay.ts')).replay(files, optionsOf(command), io)),
    );
  own(top.command('check <ruleset...>'))
    .description('check rulesets; nothing is changed')
    .action((files: string[], _options, command: Command) =>
      run(async () => (await import('./check.ts')).check(files, optionsOf(command), io)),
    );
  withStateOptions(top.command('proc'))
    .description('print /proc/net/nf_conntrack')
    .action((_options, command: Command) =>
      run(async () => (await import('./proc.ts')).proc(optionsOf(command), io)),
    );
  const raw = (name: string, description: string, args: (given: string[]) => string[]) =>
    top
      .command(name, { hidden: name !== 'nft' && name !== 'conntrack' })
      .description(description)
      .argument('[args...]')
      .allowUnknownOption()
      .passThroughOptions()
      .helpOption(false)
      .action((given: string[], _options, command: Command) =>
        run(async () => {
          const { tool } = await import('./tool.ts');
          const which = name === 'conntrack' ? 'conntrack' : 'nft';
          return tool(which, args(given), optionsOf(command), io);
        }),
      );
  raw('nft', 'the nft command line, on the state', (given) => given);
  raw('conntrack', 'the conntrack command line, on the state', (given) => given);
  for (const verb of NFT_VERBS) raw(verb, `nft ${verb} …`, (given) => [verb, ...given]);
  top.addHelpText(
    'after',
    `\nnft's own commands work as they are: ${NFT_VERBS.slice(0, 8).join(', ')}, …`,
  );
  return top;
}

/** Runs one command line; the exit status. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let chosen: Run | undefined;
  const top = program(io, (what) => {
    chosen = what;
  });
  try {
    if (argv.length === 0) {
      io.err(top.helpInformation());
      return USAGE;
    }
    await top.parseAsync(argv, { from: 'user' });
  } catch (e) {
    if (!(e instanceof CommanderError)) throw e;
    return e.exitCode === 0 ? OK : USAGE;
  }
  if (!chosen) return USAGE;
  try {
    return await chosen();
  } catch (e) {
    // What the system refuses (a full disk) is no fault of the program's.
    const { syscall, message } = e as NodeJS.ErrnoException;
    io.err(`nftsim: ${syscall ? '' : 'internal error: '}${message}; nothing was changed\n`);
    return INPUT;
  }
}
