import { defineConfig } from 'vitest/config';
import LongestFirst from './test/longest-first.ts';
import { useMemoryDisk } from './test/memory-disk.ts';

useMemoryDisk();

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need servers that npm does not bring: `npm run test:services`.
    exclude: ['test/services/**'],
    globalSetup: ['test/postgres-server.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
