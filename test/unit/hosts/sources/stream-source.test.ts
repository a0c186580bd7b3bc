import type { KinesisStreamEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SqliteStream } from '#adapters/sqlite/stream.ts';
import { OutOfResourcesError } from '#hosts/functions/out-of-resources.ts';
import { StreamSource } from '#hosts/sources/stream-source.ts';
import { StoreUnavailableError } from '#shared/ports/errors.ts';
import { openDatabase } from '#test/support/fixtures.ts';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

describe('the source of a stream, whose records have no retry', () => {
  let opened: ReturnType<typeof openDatabase>;
  let stream: SqliteStream;
  let source: StreamSource;
  let read: (startingPosition: 'LATEST' | 'TRIM_HORIZON') => StreamSource;
  let invoke: (event: KinesisStreamEvent) => Promise<unknown>;
  let done: string[];

  beforeEach(async () => {
    done = [];
    log.error.mockReset();
    opened = openDatabase();
    stream = new SqliteStream(opened.database, { now: () => Date.now() });
    await stream.create('some', 1);
    read = (startingPosition) =>
      new StreamSource({
        stream,
        consumer: {
          stream: 'some',
          startingPosition,
          batchSize: 1,
          batchWindow: 0,
          bisect: false,
          maximumRetryAttempts: 0,
          reportsItemFailures: true,
        },
        arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/some',
        target: { name: 'consumer', invoke: (event) => invoke(event as KinesisStreamEvent), stop: async () => {} },
        log,
        metrics: { count: () => {} },
      });
    await stream.put(
      'some',
      ['one', 'two'].map((text) => ({ partitionKey: 'key', data: Buffer.from(text) })),
    );
  });
  afterEach(async () => {
    await source.stop();
    await opened.close();
  });

  const textOf = ({ Records: [record] }: KinesisStreamEvent) =>
    Buffer.from(record?.kinesis.data ?? '', 'base64').toString();
  const note = async (event: KinesisStreamEvent) => {
    done.push(textOf(event));
  };

  it('skips one that fails', async () => {
    invoke = async (event) => {
      if (textOf(event) === 'one') throw new Error('of the record');
      return note(event);
    };
    source = read('TRIM_HORIZON');
    source.start();
    await vi.waitFor(() => expect(done).toEqual(['two']), { timeout: 10_000 });
    expect(log.error).toHaveBeenCalledWith(expect.stringContaining('are skipped'), expect.anything());
  });

  it.each([
    ['the store has no room', new StoreUnavailableError('no room'), 0],
    ['its function cannot start', new OutOfResourcesError('no file descriptor is left'), 2],
  ])('skips none because %s', { timeout: 20_000 }, async (_, error, lines) => {
    let left = 2;
    invoke = async (event) => {
      if (left-- > 0) throw error;
      return note(event);
    };
    source = read('TRIM_HORIZON');
    source.start();
    await vi.waitFor(() => expect(done).toEqual(['one', 'two']), { timeout: 15_000 });
    expect(log.error).toHaveBeenCalledTimes(lines);
  });

  it('goes on from where it began, LATEST too, when its first batch finds no room', { timeout: 20_000 }, async () => {
    let left = 1;
    invoke = async (event) => {
      if (left-- > 0) throw new StoreUnavailableError('no room');
      return note(event);
    };
    source = read('LATEST');
    const newest = vi.spyOn(stream, 'newest');
    source.start();
    await vi.waitFor(() => expect(newest).toHaveBeenCalled(), 30_000);
    await newest.mock.results[0]?.value;
    await stream.put('some', [{ partitionKey: 'key', data: Buffer.from('three') }]);
    await vi.waitFor(() => expect(done).toEqual(['three']), { timeout: 15_000 });
  });
});
