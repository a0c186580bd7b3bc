import { setImmediate, setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type AgentTask, artifact, TaskFailed, TaskRejected, working } from '#shared/agent/index.ts';
import { StoreUnavailableError } from '#shared/ports/errors.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import { thrownValues } from '#test/fixtures/functions/thrown-values.ts';
import { RecordingRuntime } from '#test/support/agent-runtime.ts';
import { lambdaContext, sqsEvent, sqsRecord } from '#test/support/lambda.ts';
import { agent, briefly, cancel, delivered, requested, run } from './turns.ts';

const noFailures = { batchItemFailures: [] };
const failed = { batchItemFailures: [{ itemIdentifier: 'message-1' }] };
const forEver = () => new Promise<never>(() => {});

describe('an attempt', () => {
  let runtime: RecordingRuntime;
  beforeEach(() => {
    runtime = new RecordingRuntime();
    provideRuntime(runtime);
  });
  const published = () => runtime.published.map(briefly);
  const logged = () => runtime.lines.map(({ level, message }) => `${level}: ${message}`);

  it('gives the handler the task', async () => {
    let seen: AgentTask | undefined;
    const request = requested({
      turn: 2,
      attemptBase: 4,
      history: [{ messageId: 'before', role: 'ROLE_USER', parts: [{ text: 'earlier' }] }],
      message: {
        messageId: 'm',
        role: 'ROLE_USER',
        parts: [{ text: 'one' }, { data: { n: 1 } }, { text: 'two' }, { data: 2 }],
      },
      skill: 'test',
    });
    await run(
      agent((task) => {
        seen = task;
      }),
      request,
      { receiveCount: 2 },
    );
    expect(seen).toMatchObject({
      id: request.taskId,
      contextId: 'context-1',
      agentId: 'echo',
      turn: 2,
      attempt: 6,
      message: request.message,
      history: request.history,
      text: 'one\ntwo',
      input: { n: 1 },
      skill: 'test',
      principal: request.principal,
      deadline: new Date(request.deadline),
    });
    expect(seen?.signal.aborted).toBe(false);
  });

  it('logs under the ids of the task', async () => {
    const request = requested({ turn: 2 });
    await run(
      agent((task) => task.log.info('thinking', { depth: 1 })),
      request,
    );
    expect(runtime.lines).toEqual([
      {
        level: 'info',
        message: 'thinking',
        fields: {
          agentId: 'echo',
          taskId: request.taskId,
          turn: 2,
          attempt: 1,
          correlationId: 'root',
          traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
          depth: 1,
        },
      },
    ]);
    expect(runtime.counts).toContain('starling_agent_attempts_total echo');
  });

  it.each([
    ['TaskRejected', new TaskRejected('not mine'), 'rejected not mine'],
    ['TaskFailed', new TaskFailed('it is broken'), 'failed it is broken'],
  ])('that throws %s ends the task, and is not made again', async (_, error, expected) => {
    const throwing = () => {
      throw error;
    };
    expect(await run(agent(throwing), requested())).toEqual(noFailures);
    expect(published()).toEqual([`1 ${expected}`]);
    runtime.batches.length = 0;
    const yielding = async function* () {
      yield { half: true };
      throw error;
    };
    expect(await run(agent(yielding), requested())).toEqual(noFailures);
    expect(published()).toEqual([`1 ${expected} [artifact-1-1 {"half":true}]`]);
  });

  describe('that throws anything else', () => {
    const handler = agent(async () => {
      throw new Error('the network is down');
    });

    it('is made again and says nothing of it to the task', async () => {
      for (const receiveCount of [1, 2]) {
        expect(await run(handler, requested(), { receiveCount })).toEqual(failed);
      }
      expect(runtime.failures).toMatchObject([
        { attempt: 1, final: false, cause: { name: 'Error', message: 'the network is down' } },
        { attempt: 2, final: false, cause: { name: 'Error', message: 'the network is down' } },
      ]);
      expect(published().filter((event) => event !== '1 working')).toEqual([]);
      expect(logged()).toEqual(Array(2).fill('warn: the attempt failed and will be made again'));
      expect(runtime.counts.filter((count) => count.includes('retries'))).toHaveLength(2);
      expect(runtime.visibilities.map(({ timeout }) => timeout)).toEqual([1, 2]);
    });

    it('fails the task at the last receive, and still dead-letters its message', async () => {
      const request = requested();
      expect(await run(handler, request, { receiveCount: 3 })).toEqual(failed);
      expect(published()).toEqual([`1 failed The agent failed. Task ${request.taskId}.`]);
      expect(runtime.failures).toMatchObject([{ attempt: 3, final: true, cause: { message: 'the network is down' } }]);
      expect(logged()).toEqual(['error: the last attempt failed']);
      expect(runtime.counts.filter((count) => count.includes('retries'))).toEqual([]);
    });

    it('shows the client and the event no secret of the error', async () => {
      const telling = agent(() => {
        throw new Error('GET https://db/?password=hunter2 failed', { cause: new Error('password=hunter2') });
      });
      await run(telling, requested(), { receiveCount: 3 });
      expect(JSON.stringify(runtime.entries)).not.toContain('hunter2');
      expect(runtime.failures[0]?.cause.details).toContain('caused by: Error: password=[redacted]');
    });

    it('still comes back when the cause cannot be published', async () => {
      runtime.disk = async () => {
        throw new Error('the bus is away');
      };
      runtime.settings = { ...runtime.settings, workingAfterMs: 1_000 };
      expect(await run(handler, requested())).toEqual(failed);
      expect(logged()).toContain('warn: the cause of the attempt could not be published: only this log has it');
    });

    it.each(Object.entries(thrownValues))('also if it is %s', async (_name, make) => {
      const throwing = agent(() => {
        throw make();
      });
      expect(await run(throwing, requested(), { receiveCount: 1 })).toEqual(failed);
      expect(await run(throwing, requested(), { receiveCount: 3 })).toEqual(failed);
      expect(published().at(-1)).toMatch(/^1 failed The agent failed\. Task /);
      expect(runtime.failures.map(({ final }) => final)).toEqual([false, true]);
    });

    it('also if it is a TaskFailed whose message no event can have', async () => {
      const throwing = agent(() => {
        throw Object.assign(new TaskFailed('x'), { message: 5 });
      });
      expect(await run(throwing, requested(), { receiveCount: 3 })).toEqual(failed);
      expect(published().at(-1)).toMatch(/^1 failed The agent failed\. Task /);
    });

    it('takes the number of receives from the function’s settings', async () => {
      runtime.maxReceiveCount = 1;
      await run(handler, requested());
      expect(published()).toHaveLength(1);
    });

    it.each([
      ['no error', 'just text'],
      ['nothing', undefined],
    ])('also if it is %s', async (_, thrown) => {
      const throwing = agent(() => {
        throw thrown;
      });
      expect(await run(throwing, requested(), { receiveCount: 3 })).toEqual(failed);
      expect(published()[0]).toMatch(/^1 failed The agent failed\. Task /);
      expect(runtime.failures).toMatchObject([{ cause: { name: 'a value that is no Error', message: `${thrown}` } }]);
    });
  });

  it('of a handler that makes an invalid artifact fails, and leaves no hole before its failed', async () => {
    const handler = agent(async function* () {
      yield working('on it');
      yield artifact({ artifactId: 'a', parts: [] as never });
    });
    expect(await run(handler, requested(), { receiveCount: 3 })).toEqual(failed);
    expect(published()).toMatchObject(['1 working on it', expect.stringMatching(/^2 failed The agent failed\. Task /)]);
    expect(runtime.failures[0]?.cause.message).toContain('data/artifact/parts');
  });

  it('of a handler that passes a bound fails its task with the bound, at once', async () => {
    let isLeft = false;
    const handler = agent(async function* () {
      try {
        yield 'begun';
        yield artifact({ parts: [{ text: 'x'.repeat(64 * 1024 * 1024) }] });
        yield 'more';
      } finally {
        isLeft = true;
      }
    });
    expect(await run(handler, requested())).toEqual(noFailures);
    expect(published()).toEqual([
      '1 working',
      '2 artifact-1-1 = "begun" …',
      '3 failed The task reached a bound: it would have more than 64 MB. [artifact-1-1 "begun"]',
    ]);
    expect(isLeft).toBe(true);
  });

  it('of a handler whose data is not JSON fails and says so', async () => {
    expect(
      await run(
        agent(() => ({ big: 1n })),
        requested(),
        { receiveCount: 3 },
      ),
    ).toEqual(failed);
    expect(published()[0]).toMatch(/^1 failed /);
    expect(runtime.failures[0]?.cause.message).toContain('BigInt');
  });

  it('whose events the bus refuses is made again', async () => {
    runtime.disk = () => Promise.reject(new Error('the disk is full'));
    expect(
      await run(
        agent(() => 'hello'),
        requested(),
      ),
    ).toEqual(failed);
    expect(logged()).toEqual([
      'warn: the attempt failed and will be made again',
      'warn: the cause of the attempt could not be published: only this log has it',
    ]);
    expect(runtime.lines[0]?.fields.error).toEqual(new Error('the disk is full'));
  });

  it('has its events put again while the store has no room, and its work is not lost', async () => {
    let left = 2;
    runtime.disk = async () => {
      if (left-- > 0) throw new StoreUnavailableError('no room');
    };
    expect(
      await run(
        agent(() => 'hello'),
        requested(),
      ),
    ).toEqual(noFailures);
    expect(left).toBeLessThan(0);
    expect(published().at(-1)).toMatch(/completed/);
    expect(runtime.lines).toEqual([]);
  });

  it('has more to come after it for each receive that does not count', async () => {
    const handler = agent(() => {
      throw new Error('the network is down');
    });
    vi.spyOn(runtime, 'excusedReceives').mockReturnValue(2);
    expect(await run(handler, requested(), { receiveCount: 4 })).toEqual(failed);
    expect(published()).toEqual([]);
    expect(await run(handler, requested(), { receiveCount: 5 })).toEqual(failed);
    expect(published()).toMatchObject([expect.stringMatching(/^1 failed/)]);
    expect(logged()).toEqual(['warn: the attempt failed and will be made again', 'error: the last attempt failed']);
  });

  it('fails no task at the last receive because there was no room: its message comes back', async () => {
    let full = true;
    runtime.settings = { ...runtime.settings, workingAfterMs: 1 };
    runtime.disk = async () => {
      if (full) throw new StoreUnavailableError('no room');
    };
    const handler = agent(async () => {
      await setTimeout(50);
      full = false;
      throw new Error('too late');
    });
    expect(await run(handler, requested(), { receiveCount: 3 })).toEqual(failed);
    expect(logged()).toEqual(['warn: the attempt failed and will be made again']);
  });

  it('is made again when there is no room until its time is up', async () => {
    runtime.disk = () => Promise.reject(new StoreUnavailableError('no room'));
    expect(
      await run(
        agent(() => 'hello'),
        requested(),
        { timeLeft: 700 },
      ),
    ).toEqual(failed);
    expect(runtime.lines).toMatchObject([{ level: 'warn', fields: { error: new StoreUnavailableError('no room') } }]);
  });

  describe('of a task that is canceled', () => {
    it('ends: the signal aborts, nothing more is published, the message is done', async () => {
      let aborted: unknown;
      const request = requested();
      const handler = agent(async function* ({ signal }) {
        yield working('half way');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        aborted = signal.reason;
        yield 'too late';
        return 'far too late';
      });
      const turn = run(handler, request);
      while (runtime.batches.length === 0) await setImmediate();
      expect(await cancel(handler, request)).toEqual(noFailures);
      expect(await turn).toEqual(noFailures);
      for (let i = 0; i < 5; i++) await setImmediate();
      expect(published()).toEqual(['1 working half way']);
      expect(aborted).toMatchObject({ name: 'CanceledError' });
    });

    it('ends although the handler does not listen', async () => {
      const request = requested();
      const handler = agent(forEver);
      const turn = run(handler, request);
      await setImmediate();
      await cancel(handler, request);
      expect(await turn).toEqual(noFailures);
      expect(published()).toEqual([]);
    });

    it('publishes nothing of what a handler gives afterwards', async () => {
      const request = requested();
      let finish: (result: string) => void = () => {};
      const handler = agent(
        () =>
          new Promise((resolve) => {
            finish = resolve;
          }),
      );
      const turn = run(handler, request);
      await setImmediate();
      await cancel(handler, request);
      await turn;
      finish('too late');
      for (let i = 0; i < 5; i++) await setImmediate();
      expect(published()).toEqual([]);
    });

    it('does not wait for what a generator does when it is left', async () => {
      const request = requested();
      const handler = agent(async function* ({ signal }) {
        try {
          yield working('half way');
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          yield 'more';
        } finally {
          await forEver();
        }
      });
      const turn = run(handler, request);
      while (runtime.batches.length === 0) await setImmediate();
      await cancel(handler, request);
      expect(await turn).toEqual(noFailures);
    });

    it('is no other’s', async () => {
      const [request, other] = [requested(), requested()];
      let finish: (result: string) => void = () => {};
      const handler = agent(
        () =>
          new Promise((resolve) => {
            finish = resolve;
          }),
      );
      const turn = run(handler, request);
      await setImmediate();
      await cancel(handler, other);
      await cancel(handler, { ...request, agentId: 'other' });
      finish('in time');
      await turn;
      expect(published()).toEqual(['1 completed [artifact-1-1 "in time"]']);
    });

    it('may be canceled in the batch that brings it', async () => {
      const request = requested();
      const { taskId, contextId, agentId, turn } = request;
      const records = [
        sqsRecord(delivered('TaskRequested.v1', request), { messageId: 'm1' }),
        sqsRecord(delivered('TaskCancelRequested.v1', { taskId, contextId, agentId, turn }), { messageId: 'm2' }),
      ];
      expect(await agent(forEver)(sqsEvent(...records), lambdaContext())).toEqual(noFailures);
      expect(published()).toEqual([]);
    });
  });

  describe('and time', () => {
    it('is not begun when the deadline has passed, and dead-letters in the end', async () => {
      const handler = vi.fn(() => 'hello');
      const deadline = new Date(Date.now() - 1).toISOString();
      expect(await run(agent(handler), requested({ deadline }))).toEqual(failed);
      expect(handler).not.toHaveBeenCalled();
      expect(published()).toEqual([]);
      expect(logged()).toEqual(['warn: not begun: the deadline of the task has passed']);
    });

    it('ends at the deadline without a word to the task, and dead-letters in the end', async () => {
      let reason: unknown;
      const handler = agent(async ({ signal }) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        await forEver();
      });
      const deadline = new Date(Date.now() + 500).toISOString();
      expect(await run(handler, requested({ deadline }), { receiveCount: 3 })).toEqual(failed);
      expect(reason).toMatchObject({ name: 'DeadlineError' });
      expect(published()).toEqual([]);
    });

    it('ends before the function’s time is up, and is made again', async () => {
      let reason: unknown;
      const handler = agent(async ({ signal }) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        await forEver();
      });
      expect(await run(handler, requested(), { timeLeft: 530 })).toEqual(failed);
      expect(reason).toMatchObject({ name: 'TimeoutError' });
      expect(published()).toEqual([]);
    });

    it('fails the task when the last attempt takes too long', async () => {
      expect(await run(agent(forEver), requested(), { timeLeft: 530, receiveCount: 3 })).toEqual(failed);
      expect(published()[0]).toMatch(/^1 failed The agent failed\. Task /);
      expect(runtime.failures[0]?.cause.message).toMatch(/did not end within/);
    });

    it('leaves no timer behind', async () => {
      const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
      const before = timers();
      await run(
        agent(() => 'hello'),
        requested(),
      );
      expect(timers()).toBe(before);
    });
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['an event against its schema', delivered('TaskRequested.v1', { ...requested(), turn: 0 })],
    ['an event of another type', { ...delivered('TaskRequested.v1', requested()), 'detail-type': 'AgentUpdated.v1' }],
  ])('does not come of %s, which is put aside', async (_, body) => {
    const handler = vi.fn();
    expect(await agent(handler)(sqsEvent(sqsRecord(body)), lambdaContext())).toEqual(noFailures);
    expect(handler).not.toHaveBeenCalled();
    expect(runtime.counts).toEqual(['starling_quarantined_total echo']);
    expect(logged()).toEqual(['error: the agent dropped an event that breaks its contract']);
  });

  it('fails alone in its batch', async () => {
    const handler = agent((task) => {
      if (task.text === 'bad') throw new Error('no');
      return task.text;
    });
    const message = (text: string) => ({ messageId: text, role: 'ROLE_USER' as const, parts: [{ text }] });
    const records = ['good', 'bad', 'better'].map((text) =>
      sqsRecord(delivered('TaskRequested.v1', requested({ message: message(text) })), { messageId: text }),
    );
    expect(await handler(sqsEvent(...(records as [never])), lambdaContext())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'bad' }],
    });
    expect(published().filter((event) => event.includes('completed'))).toHaveLength(2);
  });
});
