import { TestClock } from '#test/support/fixtures.ts';
import { MemoryLeases } from '#test/support/memory-leases.ts';
import { leasesContract } from './leases.ts';

leasesContract('in memory', async () => {
  const clock = new TestClock();
  return { leases: new MemoryLeases(clock), pass: async (seconds) => clock.advance(seconds), close: async () => {} };
});
