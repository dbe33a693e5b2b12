import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/helpers/own-temporary-folder.ts'],
    setupFiles: ['test/helpers/fixed-seed.ts'],
    // No test is about time: these only end what hangs, on a slow and busy machine, too.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
