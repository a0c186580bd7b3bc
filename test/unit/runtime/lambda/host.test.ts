import type { KinesisStreamEvent, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHost } from '../../../../shared/runtime/lambda/host.ts';
import type { LogFields, Logger } from '../../../../shared/telemetry/logger.ts';
import { lambdaContext, sqsEvent, sqsRecord } from '../../../support/lambda.ts';

function hosted() {
  const lines: { message: string; fields: LogFields | undefined }[] = [];
  const note = (message: string, fields?: LogFields) => void lines.push({ message, fields });
  const log: Logger = { debug: note, info: note, warn: note, error: note };
  const counts = { flushed: 0 };
  const host = createHost({
    log,
    claims: {
      redeemEvent: async (body) => redeem(body),
      redeemRecord: async (data) => Buffer.from(redeem(Buffer.from(data).toString())),
    },
    flush: () => {
      counts.flushed++;
    },
  });
  return { host, lines, counts };
}

function redeem(text: string): string {
  if (text === 'gone') throw new Error('no such blob');
  return text.replace('reference', 'data');
}

const context = lambdaContext('echo');

function streamEvent(...texts: string[]): KinesisStreamEvent {
  return {
    Records: texts.map((text, index) => ({
      awsRegion: 'us-east-1',
      eventID: `shardId-0:${index}`,
      eventName: 'aws:kinesis:record',
      eventSource: 'aws:kinesis',
      eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/starling-dev-artifacts',
      eventVersion: '1.0',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/chunks',
      kinesis: {
        approximateArrivalTimestamp: 0,
        data: Buffer.from(text).toString('base64'),
        kinesisSchemaVersion: '1.0',
        partitionKey: 'task',
        sequenceNumber: String(index + 1),
      },
    })),
  };
}

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
      sqsRecord('gone', { messageId: 'b' }),
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
    expect(await handler(streamEvent('one', 'a reference', 'gone', 'four'), context)).toEqual({
      batchItemFailures: [{ itemIdentifier: '3' }],
    });
    expect(seen).toEqual(['one', 'a data']);
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
