import { createHash } from 'node:crypto';
import {
  CreateQueueCommand,
  type CreateQueueCommandInput,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { queueArnOf } from '#test/support/bus-tap.ts';
import { type AwsClients, meshWithClients } from '#test/support/mesh-with-clients.ts';
import { newFifoQueue as newFifoQueueAt, newQueue } from '#test/support/sqs-queue.ts';

let clients: AwsClients;
const restart = meshWithClients((_mesh, made) => {
  clients = made;
});

const newFifoQueue = (attributes?: CreateQueueCommandInput['Attributes']) => newFifoQueueAt(clients, attributes);
const content = { ContentBasedDeduplication: 'true' };

describe('a FIFO queue', () => {
  it('tells what it is', async () => {
    const { QueueName, QueueUrl, attributes } = await newFifoQueue(content);
    expect(await attributes()).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
    const create = (Attributes: CreateQueueCommandInput['Attributes']) =>
      clients.sqs.send(new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: 'true', ...Attributes } }));
    expect(await create({ ...content, DeduplicationScope: 'queue' })).toMatchObject({ QueueUrl });
    expect(await create({})).toMatchObject({ QueueUrl });
    await expect(create({ ContentBasedDeduplication: 'false' })).rejects.toMatchObject({ name: 'QueueNameExists' });
    await expect(create({ DeduplicationScope: 'messageGroup' })).rejects.toMatchObject({ name: 'QueueNameExists' });
    const plain = await newQueue(clients);
    expect(await plain.attributes()).not.toHaveProperty('FifoQueue');
  });

  it.each<[string, CreateQueueCommandInput, string]>([
    ['a name of a standard one', { QueueName: 'bad', Attributes: { FifoQueue: 'true' } }, 'InvalidParameterValue'],
    ['its name and no attribute', { QueueName: 'bad.fifo' }, 'InvalidParameterValue'],
    ['FifoQueue=false', { QueueName: 'bad', Attributes: { FifoQueue: 'false' } }, 'InvalidAttributeName'],
    ['an attribute of one, without being it', { QueueName: 'bad', Attributes: content }, 'InvalidAttributeName'],
    [
      'a truth that is none',
      { QueueName: 'bad.fifo', Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'yes' } },
      'InvalidAttributeValue',
    ],
    [
      'a scope that is none',
      { QueueName: 'bad.fifo', Attributes: { FifoQueue: 'true', DeduplicationScope: 'perMessageGroupId' } },
      'InvalidAttributeValue',
    ],
    [
      'a limit for each group and deduplication for all',
      { QueueName: 'bad.fifo', Attributes: { FifoQueue: 'true', FifoThroughputLimit: 'perMessageGroupId' } },
      'InvalidAttributeValue',
    ],
  ])('is not made with %s', async (_what, input, name) => {
    await expect(clients.sqs.send(new CreateQueueCommand(input))).rejects.toMatchObject({ name });
  });

  it('has dead letters of its kind only', async () => {
    const [standard, fifo] = [await newQueue(clients), await newFifoQueue()];
    const policy = (queue: { QueueName: string }) => ({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArnOf(queue.QueueName), maxReceiveCount: 1 }),
    });
    const invalid = { name: 'InvalidParameterValue' };
    await expect(newFifoQueue(policy(standard))).rejects.toMatchObject(invalid);
    await expect(newQueue(clients, policy(fifo))).rejects.toMatchObject(invalid);
    const source = await newFifoQueue(policy(fifo));
    await source.sendTo('a1');
    await source.sendTo('a2');
    await source.change((await source.receive({ MaxNumberOfMessages: 1 }))[0], 0);
    expect(await source.bodies()).toEqual(['a2']);
    expect(await fifo.receive({ MessageSystemAttributeNames: ['All'] })).toMatchObject([
      { Body: 'a1', Attributes: { MessageGroupId: 'a', ApproximateReceiveCount: '1' } },
    ]);
  });

  it('gives messages in order, a group at a time, with their places', async () => {
    const queue = await newFifoQueue();
    const sent = [await queue.sendTo('a1'), await queue.sendTo('a2'), await queue.sendTo('b1')];
    const [a1] = await queue.receive({ MaxNumberOfMessages: 1, MessageSystemAttributeNames: ['All'] });
    expect(a1).toMatchObject({
      Body: 'a1',
      Attributes: {
        MessageGroupId: 'a',
        MessageDeduplicationId: 'a1-once',
        SequenceNumber: sent[0]?.SequenceNumber,
      },
    });
    const numbers = sent.map(({ SequenceNumber = '' }) => SequenceNumber);
    expect(numbers).toEqual([...new Set(numbers)].toSorted());
    const [b1] = await queue.receive({ MessageSystemAttributeNames: ['MessageGroupId'] });
    expect(b1?.Attributes).toEqual({ MessageGroupId: 'b' });
    const waiting = queue.bodies({ WaitTimeSeconds: 20 });
    await queue.delete(a1);
    expect(await waiting).toEqual(['a2']);
  });

  it('gives again first what was let go', async () => {
    const queue = await newFifoQueue();
    for (const body of ['a1', 'a2', 'a3']) await queue.sendTo(body);
    const [a1, a2] = await queue.receive({ MaxNumberOfMessages: 2 });
    await queue.change(a2, 0);
    expect(await queue.bodies()).toEqual([]);
    await queue.change(a1, 0);
    expect(await queue.bodies()).toEqual(['a1', 'a2', 'a3']);
  });

  it('takes a message once, by its deduplication id or its body', async () => {
    const queue = await newFifoQueue(content);
    const send = (body: string, more: Partial<SendMessageCommandInput> = {}) =>
      queue.send(body, { MessageGroupId: 'a', ...more });
    const first = await send('same');
    const again = await send('same', { MessageGroupId: 'b', MessageAttributes: { a: text('1') } });
    expect(again).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    expect((await send('same', { MessageDeduplicationId: 'x' })).MessageId).not.toBe(first.MessageId);
    const received = await queue.receive({ MessageSystemAttributeNames: ['MessageDeduplicationId'] });
    const sha256 = createHash('sha256').update('same').digest('hex');
    expect(received.map(({ Attributes }) => Attributes?.MessageDeduplicationId)).toEqual([sha256, 'x']);
  });

  it('takes a message once for each group, where that is its scope', async () => {
    const byGroup = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
    const queue = await newFifoQueue({ ...content, ...byGroup });
    expect(await queue.attributes()).toMatchObject(byGroup);
    const first = await queue.send('same', { MessageGroupId: 'a' });
    expect((await queue.send('same', { MessageGroupId: 'b' })).MessageId).not.toBe(first.MessageId);
    expect(await queue.send('same', { MessageGroupId: 'a' })).toMatchObject({ MessageId: first.MessageId });
    expect(await queue.bodies()).toEqual(['same', 'same']);
  });

  it('answers each entry of a batch', async () => {
    const { QueueUrl, receive } = await newFifoQueue();
    const entry = (Id: string, more: object) => ({ Id, MessageBody: Id, MessageGroupId: 'g', ...more });
    const { Successful, Failed } = await clients.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          entry('one', { MessageDeduplicationId: '1' }),
          entry('none', { MessageGroupId: undefined, MessageDeduplicationId: '2' }),
          entry('undeduplicated', {}),
          entry('late', { MessageDeduplicationId: '3', DelaySeconds: 1 }),
          entry('again', { MessageDeduplicationId: '1', DelaySeconds: 0 }),
          entry('two', { MessageDeduplicationId: '4' }),
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['one', 'again', 'two']);
    expect(Successful?.[1]).toMatchObject({ SequenceNumber: Successful?.[0]?.SequenceNumber });
    expect(Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
      ['none', 'MissingParameter'],
      ['undeduplicated', 'InvalidParameterValue'],
      ['late', 'InvalidParameterValue'],
    ]);
    expect((await receive()).map(({ Body }) => Body)).toEqual(['one', 'two']);
  });

  it.each<[string, Partial<SendMessageCommandInput>, string]>([
    ['no group', { MessageDeduplicationId: 'x' }, 'MissingParameter'],
    ['nothing to deduplicate by', { MessageGroupId: 'g' }, 'InvalidParameterValue'],
    ['a group with a space', { MessageGroupId: 'a b', MessageDeduplicationId: 'x' }, 'InvalidParameterValue'],
    ['an empty deduplication id', { MessageGroupId: 'g', MessageDeduplicationId: '' }, 'InvalidParameterValue'],
  ])('refuses a message with %s', async (_what, more, name) => {
    const queue = await newFifoQueue();
    await expect(queue.send('body', more)).rejects.toMatchObject({ name });
    expect(await queue.bodies()).toEqual([]);
  });

  it('delays by its attribute', async () => {
    const queue = await newFifoQueue({ DelaySeconds: '900' });
    await queue.sendTo('a1');
    expect(await queue.bodies()).toEqual([]);
    expect(await queue.attributes()).toMatchObject({ DelaySeconds: '900', ApproximateNumberOfMessagesDelayed: '1' });
  });

  it('tells that a receipt handle has expired', async () => {
    const queue = await newFifoQueue();
    await queue.sendTo('a1');
    const [late] = await queue.receive({ VisibilityTimeout: 0 });
    const expired = { name: 'InvalidParameterValue', message: expect.stringContaining('has expired') };
    await expect(queue.delete(late)).rejects.toMatchObject(expired);
    const [a1] = await queue.receive();
    await expect(queue.delete(late)).rejects.toMatchObject(expired);
    const { QueueUrl } = queue;
    const { Successful, Failed } = await clients.sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [late, a1].map((message, index) => ({ Id: String(index), ReceiptHandle: message?.ReceiptHandle })),
      }),
    );
    expect(Failed).toMatchObject([{ Id: '0', Code: 'InvalidParameterValue' }]);
    expect(Successful).toMatchObject([{ Id: '1' }]);
    // As an SDK does that got no answer.
    await queue.delete(a1);
  });

  it('gives nothing again for an attempt to receive', async () => {
    const queue = await newFifoQueue();
    for (const body of ['a1', 'a2', 'b1']) await queue.sendTo(body);
    const attempt = { ReceiveRequestAttemptId: 'b0f2a1c4-1f8e-4c56-9a4f-6f1f0e8f2d11', MaxNumberOfMessages: 1 };
    const [a1] = await queue.receive(attempt);
    expect(a1?.Body).toBe('a1');
    expect(await queue.bodies(attempt)).toEqual(['b1']);
    expect(await queue.bodies(attempt)).toEqual([]);
    await queue.change(a1, 0);
    expect(await queue.bodies(attempt)).toEqual(['a1']);
    for (const ReceiveRequestAttemptId of ['', 'a b', 'é', 'a'.repeat(129)]) {
      await expect(queue.receive({ ReceiveRequestAttemptId })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    }
  });
});

describe('after a restart', () => {
  it('FIFO queues, their order, what was in flight and what was sent are known', async () => {
    const queue = await newFifoQueue({ VisibilityTimeout: '3600' });
    const first = await queue.sendTo('a1');
    for (const body of ['a2', 'b1']) await queue.sendTo(body);
    const [a1] = await queue.receive({ MaxNumberOfMessages: 1 });
    await restart();
    expect(await queue.attributes()).toMatchObject({ FifoQueue: 'true', VisibilityTimeout: '3600' });
    expect(await queue.sendTo('a1')).toMatchObject({ SequenceNumber: first.SequenceNumber });
    expect(await queue.bodies()).toEqual(['b1']);
    await queue.delete(a1);
    expect(await queue.bodies()).toEqual(['a2']);
  });
});

function text(StringValue: string) {
  return { DataType: 'String', StringValue };
}
