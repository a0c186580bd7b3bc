import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteQueue } from '#adapters/sqlite/queue.ts';
import type { ReceivedMessage } from '#shared/ports/queue.ts';
import { openDatabase, TestClock } from '#test/support/fixtures.ts';

describe.each([
  ['a standard queue', 'work', 'dead', {}],
  ['a FIFO queue', 'work.fifo', 'dead.fifo', { fifo: { contentBasedDeduplication: true } }],
])('a message of %s whose receive is excused', (_, name, dead, kind) => {
  let opened: ReturnType<typeof openDatabase>;
  let clock: TestClock;
  let queue: SqliteQueue;

  beforeEach(async () => {
    opened = openDatabase();
    clock = new TestClock();
    await open();
    await queue.send(name, [{ body: 'one', groupId: 'g' }]);
  });
  afterEach(() => opened.close());

  async function open(): Promise<void> {
    queue = new SqliteQueue(opened.database, clock);
    await queue.create(dead, { visibilityTimeout: 30, ...kind });
    await queue.create(name, { visibilityTimeout: 30, maxReceiveCount: 2, deadLetterQueue: dead, ...kind });
  }
  async function receive(from = name): Promise<ReceivedMessage | undefined> {
    return (await queue.receive(from, { max: 1, wait: 0 }))[0];
  }
  async function received(): Promise<ReceivedMessage> {
    return (await receive()) ?? expect.fail('nothing there');
  }

  it('keeps its attempt after a crash that was not its fault', async () => {
    await received();
    expect(await queue.excuseInFlight(name, ['another'])).toHaveLength(1);
    await queue.releaseInFlight(name);
    const again = await received();
    expect(again).toMatchObject({ receiveCount: 2, excused: 1 });
    expect(await queue.excuseInFlight(name, [again.messageId])).toEqual([]);
    await queue.releaseInFlight(name);
    expect(await received()).toMatchObject({ receiveCount: 3, excused: 1 });
  });

  it('comes back after the delay, is counted on and not buried for it, after a restart too', async () => {
    for (let count = 1; count <= 3; count++) {
      const message = await received();
      expect([message.receiveCount, message.excused ?? 0]).toEqual([count, count - 1]);
      await queue.excuse(name, [message.receiptHandle], 1);
      expect(await receive()).toBeUndefined();
      clock.advance(1);
    }
    await open();
    for (let count = 4; count <= 5; count++) {
      expect(await received()).toMatchObject({ receiveCount: count, excused: 3 });
      clock.advance(30);
    }
    expect(await receive()).toBeUndefined();
    const letter = await receive(dead);
    expect([letter?.body, letter?.receiveCount, letter?.excused]).toEqual(['one', 1, undefined]);
  });

  it('is excused late as well, when its visibility timeout has ended', async () => {
    const { receiptHandle } = await received();
    clock.advance(60);
    await queue.excuse(name, [receiptHandle], 1);
    expect(await receive()).toBeUndefined();
    clock.advance(1);
    expect(await received()).toMatchObject({ receiveCount: 2, excused: 1 });
  });

  it('stays with whoever received it since', async () => {
    const { receiptHandle } = await received();
    await queue.changeVisibility(name, receiptHandle, 0);
    const since = await received();
    await queue.excuse(name, [receiptHandle], 0);
    expect(await receive()).toBeUndefined();
    await queue.delete(name, [since.receiptHandle]);
    expect(await queue.depth(name)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('may be gone', async () => {
    const { receiptHandle } = await received();
    await queue.delete(name, [receiptHandle]);
    await queue.excuse(name, [receiptHandle], 0);
    expect(await receive()).toBeUndefined();
  });
});
