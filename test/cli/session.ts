/** `nft` on one ruleset, as the tests of the command line run it: what a line of it printed. */
import type { Io } from '../../src/cli/io.ts';
import { runNft } from '../../src/cli/nft.ts';
import { nft } from '../eval/ruleset/nft.ts';

export interface Run {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Command lines one after the other on the same ruleset; what the last one printed. */
export function command(files: Readonly<Record<string, string>> = {}, stdin = '', kernel?: string) {
  const { target } = nft(kernel);
  return (...argv: string[]): Run => {
    let out = '';
    let err = '';
    const io: Io = {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      stdin: () => stdin,
      files: {
        read: (path) =>
          path in files ? { text: files[path]! } : { error: 'No such file or directory' },
        glob: () => [],
      },
      async *versions() {},
      env: {},
    };
    return { status: runNft(argv, io, target), out, err };
  };
}
