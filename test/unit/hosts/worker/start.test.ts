import { describe, expect, it } from 'vitest';
import { readWorkerSettings } from '#hosts/worker/settings.ts';
import { defaultTimeout, findFunction } from '#hosts/worker/worker-function.ts';
import { parseSubscription } from '#wiring/parse-subscription.ts';
import { workerFunction } from './support.ts';

describe('the settings of a worker', () => {
  it('have defaults', () => {
    expect(readWorkerSettings({}, {})).toEqual({
      host: '127.0.0.1',
      port: 4280,
      concurrency: undefined,
      timeout: undefined,
      drain: 25,
    });
  });

  it('come from options before variables', () => {
    const env = {
      STARLING_HOST: '0.0.0.0',
      STARLING_PORT: '8080',
      STARLING_WORKER_CONCURRENCY: '5',
      STARLING_WORKER_TIMEOUT: '3600',
      STARLING_WORKER_DRAIN: '110',
    };
    expect(readWorkerSettings(env, {})).toEqual({
      host: '0.0.0.0',
      port: 8080,
      concurrency: 5,
      timeout: 3600,
      drain: 110,
    });
    expect(readWorkerSettings(env, { port: '0', concurrency: '1', drain: '6' })).toMatchObject({
      port: 0,
      concurrency: 1,
      drain: 6,
    });
  });

  it.each([
    [{}, { concurrency: '0' }, /--concurrency is "0", but takes invocations from 1 to 1000/],
    [{}, { port: 'x' }, /--port/],
    [{}, { timeout: '43201' }, /--timeout is "43201", but takes seconds from 1 to 43000/],
    [{ STARLING_WORKER_DRAIN: '5' }, {}, /STARLING_WORKER_DRAIN is "5", but takes seconds from 6/],
    [{ STARLING_WORKER_CONCURRENCY: '1.5' }, {}, /STARLING_WORKER_CONCURRENCY/],
  ])('refuse %o %o', (env, options, message) => {
    expect(() => readWorkerSettings(env, options)).toThrow(message);
  });
});

describe('the function of a worker', () => {
  const functions = [
    workerFunction('echo'),
    workerFunction('chunks', { subscriptions: [], streams: [{} as never] }),
    workerFunction('gateway', { subscriptions: [] }),
  ];

  it('is found by its name', () => {
    expect(findFunction(functions, 'chunks', 'serverless.yml').name).toBe('chunks');
  });

  it.each([
    ['eccho', /serverless\.yml has no function "eccho".*echo, chunks\./],
    ['gateway', /Nothing queues for the function "gateway".*echo, chunks\./],
  ])('is not %s, with those that can be run', (name, message) => {
    expect(() => findFunction(functions, name, 'serverless.yml')).toThrow(message);
  });

  it('may take as long as its task, and not longer than SQS hides a message', () => {
    const agent = (deadline: number) =>
      workerFunction('echo', { subscriptions: [parseSubscription({ agent: 'echo', deadline }, 30)] });
    expect(defaultTimeout(agent(3_600))).toBe(3_600);
    expect(defaultTimeout(agent(86_400))).toBe(43_000);
    expect(defaultTimeout(workerFunction('audit'))).toBe(30);
  });
});
