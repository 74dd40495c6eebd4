/**
 * The options that several commands share.
 *
 * Owns their names, help and meaning; the commands add their own.
 */
import { type Command, Option } from 'commander';
import { RELEASES } from '../datapath/profile.ts';

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
  readonly verbose?: boolean;
}

const collect = (value: string, all: readonly string[] | undefined): string[] => [
  ...(all ?? []),
  value,
];

/** `--state DIR`, `--no-state`. */
export const withStateOptions = (command: Command): Command =>
  command
    .addOption(new Option('--state <dir>', 'the state directory').env('NFTSIM_STATE'))
    .addOption(new Option('--no-state', 'keep everything in memory'));

/** What a ruleset is loaded on and with. */
export const withMachineOptions = (command: Command): Command =>
  command
    .addOption(new Option('--env <file>', 'the machine: devices, addresses, routes (JSON)'))
    .addOption(new Option('--kernel <release>', 'the kernel to be').choices([...RELEASES]))
    .option('-D, --define <name=value>', 'define a variable of the ruleset', collect)
    .option('-I, --includepath <dir>', 'look for included files there', collect);

export const withOutputOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']).default('auto'),
    )
    .option('-q, --quiet', 'print no more than what was asked for')
    .option('-v, --verbose', 'print more');
