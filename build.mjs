// Bundles the command line: start-up time is a command line's latency. Commands are chunks of their
// own, loaded when they run. Says nothing unless something is wrong.
import { build } from 'rolldown';

await build({
  input: { nftsim: 'bin/nftsim.ts' },
  platform: 'node',
  // Modules rather than UMD, whose requires no bundler follows.
  resolve: { mainFields: ['module', 'main'] },
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    banner: (chunk) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
    cleanDir: true,
    minify: true,
  },
});
