import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { streamedHandler } from '#hosts/lambda/http/streamed.ts';
import type { ApiResponse } from '#test/support/api-gateway-framing.ts';
import { lambdaContext } from '#test/support/lambda.ts';
import { provideAwsLambda, type StreamingLambda, startStreamingLambda } from '#test/support/lambda-streaming.ts';
import { restEvent } from '#test/support/rest-api.ts';
import { message, openGateway, parseEvents, rpc, type SseEvent, type TestGateway } from './gateway.ts';

let lambda: StreamingLambda;
let takeAway: () => void;
let mesh: TestGateway;

beforeAll(async () => {
  takeAway = provideAwsLambda();
  lambda = await startStreamingLambda();
});
afterAll(async () => {
  await lambda.close();
  takeAway();
});
beforeEach(async () => {
  mesh = await openGateway();
});
afterEach(() => mesh.remove());

const context = () => lambdaContext('gateway');

/** The next event of a stream, waited for. */
async function nextEvent({ body }: ApiResponse): Promise<SseEvent | undefined> {
  let text = '';
  while (!text.endsWith('\n\n')) {
    const { done, value } = await body.next();
    if (done) return undefined;
    text += value;
  }
  const events = parseEvents(text);
  expect(events).toHaveLength(1);
  return events[0];
}

describe('a stream through Lambda', () => {
  it('brings each event when it happens', async () => {
    const event = restEvent({
      parameters: { agentId: 'echo' },
      body: rpc('SendStreamingMessage', message('hello')),
      headers: { 'A2A-Version': '1.0' },
    });
    const { response, error } = await lambda.invoke(streamedHandler(mesh.options), event, context());
    const begun = await nextEvent(response);
    const task = await mesh.task(begun?.data.result.task.id);
    // Each is there before the next is made.
    await mesh.works(task);
    expect((await nextEvent(response))?.data.result.statusUpdate.status.state).toBe('TASK_STATE_WORKING');
    await mesh.answers(task, 'hello');
    expect((await nextEvent(response))?.data.result.artifactUpdate.artifact.parts).toEqual([{ text: 'hello' }]);
    expect((await nextEvent(response))?.data.result.statusUpdate.status.state).toBe('TASK_STATE_COMPLETED');
    expect(await nextEvent(response)).toBeUndefined();
    expect(await error).toBeUndefined();
  });

  it('sends the head of a body that is silent', async () => {
    const { promise: silence, resolve: speak } = Promise.withResolvers<void>();
    const app = new Hono().get('/silent', () => {
      const body = new ReadableStream({
        async pull(controller) {
          await silence;
          controller.close();
        },
      });
      return new Response(body, { status: 202 });
    });
    const handler = streamedHandler({ ...mesh.options, app });
    const { response, error } = await lambda.invoke(
      handler,
      restEvent({ method: 'GET', resource: '/silent' }),
      context(),
    );
    expect(response.status).toBe(202);
    speak();
    expect(await response.text()).toBe('');
    expect(await error).toBeUndefined();
  });

  it('breaks off where a body breaks, with nothing added to it', async () => {
    const app = new Hono().get('/broken', () => {
      const parts = ['one ', 'two '];
      return new Response(
        new ReadableStream({
          pull(controller) {
            const part = parts.shift();
            if (part === undefined) controller.error(new RangeError('no third'));
            else controller.enqueue(new TextEncoder().encode(part));
          },
        }),
      );
    });
    const handler = streamedHandler({ ...mesh.options, app });
    const { response, error } = await lambda.invoke(
      handler,
      restEvent({ method: 'GET', resource: '/broken' }),
      context(),
    );
    expect([response.status, await response.text()]).toEqual([200, 'one two ']);
    expect(await error).toBe('RangeError');
    expect(mesh.errors).toEqual(['an answer broke off']);
  });

  it('leaves a body that nobody takes any more', async () => {
    const { promise: cancelled, resolve: left } = Promise.withResolvers<unknown>();
    const app = new Hono().get('/endless', () => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('one')),
        cancel: left,
      });
      return new Response(body);
    });
    const handler = streamedHandler({ ...mesh.options, app });
    const { response, error } = await lambda.invoke(
      handler,
      restEvent({ method: 'GET', resource: '/endless' }),
      context(),
    );
    expect((await response.body.next()).value).toBe('one');
    lambda.disconnect();
    expect(await cancelled).toBeInstanceOf(Error);
    expect(await error).toMatch(/Error/);
  });

  it('waits for a slow reader instead of holding its body in memory', async () => {
    let made = 0;
    const app = new Hono().get('/much', () => {
      const body = new ReadableStream({
        pull(controller) {
          if (++made > 400) controller.close();
          else controller.enqueue(new Uint8Array(100_000).fill(65));
        },
      });
      return new Response(body);
    });
    const handler = streamedHandler({ ...mesh.options, app });
    const { response } = await lambda.invoke(handler, restEvent({ method: 'GET', resource: '/much' }), context());
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(made).toBeLessThan(400);
    expect(await response.text()).toHaveLength(40_000_000);
  });

  it('is a 502 where a handler throws before its head', async () => {
    const handler = awslambda.streamifyResponse(async () => {
      throw new TypeError('too soon');
    });
    const { response, error } = await lambda.invoke(handler, restEvent(), context());
    expect(response.status).toBe(502);
    expect(await error).toBe('TypeError');
  });
});

it('is refused outside of Lambda', () => {
  takeAway();
  expect(() => streamedHandler(mesh.options)).toThrow(/STARLING_RESPONSES/);
  takeAway = provideAwsLambda();
});
