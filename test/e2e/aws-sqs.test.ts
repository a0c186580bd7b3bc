import {
  ChangeMessageVisibilityCommand,
  type CreateQueueCommandInput,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { type AwsClients, meshWithClients } from '#test/support/mesh-with-clients.ts';
import { newQueue as newQueueAt } from '#test/support/sqs-queue.ts';

let clients: AwsClients;
meshWithClients((_mesh, made) => {
  clients = made;
});

const newQueue = (attributes?: CreateQueueCommandInput['Attributes']) => newQueueAt(clients, attributes);

describe('messages', () => {
  it('come with their attributes, by digests that the SDK checks', async () => {
    const { send, receive } = await newQueue();
    const MessageAttributes = {
      color: { DataType: 'String', StringValue: 'röt' },
      'trace.id': { DataType: 'String', StringValue: '1' },
      price: { DataType: 'Number.eur', StringValue: '-1.5e3' },
      image: { DataType: 'Binary.png', BinaryValue: new Uint8Array([0, 255, 128]) },
      constructor: { DataType: 'String.label', StringValue: 'text' },
    };
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
    const MessageSystemAttributes = { AWSTraceHeader: { DataType: 'String', StringValue: trace } };
    const sent = await send('häuser 🏠', { MessageAttributes, MessageSystemAttributes });
    expect(sent.MD5OfMessageSystemAttributes).toMatch(/^[0-9a-f]{32}$/);
    expect(sent.MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
    const [message] = await receive({
      VisibilityTimeout: 0,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    expect(message?.Attributes).toMatchObject({ SenderId: '000000000000', AWSTraceHeader: trace });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'häuser 🏠',
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes,
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) },
    });
    expect(Object.keys(message?.MessageAttributes ?? {})).toHaveLength(5);
    const [again] = await receive({ MessageAttributeNames: ['trace.*'], AttributeNames: ['All'] });
    expect(again?.Attributes).toMatchObject({ ApproximateReceiveCount: '2' });
    expect(Object.keys(again?.MessageAttributes ?? {})).toEqual(['trace.id']);
  });

  it('are waited for, and the wait ends with the first', async () => {
    const { send, receive } = await newQueue();
    const waiting = receive({ WaitTimeSeconds: 20 });
    await send('at last');
    expect(await waiting).toMatchObject([{ Body: 'at last' }]);
  });

  it('are hidden, shown again, and gone once deleted', async () => {
    const { QueueUrl, send, receive, attributes } = await newQueue({ VisibilityTimeout: '30' });
    await send('once');
    const [first] = await receive();
    expect(await receive()).toEqual([]);
    expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '1' });
    await clients.sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }),
    );
    const [second] = await receive();
    await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '1' });
    await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    expect(await attributes()).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });

  it('change their visibility by the receipt handle of the last receive, while they are in flight', async () => {
    const { QueueUrl, send, receive, attributes } = await newQueue();
    const change = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
      clients.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    await send('once');
    const [first] = await receive();
    await change(first?.ReceiptHandle, 0);
    const notInFlight = {
      name: 'MessageNotInflight',
      Code: 'AWS.SimpleQueueService.MessageNotInflight',
    };
    await expect(change(first?.ReceiptHandle, 60)).rejects.toMatchObject(notInFlight);
    const [second] = await receive();
    await expect(change(first?.ReceiptHandle, 0)).rejects.toMatchObject(notInFlight);
    expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '1' });
    await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    await expect(change(second?.ReceiptHandle, 0)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('may name a group, which orders nothing in a standard queue', async () => {
    const { send, receive } = await newQueue();
    await send('one', { MessageGroupId: 'g' });
    await send('two', { MessageGroupId: 'g' });
    expect(await receive({ MaxNumberOfMessages: 1 })).toMatchObject([{ Body: 'one' }]);
    const [two] = await receive({ MessageSystemAttributeNames: ['All'] });
    expect(two?.Attributes).toMatchObject({ MessageGroupId: 'g' });
    expect(two?.Attributes).not.toHaveProperty('SequenceNumber');
    await send('three');
    const [three] = await receive({ MessageSystemAttributeNames: ['All'] });
    expect(three?.Attributes).not.toHaveProperty('MessageGroupId');
  });

  it('that fail go to the dead-letter queue', async () => {
    const dead = await newQueue();
    const deadLetterTargetArn = (await dead.attributes()).QueueArn;
    const { send, receive } = await newQueue({
      VisibilityTimeout: '0',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
    });
    await send('poison');
    expect(await receive()).toHaveLength(1);
    expect(await receive()).toEqual([]);
    expect(await dead.receive()).toMatchObject([{ Body: 'poison' }]);
  });

  it('may be delayed, by the message and by the queue', async () => {
    const { send, receive, attributes } = await newQueue({ DelaySeconds: '900' });
    await send('later');
    await send('now', { DelaySeconds: 0 });
    expect(await receive()).toMatchObject([{ Body: 'now' }]);
    expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesDelayed: '1' });
  });

  it('go and are deleted in batches, each with an answer of its own', async () => {
    const { QueueUrl, receive } = await newQueue();
    const { Successful, Failed } = await clients.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'a', MessageBody: 'one' },
          { Id: 'b', MessageBody: '\u0001' },
          { Id: 'c', MessageBody: 'three', DelaySeconds: 901 },
          { Id: 'd', MessageBody: 'four' },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'd']);
    expect(Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
      ['b', 'InvalidMessageContents', true],
      ['c', 'InvalidParameterValue', true],
    ]);
    const messages = await receive();
    expect(messages.map(({ Body }) => Body)).toEqual(['one', 'four']);
    const deleted = await clients.sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          ...messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
          { Id: 'x', ReceiptHandle: 'made up' },
        ],
      }),
    );
    expect(deleted.Successful).toHaveLength(2);
    expect(deleted.Failed).toMatchObject([{ Id: 'x', Code: 'ReceiptHandleIsInvalid' }]);
  });

  it('stay in their queue: a receipt handle of another is refused', async () => {
    const [one, other] = [await newQueue(), await newQueue()];
    await one.send('mine');
    const [message] = await one.receive();
    for (const ReceiptHandle of [message?.ReceiptHandle, 'made up', 'WyJhIl0']) {
      const { QueueUrl } = ReceiptHandle === message?.ReceiptHandle ? other : one;
      const invalid = { name: 'ReceiptHandleIsInvalid' };
      await expect(clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))).rejects.toMatchObject(
        invalid,
      );
      const change = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
      await expect(clients.sqs.send(change)).rejects.toMatchObject(invalid);
    }
  });

  it.each<[string, Partial<SendMessageCommandInput>, string]>([
    ['no body', { MessageBody: '' }, 'MissingParameter'],
    ['characters that XML has not', { MessageBody: '\u0000' }, 'InvalidMessageContents'],
    ['more than 1 MB', { MessageBody: 'x'.repeat(1024 * 1024 + 1) }, 'InvalidParameterValue'],
    ['too long a delay', { DelaySeconds: 901 }, 'InvalidParameterValue'],
    ['a deduplication id, in a standard queue', { MessageDeduplicationId: 'd' }, 'InvalidParameterValue'],
    ['a message group of other letters', { MessageGroupId: 'a b' }, 'InvalidParameterValue'],
    [
      'a number that is none',
      { MessageAttributes: { a: { DataType: 'Number', StringValue: 'one' } } },
      'InvalidParameterValue',
    ],
    [
      'an attribute of an unknown type',
      { MessageAttributes: { a: { DataType: 'Boolean', StringValue: 'true' } } },
      'InvalidParameterValue',
    ],
    [
      'an empty attribute',
      { MessageAttributes: { a: { DataType: 'Binary', BinaryValue: new Uint8Array() } } },
      'InvalidParameterValue',
    ],
    [
      'a binary attribute without its value',
      { MessageAttributes: { a: { DataType: 'Binary', StringValue: 'text' } } },
      'MissingParameter',
    ],
  ])('are refused with %s', async (_what, more, name) => {
    const { send, receive } = await newQueue();
    await expect(send('body', more)).rejects.toMatchObject({ name });
    expect(await receive()).toEqual([]);
  });

  it('of 1 MB are taken', async () => {
    const { send, receive } = await newQueue();
    await send('x'.repeat(1024 * 1024));
    expect(await receive()).toHaveLength(1);
  });

  it.each<[string, Partial<ReceiveMessageCommandInput>]>([
    ['11 at once', { MaxNumberOfMessages: 11 }],
    ['a wait of 21 s', { WaitTimeSeconds: 21 }],
    ['half a day and a second out of sight', { VisibilityTimeout: 43_201 }],
  ])('are not received with %s', async (_what, more) => {
    const { receive } = await newQueue();
    await expect(receive(more)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('come in batches as SQS takes them', async () => {
    const { QueueUrl } = await newQueue();
    const batch = (...Entries: { Id: string; MessageBody: string }[]) =>
      clients.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const entries = Array.from({ length: 11 }, (_, index) => ({ Id: String(index), MessageBody: 'm' }));
    await expect(batch()).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
    await expect(batch(...entries)).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
    await expect(batch({ Id: 'a', MessageBody: 'm' }, { Id: 'a', MessageBody: 'm' })).rejects.toMatchObject({
      name: 'BatchEntryIdsNotDistinct',
    });
    await expect(batch({ Id: 'a b', MessageBody: 'm' })).rejects.toMatchObject({ name: 'InvalidBatchEntryId' });
    const half = 'x'.repeat(600_000);
    await expect(batch({ Id: 'a', MessageBody: half }, { Id: 'b', MessageBody: half })).rejects.toMatchObject({
      name: 'BatchRequestTooLong',
    });
  });
});
