import { defineConfig } from 'vitest/config';
import { readPatience } from './test/support/aws-patience.ts';

const patience = readPatience(process.env);

/** The suites that need AWS, or an emulator of it, at AWS_ENDPOINT_URL: `npm run test:aws` brings one. */
export default defineConfig({
  test: {
    include: ['test/aws/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Names every skipped case and its reason.
    reporters: ['verbose'],
    // The sweeper runs once a minute, so a case about a deadline needs longer.
    // The default is a second, which is short on a busy machine.
    expect: { poll: { timeout: 30_000 * patience, interval: 50 } },
    testTimeout: 180_000 * patience,
    hookTimeout: 120_000 * patience,
  },
});
