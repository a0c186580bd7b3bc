import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Test files that replace modules, count what a process wrote, or need a process without a runtime: each has its own process. */
const ownProcess = [
  'test/unit/adapters/sqlite/**/*.test.ts',
  'test/unit/cli/bin.test.ts',
  'test/unit/hosts/lambda/**/*.test.ts',
  'test/unit/services/gateway/admin/**/*.test.ts',
  'test/unit/shared/runtime/**/*.test.ts',
  'test/unit/linear/**/*.test.ts',
];

/** What `npm test` runs of the end-to-end tests. `npm run test:all` runs the rest too. */
const short = ['access', 'calls', 'events', 'streams'].map((name) => `test/e2e/${name}.test.ts`);

// Each test file has a new process, and many tests start processes. Kept compiled modules save a fifth of all time. They would
// blur the coverage: https://nodejs.org/api/cli.html#node_compile_cachedir
if (!process.argv.includes('--coverage')) {
  process.env.NODE_COMPILE_CACHE ??= path.join(import.meta.dirname, 'node_modules/.cache/starling-tests');
}

const limits = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000, interval: 20 } } };

/**
 * Every wait in a test has a limit far above what it takes, because the machine may be busy. No test measures time.
 */
export default defineConfig({
  test: {
    // Most tests wait for a disk, a timer or another process, so three workers keep two cores busy.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...limits,
          name: 'unit',
          include: ['test/{unit,contract}/**/*.test.ts'],
          exclude: ownProcess,
          pool: 'forks',
          // A worker runs one file after the other and keeps the modules that it has loaded.
          isolate: false,
        },
      },
      { test: { ...limits, name: 'own-process', include: ownProcess, pool: 'forks' } },
      { test: { ...limits, name: 'short', include: short, pool: 'forks' } },
      { test: { ...limits, name: 'long', include: ['test/e2e/**/*.test.ts'], exclude: short, pool: 'forks' } },
    ],
    coverage: {
      provider: 'v8',
      include: ['shared/{tasks,patterns,agent}/**/*.ts'],
      reporter: ['text', 'text-summary'],
      // Just under what the tests reach.
      thresholds: {
        'shared/tasks/**': { lines: 95, branches: 92 },
        'shared/patterns/**': { lines: 97, branches: 92 },
        'shared/agent/**': { lines: 92, branches: 92 },
      },
    },
  },
});
