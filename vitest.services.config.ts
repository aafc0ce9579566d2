/** Tests against real servers that npm does not bring: `.ci/run` says which, and installs them. */
import { defineConfig } from 'vitest/config';
import { useMemoryDisk } from './test/memory-disk.ts';

useMemoryDisk();

export default defineConfig({
  test: {
    include: ['test/services/**/*.test.ts'],
    globalSetup: ['test/postgres-server.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
