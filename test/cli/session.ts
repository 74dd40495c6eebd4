/** `nft` on one ruleset, as the tests of the command line run it: what a line of it printed. */
import { runNft } from '../../src/cli/nft.ts';
import { nft } from '../eval/ruleset/nft.ts';
import { filesOf, hearing } from './io.ts';

export interface Run {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Command lines one after the other on the same ruleset; what the last one printed. */
export function command(files: Readonly<Record<string, string>> = {}, stdin = '', kernel?: string) {
  const { target } = nft(kernel);
  return (...argv: string[]): Run => {
    const io = hearing({ stdin: () => stdin, files: filesOf(files) });
    const status = runNft(argv, io, target);
    return { status, out: io.heard.out, err: io.heard.err };
  };
}
