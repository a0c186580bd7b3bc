import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Subscriber, subscribe } from '#shared/events/subscribe.ts';
import { StoreUnavailableError } from '#shared/ports/errors.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import { RecordingRuntime } from '#test/support/agent-runtime.ts';
import { lambdaContext, sqsEvent, sqsRecord } from '#test/support/lambda.ts';
import { entry } from '#test/support/task-events.ts';

type Names = 'TaskCancelRequested.v1' | 'AgentDeregistered.v1';

const cancel = { taskId: 'task-1', contextId: 'context-1', agentId: 'echo', turn: 1 };
/** The event as a rule delivers it. */
function event(data: unknown, { source = 'starling.tasks', type = 'TaskCancelRequested.v1' } = {}) {
  const { detail } = entry(source, type, data);
  return { version: '0', id: 'event-1', source, 'detail-type': type, detail };
}

describe('subscribe', () => {
  let runtime: RecordingRuntime;
  const handle = vi.fn<Subscriber<Names>['handle']>();
  const quarantine = vi.fn<Subscriber<Names>['quarantine']>();
  const failed = vi.fn<NonNullable<Subscriber<Names>['failed']>>();
  const context = lambdaContext();
  const handler = subscribe<Names>({
    types: ['TaskCancelRequested.v1', 'AgentDeregistered.v1'],
    handle,
    quarantine,
    failed,
  });
  const run = (...records: Parameters<typeof sqsEvent>) => handler(sqsEvent(...records), context);
  const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

  beforeEach(() => {
    runtime = new RecordingRuntime();
    provideRuntime(runtime);
    for (const mock of [handle, quarantine, failed]) mock.mockReset();
    handle.mockResolvedValue();
    quarantine.mockResolvedValue();
  });

  it('hands each event over, with its delivery', async () => {
    const gone = event({ agentId: 'echo' }, { source: 'starling.registry', type: 'AgentDeregistered.v1' });
    expect(await run(sqsRecord(event(cancel), { receiveCount: 2 }), sqsRecord(gone))).toEqual(failures());
    expect(handle.mock.calls).toEqual([
      [
        expect.objectContaining({ detail: expect.objectContaining({ data: cancel }) }),
        { receiveCount: 2, excused: 0, context },
      ],
      [expect.objectContaining({ 'detail-type': 'AgentDeregistered.v1' }), { receiveCount: 1, excused: 0, context }],
    ]);
    expect(quarantine).not.toHaveBeenCalled();
    expect(runtime.visibilities).toEqual([]);
  });

  it('reports what failed, and nothing else of the batch', async () => {
    handle.mockImplementation(async ({ detail }) => {
      if ('turn' in detail.data && detail.data.turn === 2) throw new Error('no');
    });
    const records = [1, 2, 3].map((turn) => sqsRecord(event({ ...cancel, turn }), { messageId: `m${turn}` }));
    expect(await run(...records)).toEqual(failures('m2'));
    expect(handle).toHaveBeenCalledTimes(3);
    expect(failed.mock.calls).toEqual([[new Error('no'), { receiveCount: 1, excused: 0, context }]]);
  });

  it('tells how many of the receives do not count, and says nothing of a store without room', async () => {
    handle.mockRejectedValue(new Error('no'));
    runtime.queue.changeVisibility = () => Promise.reject(new StoreUnavailableError('no room'));
    const record = sqsRecord(event(cancel), { receiveCount: 4 });
    runtime.excused.note(record, 2);
    await run(record);
    expect(failed.mock.calls).toEqual([[new Error('no'), { receiveCount: 4, excused: 2, context }]]);
    expect(runtime.lines).toEqual([]);
  });

  it('handles the events of a batch side by side', async () => {
    let open: () => void = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    // The first waits for what only the second does.
    handle.mockImplementationOnce(() => opened).mockImplementationOnce(async () => open());
    expect(await run(sqsRecord(event(cancel)), sqsRecord(event(cancel)))).toEqual(failures());
  });

  describe('of a FIFO queue', () => {
    const ordered = (messageId: string, turn: number, receiveCount = 1) =>
      sqsRecord(event({ ...cancel, turn }), { messageId, receiveCount, groupId: messageId.charAt(0) });
    const turns: number[] = [];
    /** Fails at some turns, and is at work for a while at each. */
    const failAt = (...failing: number[]) => {
      turns.length = 0;
      handle.mockImplementation(async ({ detail }) => {
        const turn = 'turn' in detail.data ? detail.data.turn : 0;
        await new Promise((resolve) => setImmediate(resolve));
        turns.push(turn);
        if (failing.includes(turn)) throw new Error('no');
      });
    };

    it('handles a message group in order, and groups side by side', async () => {
      failAt();
      expect(await run(ordered('a1', 1), ordered('a2', 2), ordered('b1', 11), ordered('a3', 3))).toEqual(failures());
      expect(turns).toEqual([1, 11, 2, 3]);
    });

    it('handles nothing behind what failed, and has it come back together', async () => {
      failAt(2);
      const records = [ordered('a1', 1), ordered('a2', 2, 2), ordered('b1', 11), ordered('a3', 3), ordered('a4', 4)];
      expect(await run(...records)).toEqual(failures('a2', 'a3', 'a4'));
      expect(turns.toSorted((one, other) => one - other)).toEqual([1, 2, 11]);
      expect(runtime.visibilities).toEqual(
        ['a2', 'a3', 'a4'].map((id) => ({
          queue: 'starling-local-echo.fifo',
          receipt: `receipt-of-${id}`,
          timeout: 2,
        })),
      );
    });

    it('goes on behind what was put aside', async () => {
      failAt();
      const broken = sqsRecord('nonsense', { messageId: 'a1', groupId: 'a' });
      expect(await run(broken, ordered('a2', 2))).toEqual(failures());
      expect(quarantine).toHaveBeenCalledOnce();
      expect(turns).toEqual([2]);
    });
  });

  it.each([
    [1, 1],
    [2, 2],
    [4, 8],
    [30, 60],
  ])('has what failed at receive %i come back after %i s', async (receiveCount, timeout) => {
    handle.mockRejectedValue(new Error('no'));
    await run(sqsRecord(event(cancel), { messageId: 'm1', receiveCount }));
    expect(runtime.visibilities).toEqual([{ queue: 'starling-local-echo', receipt: 'receipt-of-m1', timeout }]);
  });

  it('reports a failure also where its visibility cannot be changed', async () => {
    handle.mockRejectedValue(new Error('no'));
    vi.spyOn(runtime.queue, 'changeVisibility').mockRejectedValue(new Error('gone'));
    expect(await run(sqsRecord(event(cancel), { messageId: 'm1' }))).toEqual(failures('m1'));
    expect(runtime.lines).toMatchObject([{ level: 'warn', fields: { queue: 'starling-local-echo' } }]);
  });

  it.each([
    ['text that is not JSON', '{"detail-type":'],
    ['nothing', ''],
    ['null', 'null'],
    ['a number', '7'],
    ['an array', '[]'],
    ['an event of another type', event(cancel, { type: 'TaskRequested.v1' })],
    ['an event without a type', { source: 'starling.tasks', detail: {} }],
    ['an event without a source', { 'detail-type': 'TaskCancelRequested.v1', detail: {} }],
    ['an event whose source is no text', { ...event(cancel), source: 5 }],
    ['an event of a source that has no such schema', event(cancel, { source: 'com.example' })],
    ['an event without a detail', { ...event(cancel), detail: undefined }],
    ['an event whose detail is null', { ...event(cancel), detail: null }],
    ['an event without data', { ...event(cancel), detail: {} }],
    ['data against the schema', event({ ...cancel, turn: 'one' })],
  ])('puts %s aside and does not ask for it again', async (_, body) => {
    expect(await run(sqsRecord(body))).toEqual(failures());
    expect(handle).not.toHaveBeenCalled();
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(quarantine.mock.calls).toEqual([[expect.any(String), text, { receiveCount: 1, excused: 0, context }]]);
  });

  it('says where the data breaks the schema', async () => {
    await run(sqsRecord(event({ ...cancel, turn: 0 })));
    expect(quarantine.mock.calls[0]?.[0]).toBe('data/turn must be >= 1');
  });

  it('asks again for what could not even be put aside', async () => {
    quarantine.mockRejectedValue(new Error('no'));
    expect(await run(sqsRecord('nonsense', { messageId: 'm1' }))).toEqual(failures('m1'));
  });
});
