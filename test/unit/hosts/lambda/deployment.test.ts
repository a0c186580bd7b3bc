import { expect, it, vi } from 'vitest';

it('what is wrong with the environment ends the calls of a deployment, not the start of the function', async () => {
  for (const name of ['STARLING_STAGE', 'STARLING_BLOBS']) vi.stubEnv(name, '');
  const { host } = await import('#hosts/lambda/deployment.ts');
  const handler = vi.fn(async () => {});
  await expect(host(handler)({} as never, {} as never)).rejects.toThrow(/STARLING_STAGE.*STARLING_BLOBS/);
  expect(handler).not.toHaveBeenCalled();
  vi.unstubAllEnvs();
});
