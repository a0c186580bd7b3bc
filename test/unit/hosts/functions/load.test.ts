import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { loadHandler } from '#hosts/functions/function.ts';

const file = path.resolve(import.meta.dirname, '../../../fixtures/functions/never-loads.ts');

afterEach(() => {
  vi.useRealTimers();
});

it('a module that waits for ever at its top level is refused with its name and what to do', async () => {
  vi.useFakeTimers();
  const loading = loadHandler({ name: 'shop', handler: { file, exportName: 'handler', at: 'serverless.yml:7' } });
  const refused = expect(loading).rejects.toThrow(
    /^serverless\.yml:7: the function shop cannot be loaded\. .*never-loads\.ts: .* Await in the handler/,
  );
  await vi.advanceTimersByTimeAsync(30_000);
  await refused;
});
