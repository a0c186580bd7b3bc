import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '#adapters/sqlite/database.ts';
import { SqliteQueue } from '#adapters/sqlite/queue.ts';
import { OutOfResourcesError } from '#hosts/functions/out-of-resources.ts';
import { ownPoll, QueueSource } from '#hosts/sources/queue-source.ts';
import { StoreUnavailableError } from '#shared/ports/errors.ts';
import { ExcusedReceives } from '#shared/runtime/excused-receives.ts';
import { openDatabase } from '#test/support/fixtures.ts';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const metrics = { count: vi.fn(), observe: vi.fn() };
const large = 'x'.repeat(100_000);
const patience = { timeout: 30_000, interval: 20 };

/** A source whose function is to fail does so at most this often before its message is a dead letter. */
const MAX_RECEIVE_COUNT = 3;

describe.each([
  ['a standard queue', 'work', {}],
  ['a FIFO queue', 'work.fifo', { fifo: { contentBasedDeduplication: true } }],
])('the source of %s', { timeout: 60_000 }, (_, name, kind) => {
  const dead = name.replace('work', 'dead');
  let opened: ReturnType<typeof openDatabase>;
  let database: Database;
  let queue: SqliteQueue;
  let source: QueueSource;
  let refused: number;
  let invoke: (event: SQSEvent) => Promise<unknown>;
  /** The receive count of each delivery, and how many of the receives were excused. */
  let deliveries: (readonly [string, number])[];
  /** The names of the attributes that the records had. */
  let attributeNames: Set<string>;
  let excused: ExcusedReceives;

  beforeEach(async () => {
    for (const told of [...Object.values(log), metrics.count]) told.mockReset();
    deliveries = [];
    attributeNames = new Set();
    excused = new ExcusedReceives();
    refused = 0;
    opened = openDatabase();
    ({ database } = opened);
    queue = new SqliteQueue(database, { now: () => Date.now() });
    await queue.create(dead, { visibilityTimeout: 30, ...kind });
    await queue.create(name, {
      visibilityTimeout: 30,
      maxReceiveCount: MAX_RECEIVE_COUNT,
      deadLetterQueue: dead,
      ...kind,
    });
    source = new QueueSource({
      queue,
      name,
      poll: ownPoll,
      arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
      target: {
        name: 'worker',
        async invoke(event) {
          const { Records } = event as SQSEvent;
          for (const record of Records) {
            deliveries.push([record.attributes.ApproximateReceiveCount, excused.of(record)]);
            for (const attribute of Object.keys(record.attributes)) attributeNames.add(attribute);
          }
          return invoke(event as SQSEvent);
        },
        stop: async () => {},
      },
      batchSize: 10,
      concurrency: 4,
      maxReceiveCount: MAX_RECEIVE_COUNT,
      fifo: name !== 'work',
      store: {
        refused: () => refused,
        pauseMs: 100,
        excuse: (handles, delay) => queue.excuse(name, handles, delay),
        noteExcused: (record, count) => excused.note(record, count),
      },
      log,
      metrics,
    });
    await queue.send(name, [{ body: 'good', groupId: 'group' }]);
  });
  afterEach(async () => {
    makeRoom();
    await source.stop();
    await opened.close();
  });

  /** SQLite's own limit: at it, every page more is one too many, as on a full disk. */
  function leaveNoRoom(): void {
    const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
    database.prepare(`PRAGMA max_page_count = ${pages}`).get();
  }
  function makeRoom(): void {
    database.prepare('PRAGMA max_page_count = 1000000').get();
  }
  const insert = () =>
    database.write(() => database.prepare("INSERT INTO quarantine (time, reason, event) VALUES (0, '', ?)").run(large));
  const left = async () => {
    const { visible, inFlight, delayed } = await queue.depth(name);
    return [visible + inFlight + delayed, (await queue.depth(dead)).visible];
  };
  const reported = ({ Records }: SQSEvent) => ({
    batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
  });

  it.each([
    ['throws that', () => Promise.reject(new StoreUnavailableError('no room'))],
    ['cannot start', () => Promise.reject(new OutOfResourcesError('no file descriptor is left'))],
    [
      'reports it as failed',
      async (event: SQSEvent) => {
        refused++;
        return reported(event);
      },
    ],
    [
      'throws something else',
      async () => {
        refused++;
        throw new Error('time is up');
      },
    ],
  ])(
    'uses up no attempt of a message because the store or the machine lacks something, where its function %s',
    async (_how, fails) => {
      invoke = (event) => (deliveries.length > MAX_RECEIVE_COUNT + 1 ? Promise.resolve() : fails(event));
      source.start();
      await vi.waitFor(async () => expect(await left()).toEqual([0, 0]), patience);
      expect(deliveries).toEqual([
        ['1', 0],
        ['2', 1],
        ['3', 2],
        ['4', 3],
        ['5', 4],
      ]);
      // https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html shows the attributes of both kinds.
      const ofEveryQueue = [
        'ApproximateFirstReceiveTimestamp',
        'ApproximateReceiveCount',
        'MessageGroupId',
        'SenderId',
        'SentTimestamp',
      ];
      const ofFifoQueues = ['MessageDeduplicationId', 'SequenceNumber'];
      expect(attributeNames).toEqual(new Set([...ofEveryQueue, ...(name === 'work' ? [] : ofFifoQueues)]));
      expect(metrics.count).not.toHaveBeenCalledWith('starling_dead_letters_total', expect.anything());
    },
  );

  it('still has all its attempts for failures of its own after that', async () => {
    invoke = async (event) => {
      if (deliveries.length <= 2) throw new StoreUnavailableError('no room');
      for (const { receiptHandle } of event.Records) await queue.changeVisibility(name, receiptHandle, 0);
      return reported(event);
    };
    source.start();
    await vi.waitFor(async () => expect(await left()).toEqual([0, 1]), patience);
    expect(deliveries).toHaveLength(2 + MAX_RECEIVE_COUNT);
    expect(metrics.count).toHaveBeenCalledWith('starling_dead_letters_total', { function: 'worker' });
  });

  it('receives nothing until a message could be given back', async () => {
    let full = true;
    const excuse = queue.excuse.bind(queue);
    vi.spyOn(queue, 'excuse').mockImplementation(async (...given) => {
      if (full) throw new StoreUnavailableError('no room');
      await excuse(...given);
    });
    invoke = async () => {
      if (full) throw new StoreUnavailableError('no room');
    };
    source.start();
    await vi.waitFor(() => expect(queue.excuse).toHaveBeenCalledTimes(1), patience);
    await queue.send(name, [{ body: 'another', groupId: 'other' }]);
    const before = deliveries.length;
    await vi.waitFor(() => expect(vi.mocked(queue.excuse).mock.calls.length).toBeGreaterThan(2), patience);
    // At most the one that an open receive was waiting for.
    expect(deliveries.length).toBeLessThanOrEqual(before + 1);
    full = false;
    await vi.waitFor(async () => expect(await left()).toEqual([0, 0]), patience);
    expect(log.warn).not.toHaveBeenCalled();
  });

  it('has a message that was done not come again because it could not be deleted at once', async () => {
    const remove = queue.delete.bind(queue);
    let refusals = 2;
    vi.spyOn(queue, 'delete').mockImplementation(async (...given) => {
      if (refusals-- > 0) throw new StoreUnavailableError('no room');
      await remove(...given);
    });
    invoke = async () => {};
    source.start();
    await vi.waitFor(async () => expect(await left()).toEqual([0, 0]), patience);
    expect(deliveries).toHaveLength(1);
    expect(log.warn).not.toHaveBeenCalled();
  });

  it('goes on with what a store without room has kept, once there is room', async () => {
    leaveNoRoom();
    setTimeout(makeRoom, 450);
    invoke = async () => {
      try {
        await insert();
      } catch (error) {
        refused++;
        throw error;
      }
    };
    source.start();
    await vi.waitFor(async () => expect(await left()).toEqual([0, 0]), patience);
    expect(deliveries.length).toBeGreaterThan(1);
    expect(log.error).not.toHaveBeenCalled();
  });
});
