// Bundles the command line into one file: start-up time is a command line's latency.
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'bin/nftsim.ts',
  platform: 'node',
  output: {
    file: 'dist/nftsim.js',
    format: 'esm',
    banner: '#!/usr/bin/env node',
    minify: false,
    codeSplitting: false,
  },
});
