// Bundles the command line: start-up time is a command line's latency. Commands are chunks of their
// own, loaded when they run. Says nothing unless something is wrong. An argument: where to, else dist.
import { writeFileSync } from 'node:fs';
import { build } from 'rolldown';

const options = {
  platform: 'node',
  // Modules rather than UMD, whose requires no bundler follows.
  resolve: { mainFields: ['module', 'main'] },
};
const dir = process.argv[2] ?? 'dist';
const output = {
  dir,
  format: 'cjs',
  // One byte a character: V8 reads it as it is.
  charset: 'ascii',
  minify: true,
};

const { output: chunks } = await build({
  ...options,
  input: { program: 'bin/nftsim.ts' },
  output: { ...output, entryFileNames: '[name]-[hash].js', cleanDir: true },
});
const program = chunks.find((chunk) => chunk.isEntry);
await build({
  ...options,
  input: { nftsim: 'bin/start.ts' },
  transform: { define: { PROGRAM: JSON.stringify(`./${program.fileName}`) } },
  output: { ...output, entryFileNames: '[name].js', banner: '#!/usr/bin/env node' },
});
writeFileSync(`${dir}/package.json`, '{ "type": "commonjs" }\n');
