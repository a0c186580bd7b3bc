import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteIdempotencyStore } from '#adapters/sqlite/idempotency.ts';
import { IsolatedFunction } from '#hosts/functions/isolated.ts';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { messageOf } from '#shared/errors.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import type { TaskStatusChangedV1 } from '#shared/generated/types.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { StoreUnavailableError } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import { ExcusedReceives } from '#shared/runtime/excused-receives.ts';
import { thrownValues } from '#test/fixtures/functions/thrown-values.ts';
import { openDatabase } from '#test/support/fixtures.ts';
import { sqsRecord } from '#test/support/lambda.ts';
import { entry } from '#test/support/task-events.ts';
import type { WiredFunction } from '#wiring/types.ts';

/** The request of a task, as the agent's rule delivers it. */
function taskRequested({ taskId = randomUUID(), metadata = {} }: { taskId?: string; metadata?: object } = {}): object {
  const { source, detailType, detail } = entry('starling.tasks', 'TaskRequested.v1', {
    taskId,
    contextId: 'context-1',
    agentId: 'shop',
    turn: 1,
    attemptBase: 0,
    deadline: new Date(Date.now() + 300_000).toISOString(),
    principal: { id: 'app', scopes: [] },
    message: { messageId: 'message-1', role: 'ROLE_USER', parts: [{ text: 'hello' }], metadata },
  });
  return { version: '0', id: 'event-1', source, 'detail-type': detailType, detail };
}

function cancelRequested(taskId: string): object {
  const { source, detailType, detail } = entry('starling.tasks', 'TaskCancelRequested.v1', {
    taskId,
    contextId: 'context-1',
    agentId: 'shop',
    turn: 1,
    reason: 'the client said so',
  });
  return { version: '0', id: 'event-2', source, 'detail-type': detailType, detail };
}

describe('an isolated function', () => {
  let opened: ReturnType<typeof openDatabase>;
  const functions: IsolatedFunction[] = [];

  beforeEach(() => {
    opened = openDatabase();
  });
  afterEach(async () => {
    await Promise.all(functions.splice(0).map((one) => one.stop()));
    await opened.close();
  });

  function open(
    fixture: string,
    changes: Partial<StandaloneRuntime> = {},
    { timeout = 20, memorySize = 1024 } = {},
  ): IsolatedFunction {
    const file = path.resolve(import.meta.dirname, '../../../fixtures/functions', fixture);
    const wired = {
      name: 'shop',
      handler: { file, exportName: 'handler', at: 'here' },
      timeout,
      memorySize,
      subscriptions: [{ kind: 'agent' }],
    } as unknown as WiredFunction;
    const runtime = {
      clock: systemClock,
      settings: {},
      functionSettings: () => ({ maxReceiveCount: 3 }),
      idempotencyStore: new SqliteIdempotencyStore(opened.database, systemClock),
      ...changes,
    } as unknown as StandaloneRuntime;
    const made = new IsolatedFunction(wired, runtime);
    functions.push(made);
    return made;
  }

  it('has its side effects once over all of its threads, by the store of its host', async () => {
    const first = await open('once.ts').invoke({ order: 'o-1' });
    expect(first).toEqual({ receipt: 'r-1' });
    // Another thread, which has had no effect yet: its own count would begin at 1.
    const other = open('once.ts');
    expect(await other.invoke({ order: 'o-2' })).toEqual({ receipt: 'r-1' });
    expect(await other.invoke({ order: 'o-3' })).toEqual({ receipt: 'r-2' });
    expect(await other.invoke({ order: 'o-1' })).toEqual(first);
    expect(await other.invoke({ order: 'o-4' })).toEqual({ receipt: 'r-3' });
  });

  describe('whose messages tell it to stop', () => {
    /** An agent's runtime that keeps what the agent published. */
    function agentRuntime() {
      const published: string[] = [];
      const bus = {
        put: async (entries: readonly BusEntry[]) => {
          for (const { detail } of entries) published.push(JSON.stringify(detail));
          return entries.map(() => ({ eventId: 'event' }));
        },
      };
      const changes = {
        settings: { artifactStream: 'artifacts', workingAfterMs: 0 },
        log: { debug() {}, info() {}, warn() {}, error() {} },
        metrics: { count() {} },
        queue: { changeVisibility: async () => {} },
        excusedReceives: () => 0,
        bus,
      };
      return { published, changes: changes as unknown as Partial<StandaloneRuntime> };
    }
    const done = { batchItemFailures: [] };

    it('has the running invocation stopped', async () => {
      const { published, changes } = agentRuntime();
      const waiting = open('waiting-agent.ts', changes);
      const taskId = randomUUID();
      const running = waiting.invoke({ Records: [sqsRecord(taskRequested({ taskId }))] });
      await expect.poll(() => published.join()).toContain('waiting');
      expect(await waiting.invoke({ Records: [sqsRecord(cancelRequested(taskId))] })).toEqual(done);
      expect(await running).toEqual(done);
    });

    it('has a request stopped that came in the same batch', async () => {
      const taskId = randomUUID();
      const Records = [sqsRecord(taskRequested({ taskId })), sqsRecord(cancelRequested(taskId))];
      expect(await open('waiting-agent.ts', agentRuntime().changes).invoke({ Records })).toEqual(done);
    });

    it('takes a request for a request, whatever text its client wrote', async () => {
      const { published, changes } = agentRuntime();
      const record = sqsRecord(
        taskRequested({
          metadata: { 'detail-type': 'TaskCancelRequested.v1', text: '"detail-type":"TaskCancelRequested.v1"' },
        }),
      );
      const { batchItemFailures } = (await open('failing-agent.ts', changes).invoke({
        Records: [record],
      })) as typeof done;
      expect(batchItemFailures).toHaveLength(1);
      expect(published.join()).toContain('the network is down');
    });
  });

  describe('that misbehaves', () => {
    it.each([
      ['exits', 'The function shop called process.exit(3).'],
      ['spins', 'The function shop did not end within its timeout of 1 s.'],
      ['blocks', 'The function shop did not end within its timeout of 1 s.'],
      ['recurses', 'Maximum call stack size exceeded'],
      ['throws from a timer', 'a stray error'],
    ])('fails with the cause, and the next invocation is answered: it %s', async (does, message) => {
      const misbehaving = open('misbehaving.ts', {}, { timeout: 1 });
      await expect(misbehaving.invoke({ does })).rejects.toThrow(message);
      expect(await misbehaving.invoke({ does: 'answers' })).toBe('answered');
    });

    it.each(['takes objects', 'takes buffers'])('may use its memory and no more: it %s', async (does) => {
      const misbehaving = open('misbehaving.ts', {}, { timeout: 50, memorySize: 128 });
      await expect(misbehaving.invoke({ does })).rejects.toMatchObject({ code: 'FUNCTION_OUT_OF_MEMORY' });
      expect(await misbehaving.invoke({ does: 'answers' })).toBe('answered');
    });

    it('is not given to a thread that ends', async () => {
      const misbehaving = open('misbehaving.ts', { log: { error() {} } as unknown as StandaloneRuntime['log'] });
      for (let each = 0; each < 5; each++) {
        expect(await misbehaving.invoke({ does: 'exits after its answer' })).toBe('answered');
      }
    });
  });

  it('has its time from the call of the handler, however many threads start', async () => {
    const slow = open('slow-import.ts', {}, { timeout: 1 });
    const calls = Array.from({ length: 3 }, () => slow.invoke({}));
    expect(await Promise.all(calls)).toEqual(['answered', 'answered', 'answered']);
  });

  it('fails a task at the last receive that counts, and its records have no attribute of the mesh', async () => {
    const excused = new ExcusedReceives();
    const published: string[] = [];
    const failing = open('failing-agent.ts', {
      settings: { artifactStream: 'artifacts', workingAfterMs: 1_000 } as StandaloneRuntime['settings'],
      log: { debug() {}, info() {}, warn() {}, error() {} },
      metrics: { count() {} } as unknown as StandaloneRuntime['metrics'],
      queue: { changeVisibility: async () => {} } as unknown as StandaloneRuntime['queue'],
      bus: {
        put: async (entries: readonly BusEntry[]) => {
          for (const { detailType, detail } of entries) {
            if (detailType !== 'TaskStatusChanged.v1') continue;
            published.push((detail as CloudEvent<TaskStatusChangedV1>).data.status.state);
          }
          return entries.map(() => ({ eventId: 'event' }));
        },
      } as unknown as StandaloneRuntime['bus'],
      excusedReceives: (record) => excused.of(record),
    });
    // The function may be received 3 times.
    const receive = (receiveCount: number) => {
      const record = sqsRecord(taskRequested(), { receiveCount });
      excused.note(record, 2);
      return failing.invoke({ Records: [record] });
    };
    const failed = {
      batchItemFailures: [{ itemIdentifier: 'message-1' }],
      attributes: [['ApproximateFirstReceiveTimestamp', 'ApproximateReceiveCount', 'SenderId', 'SentTimestamp']],
    };
    expect(await receive(4)).toEqual(failed);
    expect(published).toEqual([]);
    expect(await receive(5)).toEqual(failed);
    expect(published).toContain('TASK_STATE_FAILED');
  });

  const refusing = (error: Error) =>
    ({ changeVisibility: () => Promise.reject(error) }) as unknown as StandaloneRuntime['queue'];

  it('is told that the store has no room as such, since its thread gets only the text of an error', async () => {
    const full = open('refused.ts', { queue: refusing(new StoreUnavailableError('no room')) });
    expect(await full.invoke({})).toMatchObject({ unavailable: true, message: 'StoreUnavailableError: no room' });
    const other = open('refused.ts', { queue: refusing(new Error('of another kind')) });
    expect(await other.invoke({})).toMatchObject({ unavailable: false, message: 'Error: of another kind' });
  });

  it('fails with every value that its handler throws, and its thread goes on', async () => {
    const throwing = open('throwing.ts');
    for (const throws of Object.keys(thrownValues)) {
      const failure = await throwing.invoke({ throws }).then(
        () => 'no failure',
        (error: unknown) => error,
      );
      expect(messageOf(failure), throws).not.toMatch(/no failure|thread/);
    }
  });

  it("goes by the mesh's clock, also where that is ahead of the wall clock", async () => {
    const ahead = Date.now() + 3_600_000;
    const { now } = (await open('refused.ts', {
      clock: { now: () => ahead },
      queue: refusing(new Error('no matter')),
    }).invoke({})) as { readonly now: number };
    expect(now).toBeGreaterThanOrEqual(ahead);
    expect(now).toBeLessThan(ahead + 60_000);
  });
});
