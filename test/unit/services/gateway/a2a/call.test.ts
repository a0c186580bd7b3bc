import { describe, expect, it } from 'vitest';
import { callerError, callOf, findAgent } from '#services/gateway/a2a/call.ts';
import type { GatewayContext } from '#services/gateway/environment.ts';
import { A2AError } from '#shared/a2a/errors.ts';
import { StarlingError } from '#shared/errors.ts';
import { StoreUnavailableError } from '#shared/ports/errors.ts';
import type { LogFields } from '#shared/telemetry/logger.ts';
import { echo } from '../../../shared/tasks/mesh.ts';

function recorder() {
  const errors: LogFields[] = [];
  const nothing = () => {};
  const error = (_: string, fields?: LogFields) => void errors.push(fields ?? {});
  return { errors, log: { debug: nothing, info: nothing, warn: nothing, error } };
}

const asked: string[] = [];
const registry = {
  get: async (id: string) => {
    asked.push(id);
    return id === 'echo' ? echo : undefined;
  },
};

describe('findAgent', () => {
  it('finds an agent by its id', async () => {
    expect(await findAgent({ registry }, 'echo')).toBe(echo);
  });

  it.each(['weather', '', 'No Agent', '../echo', 'x'.repeat(100)])('refuses %j', async (id) => {
    await expect(findAgent({ registry }, id)).rejects.toMatchObject({
      code: 'AGENT_NOT_FOUND',
      httpStatus: 404,
      message: `There is no agent "${id.slice(0, 80)}" here.`,
    });
  });

  it('does not ask the registry for what cannot be an id', () => {
    expect(asked).not.toContain('../echo');
  });
});

describe('callOf', () => {
  function contextOf(env: object, headers: Record<string, string> = {}): GatewayContext {
    return { env, req: { header: (name: string) => headers[name] } } as unknown as GatewayContext;
  }
  const authorizer = { clientId: 'app', scopes: 'a b' };

  it('takes the caller from the authorizer, and the trace and position from the headers', () => {
    const signal = new AbortController().signal;
    const headers = { traceparent: 'trace', 'last-event-id': '7' };
    expect(callOf(contextOf({ requestContext: { authorizer } }, headers), echo, signal)).toEqual({
      agent: echo,
      principal: { clientId: 'app', scopes: ['a', 'b'] },
      signal,
      timeUp: undefined,
      traceparent: 'trace',
      lastEventId: '7',
      allowance: undefined,
      extensions: [],
      idempotencyKey: undefined,
    });
  });

  it("aborts when the host's time is up", () => {
    const timeUp = new AbortController();
    const env = { requestContext: { authorizer }, timeUp: timeUp.signal };
    const { signal } = callOf(contextOf(env), echo, new AbortController().signal);
    timeUp.abort();
    expect(signal.aborted).toBe(true);
  });

  it.each([{}, { requestContext: {} }, { requestContext: { authorizer: null } }])('lets nobody pass with %j', (env) => {
    expect(() => callOf(contextOf(env), echo, new AbortController().signal)).toThrow(/without a principal/);
  });
});

describe('callerError', () => {
  it.each<[string, unknown, string, number, number]>([
    ['an error for the caller', new A2AError('TASK_NOT_FOUND', 'none'), 'TASK_NOT_FOUND', 404, 0],
    ['a store that is unavailable', new StoreUnavailableError('disk full'), 'STORE_UNAVAILABLE', 503, 0],
    ['a damaged store', new StarlingError('STORE_DAMAGED', 'page 7'), 'STORE_UNAVAILABLE', 503, 1],
    ['any other error', new Error('secret'), 'INTERNAL_ERROR', 500, 1],
    ['what is no error', 'secret', 'INTERNAL_ERROR', 500, 1],
  ])('%s', (_what, thrown, code, status, logged) => {
    const { log, errors } = recorder();
    const error = callerError({ log }, thrown);
    expect(error).toMatchObject({ code, httpStatus: status });
    expect(errors).toHaveLength(logged);
    expect(JSON.stringify([error.message, error.details])).not.toMatch(/secret|disk|page/);
  });
});
