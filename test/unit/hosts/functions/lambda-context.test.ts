import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteIdempotencyStore } from '#adapters/sqlite/idempotency.ts';
import type { LocalFunction } from '#hosts/functions/function.ts';
import { InProcessFunction } from '#hosts/functions/in-process.ts';
import { IsolatedFunction } from '#hosts/functions/isolated.ts';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { StoreIdempotency } from '#shared/agent/store-idempotency.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import { RecordingRuntime } from '#test/support/agent-runtime.ts';
import { openDatabase } from '#test/support/fixtures.ts';
import { sqsRecord } from '#test/support/lambda.ts';
import type { WiredFunction } from '#wiring/types.ts';
import { delivered, requested } from '../../shared/agent/turns.ts';

const folder = path.resolve(import.meta.dirname, '../../../fixtures/functions');
const wire = (fixture: string) =>
  ({
    name: 'shop',
    handler: { file: path.join(folder, fixture), exportName: 'handler', at: 'here' },
    timeout: 20,
    memorySize: 512,
    subscriptions: [],
  }) as unknown as WiredFunction;

let opened: ReturnType<typeof openDatabase>;
let recording: RecordingRuntime;
let started: LocalFunction | undefined;
beforeEach(() => {
  opened = openDatabase();
  recording = new RecordingRuntime();
});
afterEach(async () => {
  await started?.stop();
  await opened.close();
});

/** The texts of the artifacts and statuses that the agent published. */
const published = () => JSON.stringify(recording.published.map(({ data }) => data));

const hosts: Readonly<Record<string, (fixture: string) => LocalFunction>> = {
  'in process': (fixture) => {
    const idempotency = new StoreIdempotency(new SqliteIdempotencyStore(opened.database, systemClock));
    provideRuntime(Object.assign(recording, { idempotency }));
    return new InProcessFunction(wire(fixture));
  },
  'a thread': (fixture) => {
    const { settings, clock, log, metrics, queue, stream } = recording;
    const bus = {
      put: async (entries: readonly BusEntry[]) => {
        const events = entries.map(({ detail }) => detail);
        recording.batches.push({ to: 'bus', events: events as never });
        return entries.map(() => ({ eventId: 'event' }));
      },
    };
    return new IsolatedFunction(wire(fixture), {
      ...{ settings, clock, log, metrics, queue, stream, bus },
      functionSettings: () => ({ maxReceiveCount: 3 }),
      excusedReceives: () => 0,
      idempotencyStore: new SqliteIdempotencyStore(opened.database, systemClock),
    } as unknown as StandaloneRuntime);
  },
};

describe.each(Object.keys(hosts))('the context of an invocation: %s', (host) => {
  const start = (fixture: string) => {
    started = hosts[host]?.(fixture);
    if (started === undefined) throw new Error(`there is no host ${host}`);
    return started;
  };

  it("has Lambda's members, each in Lambda's form", async () => {
    const shop = start('context.ts');
    const context = (await shop.invoke({})) as Record<string, unknown>;
    expect(context).toEqual({
      callbackWaitsForEmptyEventLoop: true,
      functionName: 'shop',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:shop',
      memoryLimitInMB: '512',
      awsRequestId: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      logGroupName: '/aws/lambda/shop',
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][\da-f]{32}$/),
      remaining: expect.any(Number),
      ended: Array.from({ length: 3 }, () => expect.stringContaining('Return the result, or throw the error.')),
    });
    const { remaining } = context;
    expect(Number.isInteger(remaining)).toBe(true);
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(20_000);
  });

  it('has an id of its own for each invocation, and one log stream', async () => {
    const shop = start('context.ts');
    const [first, second] = [await shop.invoke({}), await shop.invoke({})] as Record<string, unknown>[];
    expect(second?.awsRequestId).not.toBe(first?.awsRequestId);
    expect(second?.logStreamName).toBe(first?.logStreamName);
  });

  it('lets task.once keep its result over attempts', async () => {
    const shop = start('once-agent.ts');
    const event = delivered('TaskRequested.v1', requested({ agentId: 'shop' }));
    const attempt = (receiveCount: number) => shop.invoke({ Records: [sqsRecord(event, { receiveCount })] });
    expect(await attempt(1)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
    const [, receipt] = /acted: ([\da-f-]{36})/.exec(JSON.stringify(recording.lines)) ?? [];
    expect(receipt).toBeDefined();
    expect(await attempt(2)).toEqual({ batchItemFailures: [] });
    expect(published()).toContain(`{"text":"${receipt}"}`);
  });
});
