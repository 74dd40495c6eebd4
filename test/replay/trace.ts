/** Traces that tests write down themselves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { readTrace } from '../../src/trace/read.ts';
import type { Trace } from '../../src/trace/trace.ts';

/** The trace of such a file. */
export function traceOf(content: object): Trace {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'nftsim-trace-'));
  const file = path.join(dir, 'trace.json');
  writeFileSync(file, JSON.stringify(content));
  const { trace, problems } = readTrace(file);
  rmSync(dir, { recursive: true });
  expect(problems).toEqual([]);
  return trace!;
}
