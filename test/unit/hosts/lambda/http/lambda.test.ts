import { describe, expect, it, vi } from 'vitest';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { lambdaContext } from '#test/support/lambda.ts';
import { provideAwsLambda, startStreamingLambda } from '#test/support/lambda-streaming.ts';
import { restEvent } from '#test/support/rest-api.ts';
import { openGateway } from './gateway.ts';

/** The module as Lambda loads it, once its runtime is there. */
async function load(responses: 'stream' | 'buffered') {
  vi.resetModules();
  const mesh = await openGateway();
  const { provideRuntime } = await import('#shared/runtime/current.ts');
  const flush = vi.fn();
  const { settings, metrics } = mesh.runtime;
  const runtime: Runtime = { ...mesh.runtime, settings: { ...settings, responses }, metrics: { ...metrics, flush } };
  provideRuntime(runtime);
  const { httpHandler } = await import('#hosts/lambda/http/handler.ts');
  const { service } = await import('#services/gateway/service.ts');
  return { mesh, flush, handler: httpHandler(service) as unknown };
}

describe('the handler of the gateway', () => {
  const health = restEvent({ method: 'GET', resource: '/health', authorizer: undefined });

  it('answers whole unless told otherwise', async () => {
    const { mesh, flush, handler } = await load('buffered');
    const buffered = handler as (event: unknown, context: unknown) => Promise<unknown>;
    expect(await buffered(health, lambdaContext())).toMatchObject({ statusCode: 200, body: '{"status":"ok"}' });
    expect(flush).toHaveBeenCalledOnce();
    await mesh.remove();
  });

  it('streams where the settings say so', async () => {
    const takeAway = provideAwsLambda();
    const lambda = await startStreamingLambda();
    const { mesh, flush, handler } = await load('stream');
    const { response } = await lambda.invoke(handler, health, lambdaContext());
    expect(await response.text()).toBe('{"status":"ok"}');
    expect(flush).toHaveBeenCalledOnce();
    await mesh.remove();
    await lambda.close();
    takeAway();
  });
});
