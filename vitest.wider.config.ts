import { defineConfig } from 'vitest/config';

/**
 * The suites that need tools which users need not have: strace, a JDK with Maven, Python with boto3 and the AWS CLI. One
 * whose tool is not there is skipped, and says so; with STARLING_WIDER=required it fails.
 */
export default defineConfig({
  test: {
    include: ['test/wider/**/*.test.ts'],
    pool: 'forks',
    // They share virtual environments, and strace what the machine has.
    fileParallelism: false,
    // Says of every suite that is skipped which it is, and by that why.
    reporters: ['verbose'],
    // The default is a second, which is short on a busy machine.
    expect: { poll: { timeout: 30_000, interval: 50 } },
    testTimeout: 60_000,
    // The first time, packages are installed.
    hookTimeout: 300_000,
  },
});
