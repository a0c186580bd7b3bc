import { afterEach, describe, expect, it, vi } from 'vitest';
import { lambdaContext } from '../../../support/lambda.ts';
import { provideAwsLambda, startStreamingLambda } from '../../../support/lambda-streaming.ts';
import { restEvent } from '../../../support/rest-api.ts';
import { openGateway } from './gateway.ts';

/** The module as Lambda loads it, once its runtime is there. */
async function load(env: Record<string, string>) {
  vi.resetModules();
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const mesh = await openGateway();
  const { provideRuntime } = await import('../../../../shared/runtime/current.ts');
  provideRuntime(mesh.runtime);
  return { mesh, handler: (await import('../../../../services/gateway/lambda.ts')).handler as unknown };
}

describe('the handler of the gateway', () => {
  afterEach(() => vi.unstubAllEnvs());
  const health = restEvent({ method: 'GET', resource: '/health', authorizer: undefined });

  it('answers whole unless told otherwise', async () => {
    const { mesh, handler } = await load({});
    const buffered = handler as (event: unknown, context: unknown) => Promise<unknown>;
    expect(await buffered(health, lambdaContext())).toMatchObject({ statusCode: 200, body: '{"status":"ok"}' });
    await mesh.remove();
  });

  it('streams where STARLING_RESPONSES says so', async () => {
    const takeAway = provideAwsLambda();
    const lambda = await startStreamingLambda();
    const { mesh, handler } = await load({ STARLING_RESPONSES: 'stream' });
    const { response } = await lambda.invoke(handler, health, lambdaContext());
    expect(await response.text()).toBe('{"status":"ok"}');
    await mesh.remove();
    await lambda.close();
    takeAway();
  });

  it('refuses another word', async () => {
    await expect(load({ STARLING_RESPONSES: 'streaming' })).rejects.toThrow(/STARLING_RESPONSES.*stream, buffered/);
  });
});
