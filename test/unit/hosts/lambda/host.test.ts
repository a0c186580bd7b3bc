import type { KinesisStreamEvent, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { ClaimGoneError } from '#adapters/aws/claim-check/errors.ts';
import { createHost } from '#hosts/lambda/host.ts';
import type { LogFields, Logger } from '#shared/telemetry/logger.ts';
import { kinesisEvent } from '#test/support/kinesis.ts';
import { lambdaContext, sqsEvent, sqsRecord } from '#test/support/lambda.ts';

/** @param quarantine what it does with an event; without it there is none */
function hosted(quarantine?: (event: string) => Promise<void>) {
  const lines: { message: string; fields: LogFields | undefined }[] = [];
  const note = (message: string, fields?: LogFields) => void lines.push({ message, fields });
  const log: Logger = { debug: note, info: note, warn: note, error: note };
  const counts = { flushed: 0, counted: [] as string[] };
  const host = createHost({
    log,
    pipedQueue: 'starling-local-echo.fifo',
    claims: {
      redeemEvent: async (body) => redeem(body),
      redeemRecord: async (data) => Buffer.from(redeem(Buffer.from(data).toString())),
    },
    metrics: {
      count: (name, labels) => void counts.counted.push(`${name} ${Object.values(labels)}`),
      observe: (name, labels, seconds) => void counts.counted.push(`${name} ${Object.values(labels)} ${seconds}`),
      flush: () => {
        counts.flushed++;
      },
    },
    ...(quarantine && { quarantine: { put: (reason, event) => quarantine(`${event}: ${reason}`) } }),
  });
  return { host, lines, counts };
}

function redeem(text: string): string {
  if (text === 'unreachable') throw new Error('no way to the bucket');
  if (text === 'gone') throw new ClaimGoneError('s3://blobs/events/key');
  return text.replace('reference', 'data');
}

const context = lambdaContext('echo');

describe('messages of a FIFO queue', () => {
  const ordered = (body: string, messageId: string) => sqsRecord(body, { messageId, groupId: messageId.charAt(0) });
  const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
  /** Hands records to a handler that reports some of them, and tells what it saw. */
  async function handled(reported: readonly string[], ...records: ReturnType<typeof ordered>[]) {
    const seen: string[] = [];
    const handler = hosted().host(async (event: SQSEvent) => {
      seen.push(...event.Records.map(({ body }) => body));
      return failures(...reported);
    });
    return { seen, response: await handler(sqsEvent(...records), context) };
  }

  it('are reported from the first of their group on that failed', async () => {
    const { response } = await handled(
      ['a2'],
      ordered('1', 'a1'),
      ordered('2', 'a2'),
      ordered('3', 'a3'),
      ordered('4', 'b1'),
    );
    expect(response).toEqual(failures('a2', 'a3'));
  });

  it('are kept from the handler behind one that cannot be had now', async () => {
    const records = [ordered('1', 'a1'), ordered('unreachable', 'a2'), ordered('3', 'a3'), ordered('4', 'b1')];
    const { seen, response } = await handled([], ...records);
    expect(seen).toEqual(['1', '4']);
    expect(response).toEqual(failures('a2', 'a3'));
  });

  it('come as the event that the pipe wrapped', async () => {
    const piped = ordered('{"event": {"detail": "the reference"}}', 'a1');
    const { seen } = await handled([], piped, ordered('{"detail": 2}', 'a2'));
    expect(seen).toEqual(['{"detail": "the data"}', '{"detail": 2}']);
  });

  it('of the subscription alone are looked at in that way', async () => {
    const own = ordered('{"event": {}}', 'a1');
    const { seen } = await handled(
      [],
      sqsRecord('{"event": {}}'),
      { ...own, eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:own.fifo' },
      { ...own, eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:starling-local-other.fifo' },
    );
    expect(seen).toEqual(['{"event": {}}', '{"event": {}}', '{"event": {}}']);
  });
});

describe('messages of a queue', () => {
  it('come whole to the handler, and those that cannot are delivered again', async () => {
    const { host, lines, counts } = hosted();
    const seen: string[] = [];
    const handler = host(async (event: SQSEvent) => {
      seen.push(...event.Records.map(({ body }) => body));
      return { batchItemFailures: [{ itemIdentifier: 'c' }] };
    });
    const records = [
      sqsRecord('the reference', { messageId: 'a' }),
      sqsRecord('unreachable', { messageId: 'b' }),
      sqsRecord('plain', { messageId: 'c' }),
    ];
    expect(await handler(sqsEvent(...records), context)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'c' }, { itemIdentifier: 'b' }],
    });
    expect(seen).toEqual(['the data', 'plain']);
    expect(lines).toMatchObject([{ fields: { record: 'b', function: 'echo' } }]);
    expect(counts.flushed).toBe(1);
  });

  it('reach no handler when none is left', async () => {
    const { host } = hosted();
    const handler = host(async (_: SQSEvent): Promise<unknown> => {
      throw new Error('called with nothing');
    });
    expect(await handler(sqsEvent(sqsRecord('gone', { messageId: 'a' })), context)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'a' }],
    });
  });
});

describe('records of a stream', () => {
  it('are handed over up to the first that cannot be whole', async () => {
    const { host } = hosted();
    const seen: string[] = [];
    const handler = host(async (event: KinesisStreamEvent) => {
      for (const { kinesis } of event.Records) seen.push(Buffer.from(kinesis.data, 'base64').toString());
      return { batchItemFailures: [] };
    });
    expect(await handler(kinesisEvent('one', 'a reference', 'unreachable', 'four'), context)).toEqual({
      batchItemFailures: [{ itemIdentifier: '3' }],
    });
    expect(seen).toEqual(['one', 'a data']);
  });
});

describe('an event whose data cannot be had for good', () => {
  const texts = ['one', 'gone', 'three'];
  function seeing(quarantine?: (event: string) => Promise<void>) {
    const { host, counts } = hosted(quarantine);
    const seen: string[] = [];
    const stream = host(async (event: KinesisStreamEvent) => {
      for (const { kinesis } of event.Records) seen.push(Buffer.from(kinesis.data, 'base64').toString());
      return { batchItemFailures: [] };
    });
    const queue = host(async (event: SQSEvent) => {
      for (const { body } of event.Records) seen.push(body);
      return { batchItemFailures: [] };
    });
    const ofStream = () => stream(kinesisEvent(...texts), context);
    const ofQueue = () => queue(sqsEvent(...texts.map((text) => sqsRecord(text, { messageId: text }))), context);
    return { ofStream, ofQueue, seen, counts };
  }

  it('is put aside, and its shard and its neighbours go on', async () => {
    const aside: string[] = [];
    const { ofStream, ofQueue, seen, counts } = seeing(async (event) => void aside.push(event));
    expect(await ofStream()).toEqual({ batchItemFailures: [] });
    expect(await ofQueue()).toEqual({ batchItemFailures: [] });
    expect(seen).toEqual(['one', 'three', 'one', 'three']);
    expect(aside).toEqual(Array(2).fill(expect.stringMatching(/^gone: The event's data at .* is gone/)));
    expect(counts.counted).toEqual(Array(2).fill('starling_quarantined_total echo'));
  });

  it.each([
    ['there is no quarantine', undefined],
    ['the quarantine does not take it', () => Promise.reject(new Error('no access'))],
  ])('is delivered again where %s', async (_, quarantine) => {
    const { ofStream, ofQueue, seen, counts } = seeing(quarantine);
    expect(await ofStream()).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(await ofQueue()).toEqual({ batchItemFailures: [{ itemIdentifier: 'gone' }] });
    expect(seen).toEqual(['one', 'one', 'three']);
    expect(counts.counted).toEqual([]);
  });
});

describe('any invocation', () => {
  it('that throws is logged, thrown on and flushed', async () => {
    const { host, lines, counts } = hosted();
    const handler = host(async (_: object) => {
      throw new Error('broken');
    });
    await expect(handler({}, context)).rejects.toThrow('broken');
    expect(lines).toMatchObject([{ message: 'an invocation failed', fields: { function: 'echo' } }]);
    expect(counts.flushed).toBe(1);
  });

  it('of another kind of event goes through as it is', async () => {
    const { host } = hosted();
    const event = { agents: [] };
    expect(await host(async (given: object) => given)(event, context)).toBe(event);
  });

  it('leaves what the handler bears', () => {
    const { host } = hosted();
    const handler = Object.assign(async (_: object) => {}, { definition: { name: 'Echo' } });
    expect(host(handler).definition).toEqual({ name: 'Echo' });
  });
});
