import { defineConfig } from 'vitest/config';

/** The suites that need AWS, or an emulator of it, at AWS_ENDPOINT_URL: `npm run test:aws` brings one. */
export default defineConfig({
  test: {
    include: ['test/aws/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Says of every case that is skipped which it is, and by that why.
    reporters: ['verbose'],
    // A deadline is swept once a minute, and what waits for that needs longer.
    // The default is a second, which is short on a busy machine.
    expect: { poll: { timeout: 30_000, interval: 50 } },
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
