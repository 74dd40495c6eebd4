/** `nftsim replay TRACE...`: packets through the machine, counters and connections out. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { printJson } from '../eval/list/document.ts';
import type { Json } from '../eval/list/json.ts';
import type { Answer } from '../replay/answer.ts';
import { Replay } from '../replay/replay.ts';
import { problemText } from '../trace/problem.ts';
import { readTrace } from '../trace/read.ts';
import type { Trace } from '../trace/trace.ts';
import type { Io } from './io.ts';
import { diskReader } from './nft/files.ts';
import type { CommonOptions } from './options.ts';
import { INPUT, OK, REFUSED } from './status.ts';

export interface ReplayCommandOptions extends CommonOptions {
  readonly out?: string;
  readonly explain?: boolean;
  readonly engine?: 'step' | 'emit';
  readonly seed: string;
}

function play(trace: Trace, options: ReplayCommandOptions, io: Io): Answer {
  const parse = { reader: diskReader, includePaths: [...(options.includepath ?? []), '/etc'] };
  const run = new Replay(trace, {
    ...(options.kernel !== undefined && { kernel: options.kernel }),
    ...(options.engine !== undefined && { engine: options.engine }),
    seed: Number(options.seed),
    ...(io.env.TZ !== undefined && { timeZone: io.env.TZ }),
  });
  return run.run(run.load(parse));
}

const asText = (answer: Answer): string => `${printJson(answer as unknown as Json)}\n`;

export function replay(files: readonly string[], options: ReplayCommandOptions, io: Io): number {
  let status = OK;
  for (const file of files) {
    const { trace, problems } = readTrace(file);
    if (!trace) {
      for (const p of problems) io.err(`${problemText(p)}\n`);
      status = INPUT;
      continue;
    }
    const answer = play(trace, options, io);
    if (options.out !== undefined) {
      mkdirSync(options.out, { recursive: true });
      writeFileSync(path.join(options.out, `${trace.name}.answer.json`), asText(answer));
    } else io.out(asText(answer));
    if (status === OK && (!answer.loaded || answer.failures.length > 0)) status = REFUSED;
  }
  return status;
}
