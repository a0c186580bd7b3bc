import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqsClient } from '#adapters/aws/clients/sqs.ts';
import { AwsQueue } from '#adapters/aws/queue/queue.ts';
import { Failure, FakeAws, patientRetry } from '#test/support/fake-aws.ts';
import { TestClock } from '#test/support/fixtures.ts';

interface SendBatch {
  readonly QueueUrl: string;
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[];
}
interface DeleteBatch {
  readonly Entries: readonly { readonly Id: string; readonly ReceiptHandle: string }[];
}

let aws: FakeAws;
let clock: TestClock;
let retry: ReturnType<typeof patientRetry>;
let queue: AwsQueue;

beforeEach(async () => {
  aws = await FakeAws.start();
  clock = new TestClock();
  retry = patientRetry();
  queue = new AwsQueue({ client: sqsClient(aws.options), clock, retry });
  aws.on('GetQueueUrl', ({ QueueName }: { QueueName: string }) => ({
    // A host that is not there: the endpoint that was given is the way.
    QueueUrl: `http://sqs.invalid/000000000000/${QueueName}`,
  }));
});
afterEach(() => aws.close());

const bodiesOf = () =>
  aws.inputs<SendBatch>('SendMessageBatch').map(({ Entries }) => Entries.map(({ MessageBody }) => MessageBody));
const sendAll = (...bodies: string[]) =>
  queue.send(
    'jobs',
    bodies.map((body) => ({ body })),
  );

/** Takes each message but those that `fail` has an error for. */
function answer(
  fail: (body: string, call: number) => { Code: string; SenderFault: boolean } | undefined = () => undefined,
): void {
  aws.on('SendMessageBatch', ({ Entries }: SendBatch, call) => {
    const all = Entries.map(({ Id, MessageBody }) => ({ Id, MessageBody, failure: fail(MessageBody, call) }));
    return {
      // SQS promises no order of the answers.
      Successful: all
        .filter(({ failure }) => !failure)
        .map(({ Id, MessageBody }) => ({
          Id,
          MessageId: `id-${MessageBody.slice(0, 10)}`,
          MD5OfMessageBody: hash('md5', MessageBody),
        }))
        .toReversed(),
      Failed: all.filter(({ failure }) => failure).map(({ Id, failure }) => ({ Id, ...failure })),
    };
  });
}

describe('send', () => {
  it('has ten messages and a mebibyte a call at most, and answers in order', async () => {
    answer();
    const bodies = Array.from({ length: 23 }, (_, i) => `${i}`);
    expect(await sendAll(...bodies)).toEqual(bodies.map((body) => ({ messageId: `id-${body}` })));
    expect(bodiesOf().map(({ length }) => length)).toEqual([10, 10, 3]);
    const large = ['a', 'b', 'c'].map((letter) => letter.repeat(400_000));
    await sendAll(...large);
    expect(
      bodiesOf()
        .slice(3)
        .map(({ length }) => length),
    ).toEqual([2, 1]);
  });

  it('counts attributes', async () => {
    answer();
    const message = { body: 'x'.repeat(500_000), attributes: { name: 'ü'.repeat(15_000) } };
    await queue.send('jobs', [message, message]);
    expect(bodiesOf().map(({ length }) => length)).toEqual([1, 1]);
  });

  it('sends again what SQS could not take, alone, and answers in order', async () => {
    answer((body, call) => (call < 3 && body !== 'b' ? { Code: 'InternalError', SenderFault: false } : undefined));
    expect(await sendAll('a', 'b', 'c')).toEqual([{ messageId: 'id-a' }, { messageId: 'id-b' }, { messageId: 'id-c' }]);
    expect(bodiesOf()).toEqual([
      ['a', 'b', 'c'],
      ['a', 'c'],
      ['a', 'c'],
    ]);
    expect(retry.waits).toEqual([100, 200]);
  });

  it('does not send again what is our fault, and says it', async () => {
    answer((body) => (body === 'b' ? { Code: 'InvalidMessageContents', SenderFault: true } : undefined));
    await expect(sendAll('a', 'b')).rejects.toMatchObject({
      message: expect.stringContaining('InvalidMessageContents'),
    });
    expect(bodiesOf()).toHaveLength(1);
  });

  it('gives up after the last try', async () => {
    answer(() => ({ Code: 'InternalError', SenderFault: false }));
    await expect(sendAll('a')).rejects.toMatchObject({ code: 'AWS_FAILED' });
    expect(bodiesOf()).toHaveLength(retry.attempts);
  });
});

describe('a FIFO queue', () => {
  const message = (body: string) => ({ body, groupId: body.charAt(0), deduplicationId: body });

  it('gets no two messages of a group in one call, so that none that is sent again falls behind', async () => {
    answer((body, call) => (body === 'a1' && call === 1 ? { Code: 'InternalError', SenderFault: false } : undefined));
    await queue.send('jobs.fifo', ['a1', 'b1', 'a2', 'c1', 'a3'].map(message));
    expect(bodiesOf()).toEqual([['a1', 'b1'], ['a1'], ['a2', 'c1'], ['a3']]);
    expect(aws.inputs<SendBatch>('SendMessageBatch')[0]?.Entries[0]).toMatchObject({
      MessageGroupId: 'a',
      MessageDeduplicationId: 'a1',
    });
  });

  it('is asked whether it makes deduplication ids, before anything is sent without', async () => {
    answer();
    const attributes = { ContentBasedDeduplication: 'false' };
    aws.on('GetQueueAttributes', () => ({ Attributes: attributes }));
    const messages = [message('a1'), { body: 'a2', groupId: 'a' }];
    await expect(queue.send('jobs.fifo', messages)).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
    expect(bodiesOf()).toEqual([]);
    attributes.ContentBasedDeduplication = 'true';
    await queue.send('jobs.fifo', messages);
    expect(bodiesOf()).toEqual([['a1'], ['a2']]);
  });

  it('is made one when it is made, and is never changed into one', async () => {
    aws.on('CreateQueue', (_, call) =>
      call === 1 ? { QueueUrl: 'http://sqs.invalid/1/jobs.fifo' } : new Failure('QueueNameExists'),
    );
    aws.on('SetQueueAttributes', () => ({}));
    const settings = { visibilityTimeout: 5, retention: 60, fifo: { contentBasedDeduplication: true, delay: 2 } };
    await queue.create('jobs.fifo', settings);
    await queue.create('jobs.fifo', settings);
    const Attributes = {
      VisibilityTimeout: '5',
      MessageRetentionPeriod: '60',
      ContentBasedDeduplication: 'true',
      DelaySeconds: '2',
    };
    expect(aws.inputs('CreateQueue')[0]).toMatchObject({ Attributes: { ...Attributes, FifoQueue: 'true' } });
    expect(aws.inputs('SetQueueAttributes')).toMatchObject([{ Attributes }]);
    expect(aws.inputs('SetQueueAttributes')[0]).not.toHaveProperty('Attributes.FifoQueue');
  });

  it('is asked for the place of its messages, a standard queue is not', async () => {
    aws.on('ReceiveMessage', () => ({}));
    for (const name of ['jobs', 'jobs.fifo']) await queue.receive(name, { max: 1, wait: 0 });
    const asked = aws.inputs<{ MessageSystemAttributeNames: string[] }>('ReceiveMessage');
    const place = ['SequenceNumber', 'MessageGroupId', 'MessageDeduplicationId'];
    expect(asked.map((input) => place.every((name) => input.MessageSystemAttributeNames.includes(name)))).toEqual([
      false,
      true,
    ]);
  });
});

describe('a trace header', () => {
  const traceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793';

  it('is a system attribute for SQS', async () => {
    answer();
    await queue.send('jobs', [{ body: 'x', traceHeader }, { body: 'y' }]);
    const [traced, plain] = aws.inputs<SendBatch>('SendMessageBatch')[0]?.Entries ?? [];
    expect(traced).toMatchObject({
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } },
    });
    expect(plain).not.toHaveProperty('MessageSystemAttributes');
  });

  it('comes from SQS, as the queue of a dead letter does', async () => {
    const Attributes = {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1',
      ApproximateFirstReceiveTimestamp: '1',
      AWSTraceHeader: traceHeader,
      DeadLetterQueueSourceArn: 'arn:aws:sqs:us-east-1:1:jobs',
    };
    aws.on('ReceiveMessage', () => ({
      Messages: [{ MessageId: '1', ReceiptHandle: '1', Body: 'x', MD5OfBody: hash('md5', 'x'), Attributes }],
    }));
    const [message] = await queue.receive('jobs-dlq', { max: 1, wait: 0 });
    expect(message).toMatchObject({ traceHeader, deadLetterSource: 'jobs' });
    const [asked] = aws.inputs<{ MessageSystemAttributeNames: string[] }>('ReceiveMessage');
    expect(asked?.MessageSystemAttributeNames).toEqual(
      expect.arrayContaining(['AWSTraceHeader', 'DeadLetterQueueSourceArn']),
    );
  });
});

describe('the types of attributes', () => {
  const attributes = { text: 't', count: '7', picture: 'AAH/' };
  const attributeTypes = { count: 'Number.int', picture: 'Binary' };

  it('are told to SQS', async () => {
    answer();
    await queue.send('jobs', [{ body: 'x', attributes, attributeTypes }]);
    expect(aws.inputs<SendBatch>('SendMessageBatch')[0]?.Entries[0]).toMatchObject({
      MessageAttributes: {
        text: { DataType: 'String', StringValue: 't' },
        count: { DataType: 'Number.int', StringValue: '7' },
        picture: { DataType: 'Binary', BinaryValue: 'AAH/' },
      },
    });
  });

  it('are had from SQS', async () => {
    aws.on('ReceiveMessage', () => ({
      Messages: [
        {
          ...{ MessageId: 'm', ReceiptHandle: 'r', Body: 'x', MD5OfBody: hash('md5', 'x') },
          Attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0', ApproximateFirstReceiveTimestamp: '0' },
          MessageAttributes: {
            text: { DataType: 'String', StringValue: 't' },
            count: { DataType: 'Number.int', StringValue: '7' },
            picture: { DataType: 'Binary', BinaryValue: 'AAH/' },
          },
        },
      ],
    }));
    expect(await queue.receive('jobs', { max: 1, wait: 0 })).toMatchObject([{ attributes, attributeTypes }]);
  });
});

describe('delete', () => {
  it('has ten receipts a call, sends failed ones again, and minds no spent one', async () => {
    aws.on('DeleteMessageBatch', ({ Entries }: DeleteBatch, call) => ({
      Failed: Entries.flatMap(({ Id, ReceiptHandle }) => {
        if (ReceiptHandle === 'spent') return [{ Id, Code: 'ReceiptHandleIsInvalid', SenderFault: true }];
        return call === 1 && ReceiptHandle === '3' ? [{ Id, Code: 'InternalError', SenderFault: false }] : [];
      }),
    }));
    await queue.delete('jobs', [...Array.from({ length: 11 }, (_, i) => `${i}`), 'spent']);
    const handles = aws
      .inputs<DeleteBatch>('DeleteMessageBatch')
      .map(({ Entries }) => Entries.map(({ ReceiptHandle }) => ReceiptHandle));
    expect(handles).toEqual([['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], ['3'], ['10', 'spent']]);
  });
});

describe('changeVisibility', () => {
  it.each([
    ['MessageNotInflight', ''],
    ['ReceiptHandleIsInvalid', ''],
    ['InvalidParameterValue', 'Value x for parameter ReceiptHandle is invalid. Reason: Message does not exist.'],
  ])('does nothing for a receipt that is spent: %s', async (code, message) => {
    aws.on('ChangeMessageVisibility', () => new Failure(code, 400, message));
    await queue.changeVisibility('jobs', 'receipt', 1);
  });

  it('says what else is wrong', async () => {
    aws.on(
      'ChangeMessageVisibility',
      () => new Failure('InvalidParameterValue', 400, 'Value 50000 for parameter VisibilityTimeout is invalid.'),
    );
    await expect(queue.changeVisibility('jobs', 'receipt', 50_000)).rejects.toMatchObject({ code: 'AWS_FAILED' });
  });
});

describe('receive', () => {
  const polls = () =>
    aws.inputs<Record<string, number>>('ReceiveMessage').map(({ WaitTimeSeconds }) => WaitTimeSeconds);

  it('polls for 20 s at most, and again until its wait ends', async () => {
    aws.on('ReceiveMessage', ({ WaitTimeSeconds }: { WaitTimeSeconds: number }) => {
      clock.advance(WaitTimeSeconds);
      return {};
    });
    expect(await queue.receive('jobs', { max: 25, wait: 45 })).toEqual([]);
    expect(polls()).toEqual([20, 20, 5]);
    expect(aws.inputs('ReceiveMessage')[0]).toMatchObject({ MaxNumberOfMessages: 10 });
  });

  it('asks once without a wait', async () => {
    aws.on('ReceiveMessage', () => ({}));
    expect(await queue.receive('jobs', { max: 1, wait: 0, visibilityTimeout: 7 })).toEqual([]);
    expect(aws.inputs('ReceiveMessage')).toMatchObject([
      { MaxNumberOfMessages: 1, WaitTimeSeconds: 0, VisibilityTimeout: 7 },
    ]);
  });

  it('ends at an abort in the middle of a poll', async () => {
    const stop = new AbortController();
    aws.on('ReceiveMessage', () => {
      stop.abort();
      return new Promise<object>(() => {});
    });
    expect(await queue.receive('jobs', { max: 1, wait: 20, signal: stop.signal })).toEqual([]);
  });
});

describe('the URL of a queue', () => {
  it('is asked for once, however many ask at the same time', async () => {
    aws.on('ReceiveMessage', () => ({}));
    await Promise.all(Array.from({ length: 5 }, () => queue.receive('jobs', { max: 1, wait: 0 })));
    await queue.receive('jobs', { max: 1, wait: 0 });
    expect(aws.inputs('GetQueueUrl')).toEqual([{ QueueName: 'jobs' }]);
  });

  it('is asked for again where there was none', async () => {
    const url = { QueueUrl: 'http://sqs.invalid/000000000000/jobs' };
    aws.on('GetQueueUrl', (_, call) => (call === 1 ? new Failure('QueueDoesNotExist') : url));
    aws.on('ReceiveMessage', () => ({}));
    await expect(queue.receive('jobs', { max: 1, wait: 0 })).rejects.toMatchObject({ code: 'QUEUE_NOT_FOUND' });
    expect(await queue.receive('jobs', { max: 1, wait: 0 })).toEqual([]);
  });

  it('is forgotten when the queue is gone', async () => {
    aws.on('ReceiveMessage', (_, call) => (call === 1 ? new Failure('AWS.SimpleQueueService.NonExistentQueue') : {}));
    await expect(queue.receive('jobs', { max: 1, wait: 0 })).rejects.toMatchObject({ code: 'QUEUE_NOT_FOUND' });
    await queue.receive('jobs', { max: 1, wait: 0 });
    expect(aws.inputs('GetQueueUrl')).toHaveLength(2);
  });
});

describe('create', () => {
  it('gives a queue that is there its new settings', async () => {
    aws.on('CreateQueue', () => new Failure('QueueNameExists'));
    aws.on('GetQueueAttributes', () => ({ Attributes: { QueueArn: 'arn:dead' } }));
    aws.on('SetQueueAttributes', () => ({}));
    await queue.create('jobs', { visibilityTimeout: 5, maxReceiveCount: 3, deadLetterQueue: 'dead' });
    expect(aws.inputs('SetQueueAttributes')).toMatchObject([
      {
        Attributes: { VisibilityTimeout: '5', RedrivePolicy: '{"deadLetterTargetArn":"arn:dead","maxReceiveCount":3}' },
      },
    ]);
  });
});
