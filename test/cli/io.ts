/** The outside of a command, as tests give it: what is said is remembered, no file is there. */
import type { Io } from '../../src/cli/io.ts';

export interface Heard extends Io {
  readonly heard: { out: string; err: string; both: string };
}

export function hearing(more: Partial<Io> = {}): Heard {
  const heard = { out: '', err: '', both: '' };
  const into = (stream: 'out' | 'err') => (text: string) => {
    heard[stream] += text;
    heard.both += text;
  };
  return {
    heard,
    out: into('out'),
    err: into('err'),
    stdin: () => '',
    files: filesOf({}),
    async *versions() {},
    env: {},
    ...more,
  };
}

/** Files by their names. */
export const filesOf = (files: Readonly<Record<string, string>>): Io['files'] => ({
  read: (file) => (file in files ? { text: files[file]! } : { error: 'No such file or directory' }),
  glob: () => [],
});
