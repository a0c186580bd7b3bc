import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bufferedHandler } from '#hosts/lambda/http/buffered.ts';
import type { LambdaOptions } from '#hosts/lambda/http/call.ts';
import { streamedHandler } from '#hosts/lambda/http/streamed.ts';
import { lambdaContext } from '#test/support/lambda.ts';
import { provideAwsLambda, type StreamingLambda, startStreamingLambda } from '#test/support/lambda-streaming.ts';
import { caller, restEvent } from '#test/support/rest-api.ts';
import { message, openGateway, parseEvents, rpc, type TestGateway } from './gateway.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

type Call = (options: LambdaOptions, event: APIGatewayProxyEvent, context?: Context) => Promise<Answer>;

let lambda: StreamingLambda;
let takeAway: () => void;

beforeAll(async () => {
  takeAway = provideAwsLambda();
  lambda = await startStreamingLambda();
});
afterAll(async () => {
  await lambda.close();
  takeAway();
});

const streamed: Call = async (options, event, context = lambdaContext('gateway')) => {
  const { response, error } = await lambda.invoke(streamedHandler(options), event, context);
  const text = await response.text();
  expect(await error).toBeUndefined();
  return { status: response.status, headers: response.headers, text };
};

const buffered: Call = async (options, event, context = lambdaContext('gateway')) => {
  const result = await bufferedHandler(options)(event, context);
  return { status: result.statusCode, headers: headersOf(result), text: result.body };
};

function headersOf({ multiValueHeaders = {} }: APIGatewayProxyResult): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(multiValueHeaders)) {
    for (const value of values) headers.append(name, String(value));
  }
  return headers;
}

/** Time enough for an answer, not for a task that nobody does. */
const littleTime = () => lambdaContext('gateway', 2_200);

describe.each([
  ['streamed', streamed],
  ['buffered', buffered],
])('the gateway behind a REST API, %s', (_, call) => {
  let mesh: TestGateway;

  beforeEach(async () => {
    mesh = await openGateway();
  });
  afterEach(() => mesh.remove());

  const toEcho = (body: string | Buffer, more: object = {}) =>
    restEvent({ parameters: { agentId: 'echo' }, body, headers: { 'A2A-Version': '1.0' }, ...more });
  const send = (method: string, params: unknown, context?: Context, headers: Record<string, string> = {}) =>
    call(
      mesh.options,
      toEcho(rpc(method, params), { headers: { 'A2A-Version': '1.0', ...headers } }),
      context ?? lambdaContext('gateway'),
    );
  const begin = async () => {
    const { text } = await send('SendMessage', { ...message('hello'), configuration: { returnImmediately: true } });
    return mesh.task(JSON.parse(text).result.task.id);
  };

  it('answers a call in JSON', async () => {
    const task = await begin();
    const { status, headers, text } = await send('GetTask', { id: task.id });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', id: 1, result: { id: task.id } });
  });

  it('answers a blocking call when the agent has', async () => {
    const id = crypto.randomUUID();
    const sent = call(
      mesh.options,
      toEcho(rpc('SendMessage', { message: { messageId: id, role: 'ROLE_USER', parts: [{ text: 'hi' }] } })),
    );
    const task = await taskOf(mesh);
    await mesh.works(task);
    await mesh.answers(task, 'hi');
    const { result } = JSON.parse((await sent).text);
    expect(result.task).toMatchObject({ id: task.id, status: { state: 'TASK_STATE_COMPLETED' } });
    expect(result.task.artifacts).toMatchObject([{ parts: [{ text: 'hi' }] }]);
  });

  it('answers a blocking call with the task as it stands when the function has no more time', async () => {
    const { status, text } = await send('SendMessage', message('hello'), littleTime());
    expect(status).toBe(200);
    expect(JSON.parse(text).result.task.status.state).toBe('TASK_STATE_SUBMITTED');
  });

  it('tells a skill call whose time is up that the task goes on', async () => {
    const { text } = await send('echo', {}, littleTime());
    const { error } = JSON.parse(text);
    expect(error.message).toMatch(/goes on/);
  });

  it('ends a stream when the function has no more time, and goes on from Last-Event-ID', async () => {
    const begun = await send('SendStreamingMessage', message('hello'), littleTime());
    expect(begun.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const [first, ...others] = parseEvents(begun.text);
    expect(first?.data.result.task.status.state).toBe('TASK_STATE_SUBMITTED');
    expect(others).toEqual([]);
    const task = await mesh.task(first?.data.result.task.id);
    await mesh.works(task);
    await mesh.answers(task, 'hello');
    const resumed = await send('SubscribeToTask', { id: task.id }, undefined, { 'Last-Event-ID': first?.id ?? '' });
    const events = parseEvents(resumed.text);
    expect(events.map(({ id }) => id)).toEqual(['1', '2', '3', '4']);
    expect(events.at(-1)?.data.result.statusUpdate.status.state).toBe('TASK_STATE_COMPLETED');
  });

  it('ends a stream of events that begins with no time left, with its head', async () => {
    const event = restEvent({ method: 'GET', resource: '/admin/{proxy+}', parameters: { proxy: 'events' } });
    const { status, headers, text } = await call(mesh.options, event, lambdaContext('gateway', 100));
    expect([status, headers.get('content-type'), text]).toEqual([200, 'text/event-stream; charset=utf-8', '']);
  });

  it('tells A2A errors as the standalone mesh does', async () => {
    const missing = await call(
      mesh.options,
      restEvent({ parameters: { agentId: 'nobody' }, body: rpc('GetTask', {}) }),
    );
    expect(missing.status).toBe(404);
    const broken = await call(mesh.options, toEcho('{'));
    expect([broken.status, JSON.parse(broken.text).error.code]).toEqual([200, -32700]);
    const empty = await call(mesh.options, restEvent({ parameters: { agentId: 'echo' }, body: null }));
    expect([empty.status, JSON.parse(empty.text).error.code]).toEqual([200, -32700]);
  });

  it('reads a body of bytes as one of text', async () => {
    const body = rpc('SendMessage', { ...message('grüße 🐦'), configuration: { returnImmediately: true } });
    for (const sent of [body, Buffer.from(body)]) {
      const { text } = await call(mesh.options, toEcho(sent));
      expect(JSON.parse(text).result.task.history[0].parts).toEqual([{ text: 'grüße 🐦' }]);
    }
  });

  it.each([
    ['text', (text: string) => text],
    ['bytes', (text: string) => Buffer.from(text)],
  ])('refuses a body of %s that is too large, whatever length was announced', async (_kind, as) => {
    const small = await openGateway({ STARLING_MAX_BODY: '2000' });
    const over = as(rpc('SendMessage', message('ü'.repeat(1000))));
    for (const announced of ['10', String(over.length)]) {
      const headers = { 'Content-Length': announced, 'Transfer-Encoding': 'chunked' };
      expect((await call(small.options, toEcho(over, { headers }))).status).toBe(413);
    }
    expect((await call(small.options, toEcho(rpc('GetTask', {})))).status).toBe(200);
    await small.remove();
  });

  it('answers /health to anybody, and what needs a caller to nobody without one', async () => {
    const get = (resource: string, parameters: Record<string, string>, authorizer?: Record<string, string>) =>
      call(mesh.options, restEvent({ method: 'GET', resource, parameters, authorizer }));
    expect(await get('/health', {})).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect((await get('/metrics', {})).status).toBe(401);
    expect((await get('/metrics', {}, caller)).status).toBe(200);
    expect((await get('/admin/{proxy+}', { proxy: 'agents' })).status).toBe(401);
    expect(JSON.parse((await get('/admin/{proxy+}', { proxy: 'agents' }, caller)).text).agents).toHaveLength(1);
    expect((await get('/admin/{proxy+}', { proxy: 'nothing' }, caller)).status).toBe(404);
  });

  it('answers without a body where there is none', async () => {
    const card = (headers: Record<string, string> = {}) =>
      call(
        mesh.options,
        restEvent({
          method: 'GET',
          resource: '/agents/{agentId}/.well-known/agent-card.json',
          parameters: { agentId: 'echo' },
          authorizer: undefined,
          headers,
        }),
      );
    const whole = await card();
    expect(JSON.parse(whole.text).name).toBe('Echo');
    const same = await card({ 'If-None-Match': whole.headers.get('etag') ?? '' });
    expect([same.status, same.text]).toEqual([304, '']);
    const head = await call(mesh.options, restEvent({ method: 'HEAD', resource: '/health', authorizer: undefined }));
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('hands over what an app answers: status, headers, cookies, an empty body, a large one', async () => {
    const large = 'ü'.repeat(2_500_000);
    const app = new Hono()
      .get('/none', () => new Response(null, { status: 204, headers: { 'x-one': '1' } }))
      .get('/empty', () => new Response(''))
      .get('/large', () => new Response(large))
      .get('/cookies', (context) => {
        context.header('set-cookie', 'a=1; Path=/', { append: true });
        context.header('set-cookie', 'b=2', { append: true });
        return context.text('two');
      });
    const get = (resource: string) =>
      call({ ...mesh.options, app }, restEvent({ method: 'GET', resource, authorizer: undefined }));
    const none = await get('/none');
    expect([none.status, none.headers.get('x-one'), none.text]).toEqual([204, '1', '']);
    expect(await get('/empty')).toMatchObject({ status: 200, text: '' });
    expect((await get('/cookies')).headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
    expect((await get('/large')).text === large).toBe(true);
  });

  it('answers 500 where the app throws, and keeps the reason', async () => {
    const app = { fetch: () => Promise.reject(new Error('secret')) };
    const { status, text } = await call({ ...mesh.options, app }, restEvent({ resource: '/any' }));
    expect([status, JSON.parse(text).error.code]).toEqual([500, 'INTERNAL_ERROR']);
    expect(text).not.toContain('secret');
    expect(mesh.errors).toHaveLength(1);
  });
});

describe('a buffered answer', () => {
  it('is there before API Gateway gives up, however long the function may run', async () => {
    const mesh = await openGateway();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const event = restEvent({
        parameters: { agentId: 'echo' },
        body: rpc('SendStreamingMessage', message('hello')),
        headers: { 'A2A-Version': '1.0' },
      });
      const answer = bufferedHandler(mesh.options)(event, lambdaContext('gateway', 900_000));
      let left = 27;
      while (left-- > 0) {
        await new Promise((resolve) => setImmediate(resolve));
        await vi.advanceTimersByTimeAsync(1_000);
      }
      expect(parseEvents((await answer).body)).toHaveLength(1);
    } finally {
      vi.useRealTimers();
      await mesh.remove();
    }
  });
});

/** The only task, as soon as it is there. */
async function taskOf({ runtime, task }: TestGateway) {
  for (;;) {
    const [only] = (await runtime.tasks.list({ limit: 1 })).tasks;
    if (only) return task(only.id);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
