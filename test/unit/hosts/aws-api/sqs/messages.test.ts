import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AwsServices, openAwsServices } from '#test/support/aws-services.ts';
import { TestClock } from '#test/support/fixtures.ts';

const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const AWSTraceHeader = { DataType: 'String', StringValue: trace };

let clock: TestClock;
let aws: AwsServices;
beforeEach(async () => {
  clock = new TestClock();
  aws = await openAwsServices({ clock });
});
afterEach(() => aws.remove());

const sqs = (operation: string, input: object = {}) => aws.call('sqs', operation, input);
const create = async (QueueName: string, Attributes: object = {}): Promise<string> =>
  (await sqs('CreateQueue', { QueueName, Attributes })).QueueUrl;
async function receive(QueueUrl: string, more: object = {}) {
  // A visibility timeout of 0 ends after a millisecond.
  aws.clock.advance(0.001);
  return (await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, ...more })).Messages ?? [];
}

describe('AWSTraceHeader', () => {
  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation */
  const digest = () => {
    const hash = createHash('md5');
    for (const [index, text] of ['AWSTraceHeader', 'String', trace].entries()) {
      if (index === 2) hash.update(Buffer.from([1]));
      hash.update(Buffer.from([0, 0, 0, text.length])).update(text);
    }
    return hash.digest('hex');
  };

  it.each(['jobs', 'jobs.fifo'])('of a message in %s is kept and comes back where it is asked for', async (name) => {
    const isFifo = name.endsWith('.fifo');
    const QueueUrl = await create(name, { VisibilityTimeout: '0', ...(isFifo && { FifoQueue: 'true' }) });
    const ids = isFifo ? { MessageGroupId: 'g', MessageDeduplicationId: 'd' } : {};
    const color = { color: { DataType: 'String', StringValue: 'red' } };
    const input = { QueueUrl, MessageBody: 'm', ...ids, MessageAttributes: color };
    const sent = await sqs('SendMessage', { ...input, MessageSystemAttributes: { AWSTraceHeader } });
    expect(sent.MD5OfMessageSystemAttributes).toBe(digest());
    aws = await aws.restart();
    for (const asked of [
      { AttributeNames: ['All'] },
      { AttributeNames: ['AWSTraceHeader'] },
      { MessageSystemAttributeNames: ['All'] },
      { MessageSystemAttributeNames: ['AWSTraceHeader'] },
    ]) {
      const [message] = await receive(QueueUrl, { ...asked, MessageAttributeNames: ['All'] });
      expect(message.Attributes.AWSTraceHeader).toBe(trace);
      expect(Object.keys(message.MessageAttributes)).toEqual(['color']);
    }
    const [unasked] = await receive(QueueUrl, { AttributeNames: ['SentTimestamp'] });
    expect(Object.keys(unasked.Attributes)).toEqual(['SentTimestamp']);
  });

  it('is in the answers of a batch, and reaches a receive that waits', async () => {
    const QueueUrl = await create('jobs');
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 20, AttributeNames: ['AWSTraceHeader'] });
    expect(await receive(QueueUrl)).toEqual([]);
    const Entries = [
      { Id: 'a', MessageBody: 'm', MessageSystemAttributes: { AWSTraceHeader } },
      { Id: 'b', MessageBody: 'm' },
      { Id: 'c', MessageBody: 'm', MessageSystemAttributes: { Other: AWSTraceHeader } },
    ];
    const { Successful, Failed } = await sqs('SendMessageBatch', { QueueUrl, Entries });
    expect(Successful[0]).toMatchObject({ Id: 'a', MD5OfMessageSystemAttributes: digest() });
    expect(Successful[1]).not.toHaveProperty('MD5OfMessageSystemAttributes');
    expect(Failed).toMatchObject([{ Id: 'c', Code: 'InvalidParameterValue' }]);
    expect((await waiting)[0].Attributes).toEqual({ AWSTraceHeader: trace });
  });

  it.each<[string, object, string]>([
    ['is not text', { DataType: 'Binary', BinaryValue: 'AAAA' }, 'InvalidParameterValue'],
    ['has no value', { DataType: 'String' }, 'MissingParameter'],
    ['is no trace header', { DataType: 'String', StringValue: 'a b' }, 'InvalidParameterValue'],
    ['is too long', { DataType: 'String', StringValue: `Root=${'1'.repeat(500)}` }, 'InvalidParameterValue'],
    ['is a list', { DataType: 'String', StringListValues: [trace] }, 'UnsupportedOperation'],
  ])('is refused when it %s', async (_what, value, code) => {
    const QueueUrl = await create('jobs');
    const input = { QueueUrl, MessageBody: 'm', MessageSystemAttributes: { AWSTraceHeader: value } };
    await expect(sqs('SendMessage', input)).rejects.toMatchObject({ code });
    expect(await receive(QueueUrl)).toEqual([]);
  });
});

describe('ReceiveMessage', () => {
  it('gives SenderId where it is asked for', async () => {
    const QueueUrl = await create('jobs', { VisibilityTimeout: '0' });
    await sqs('SendMessage', { QueueUrl, MessageBody: 'm' });
    const ids = [];
    for (const names of [['SenderId'], ['All'], ['SentTimestamp']]) {
      const [message] = await receive(QueueUrl, { AttributeNames: names });
      ids.push(message.Attributes.SenderId);
    }
    expect(ids).toEqual(['000000000000', '000000000000', undefined]);
  });

  it('refuses the name of an attribute that messages do not have', async () => {
    const QueueUrl = await create('jobs');
    for (const member of ['AttributeNames', 'MessageSystemAttributeNames']) {
      const refused = receive(QueueUrl, { [member]: ['VisibilityTimeout'] });
      await expect(refused).rejects.toMatchObject({ code: 'InvalidAttributeName' });
    }
  });
});

describe('ChangeMessageVisibilityBatch', () => {
  it('changes each message, and answers for each entry', async () => {
    const QueueUrl = await create('jobs');
    for (const MessageBody of ['one', 'two', 'three']) await sqs('SendMessage', { QueueUrl, MessageBody });
    const [one, two, three] = await receive(QueueUrl);
    await sqs('DeleteMessage', { QueueUrl, ReceiptHandle: three.ReceiptHandle });
    const entry = (Id: string, { ReceiptHandle }: { ReceiptHandle: string }, VisibilityTimeout?: number) => ({
      Id,
      ReceiptHandle,
      ...(VisibilityTimeout !== undefined && { VisibilityTimeout }),
    });
    const Entries = [
      entry('show', one, 0),
      entry('hide', two, 60),
      entry('gone', three, 0),
      entry('none', two),
      entry('long', two, 43_201),
      entry('bad', { ReceiptHandle: 'made up' }, 0),
    ];
    const { Successful, Failed } = await sqs('ChangeMessageVisibilityBatch', { QueueUrl, Entries });
    expect(Successful).toEqual([{ Id: 'show' }, { Id: 'hide' }]);
    const codes = Failed.map(({ Id, Code, SenderFault }: Record<string, unknown>) => [Id, Code, SenderFault]);
    expect(new Map(codes.map(([id, ...rest]: unknown[]) => [id, rest]))).toEqual(
      new Map([
        ['none', ['MissingParameter', true]],
        ['long', ['InvalidParameterValue', true]],
        ['bad', ['ReceiptHandleIsInvalid', true]],
        ['gone', ['InvalidParameterValue', true]],
      ]),
    );
    expect((await receive(QueueUrl)).map(({ Body }: { Body: string }) => Body)).toEqual(['one']);
    clock.advance(59);
    expect((await receive(QueueUrl)).map(({ Body }: { Body: string }) => Body)).toEqual(['one']);
    clock.advance(1);
    expect((await receive(QueueUrl)).map(({ Body }: { Body: string }) => Body)).toEqual(['two']);
  });
});

describe('the visibility of a message', () => {
  it('ends 12 hours after the receive, whatever extends it', async () => {
    const QueueUrl = await create('jobs', { VisibilityTimeout: '43200' });
    await sqs('SendMessage', { QueueUrl, MessageBody: 'm' });
    const [{ ReceiptHandle }] = await receive(QueueUrl);
    clock.advance(3600);
    const change = (VisibilityTimeout: number) =>
      sqs('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout });
    await change(39_600);
    await expect(change(39_601)).rejects.toMatchObject({
      code: 'InvalidParameterValue',
      message: expect.stringContaining('beyond the limit [43200 seconds]'),
    });
  });

  it('changes by a receipt handle of a version that did not write the time into it', async () => {
    const QueueUrl = await create('jobs');
    await sqs('SendMessage', { QueueUrl, MessageBody: 'm' });
    const [{ ReceiptHandle }] = await receive(QueueUrl);
    const [queue, handle] = JSON.parse(Buffer.from(ReceiptHandle, 'base64url').toString());
    const older = Buffer.from(JSON.stringify([queue, handle])).toString('base64url');
    await sqs('ChangeMessageVisibility', { QueueUrl, ReceiptHandle: older, VisibilityTimeout: 0 });
    expect(await receive(QueueUrl)).toHaveLength(1);
  });
});
