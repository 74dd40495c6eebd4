/**
 * The options that several commands share.
 *
 * Owns their names, help and meaning; the commands add their own.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { RELEASES } from '../datapath/releases.ts';

export interface CommonOptions {
  /** False: `--no-state`. */
  readonly state?: string | false;
  readonly ruleset?: string;
  readonly env?: string;
  readonly kernel?: string;
  readonly define?: readonly string[];
  readonly includepath?: readonly string[];
  readonly json?: boolean;
  readonly color?: 'auto' | 'always' | 'never';
  readonly quiet?: boolean;
}

const collect = (value: string, all: readonly string[] | undefined): string[] => [
  ...(all ?? []),
  value,
];

const define = (value: string, all: readonly string[] | undefined): string[] => {
  if (!/^[a-zA-Z_][\w.-]*=/.test(value)) throw new InvalidArgumentError('It wants name=value.');
  return collect(value, all);
};

const folder = (value: string): string => {
  if (value === '') throw new InvalidArgumentError('It wants a folder.');
  return value;
};

/** `--state DIR`, `--no-state`. $NFTSIM_STATE is not commander's: one before the command would win. */
export const withStateOptions = (command: Command): Command =>
  command
    .option('--state <dir>', 'the state directory (else $NFTSIM_STATE, else .nftsim)', folder)
    .addOption(new Option('--no-state', 'keep everything in memory'));

/** What a ruleset is loaded on and with. */
export const withMachineOptions = (command: Command): Command =>
  command
    .addOption(new Option('--env <file>', 'the machine: devices, addresses, routes (JSON)'))
    .addOption(new Option('--kernel <release>', 'the kernel to be').choices([...RELEASES]))
    .option('-D, --define <name=value>', 'define a variable of the ruleset', define)
    .option('-I, --includepath <dir>', 'look for included files there', collect);

export const withOutputOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']).default('auto'),
    )
    .option('-q, --quiet', 'print no more than what was asked for');
