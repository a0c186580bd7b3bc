import { defineConfig } from 'vitest/config';

/** The suites that need AWS, or an emulator of it, at AWS_ENDPOINT_URL: `npm run test:aws` brings one. */
export default defineConfig({
  test: {
    include: ['test/aws/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
