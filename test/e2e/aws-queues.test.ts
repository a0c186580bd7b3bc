import {
  CreateQueueCommand,
  type CreateQueueCommandInput,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
  UnsupportedOperation,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { Mesh } from '#test/support/mesh.ts';
import { type AwsClients, meshWithClients } from '#test/support/mesh-with-clients.ts';
import { newQueue as newQueueAt } from '#test/support/sqs-queue.ts';

let mesh: Mesh;
let clients: AwsClients;
const restart = meshWithClients((...made) => {
  [mesh, clients] = made;
});

const newQueue = (attributes?: CreateQueueCommandInput['Attributes']) => newQueueAt(clients, attributes);

describe('a queue', () => {
  it('is made once, found by its name, and tells its attributes', async () => {
    const dead = await newQueue();
    const arn = (await dead.attributes()).QueueArn ?? '';
    const Attributes = {
      VisibilityTimeout: '5',
      DelaySeconds: '1',
      ReceiveMessageWaitTimeSeconds: '2',
      MessageRetentionPeriod: '1209600',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 3 }),
    };
    const { QueueName, QueueUrl, attributes } = await newQueue(Attributes);
    expect(await clients.sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).toMatchObject({ QueueUrl });
    expect(await clients.sqs.send(new CreateQueueCommand({ QueueName }))).toMatchObject({ QueueUrl });
    expect(await clients.sqs.send(new GetQueueUrlCommand({ QueueName }))).toMatchObject({ QueueUrl });
    expect(await attributes()).toMatchObject({ ...Attributes, ApproximateNumberOfMessages: '0' });
    for (const different of [{ VisibilityTimeout: '6' }, { MessageRetentionPeriod: '60' }]) {
      const other = new CreateQueueCommand({ QueueName, Attributes: different });
      await expect(clients.sqs.send(other)).rejects.toMatchObject({
        name: 'QueueNameExists',
        Code: 'QueueAlreadyExists',
      });
    }
    expect(await dead.attributes()).toMatchObject({ MessageRetentionPeriod: '345600' });
  });

  it('is received from with an attempt, as JMS clients do', async () => {
    const { send, receive } = await newQueue();
    await send('one');
    await send('two');
    const attempt = { ReceiveRequestAttemptId: 'b0f2a1c4-1f8e-4c56-9a4f-6f1f0e8f2d11', MaxNumberOfMessages: 1 };
    expect(await receive(attempt)).toMatchObject([{ Body: 'one' }]);
    expect(await receive(attempt)).toMatchObject([{ Body: 'two' }]);
    await expect(receive({ ReceiveRequestAttemptId: 'a b' })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('of serverless.yml is there too', async () => {
    const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: 'starling-local-echo-dlq' }));
    expect(QueueUrl).toBe(`${mesh.url}/000000000000/starling-local-echo-dlq`);
  });

  it.each<[string, CreateQueueCommandInput, string]>([
    ['no name of one', { QueueName: 'a b' }, 'InvalidParameterValue'],
    [
      'an attribute out of its bounds',
      { QueueName: 'bad', Attributes: { VisibilityTimeout: '43201' } },
      'InvalidAttributeValue',
    ],
    ['no attribute', { QueueName: 'bad', Attributes: { toString: '1' } as object }, 'InvalidAttributeName'],
    [
      'a dead-letter queue that is not there',
      {
        QueueName: 'bad',
        Attributes: {
          RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:no","maxReceiveCount":1}',
        },
      },
      'InvalidParameterValue',
    ],
  ])('is not made with %s', async (_what, input, name) => {
    await expect(clients.sqs.send(new CreateQueueCommand(input))).rejects.toMatchObject({ name });
  });

  it('that is not there has its code in both protocols', async () => {
    const missing = { name: 'QueueDoesNotExist', Code: 'AWS.SimpleQueueService.NonExistentQueue' };
    await expect(clients.sqs.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }))).rejects.toMatchObject(missing);
    const receive = new ReceiveMessageCommand({ QueueUrl: `${mesh.url}/000000000000/nowhere` });
    await expect(clients.sqs.send(receive)).rejects.toMatchObject(missing);
    const other = new ReceiveMessageCommand({ QueueUrl: `${mesh.url}/111111111111/starling-local-echo` });
    await expect(clients.sqs.send(other)).rejects.toMatchObject(missing);
    const invalid = new ReceiveMessageCommand({ QueueUrl: `${mesh.url}/nowhere` });
    await expect(clients.sqs.send(invalid)).rejects.toMatchObject({ name: 'InvalidAddress' });
  });
});

describe('after a restart', () => {
  it('queues are as they were changed, deleted queues are gone, and dead letters go on to move', async () => {
    const { sqs } = clients;
    const dead = await newQueue();
    const SourceArn = (await dead.attributes()).QueueArn;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: SourceArn, maxReceiveCount: 1 });
    const jobs = await newQueue({ RedrivePolicy });
    const deleted = await newQueue();
    await sqs.send(new DeleteQueueCommand(deleted));
    await sqs.send(new SetQueueAttributesCommand({ ...jobs, Attributes: { VisibilityTimeout: '77' } }));
    for (const body of ['one', 'two', 'three']) await dead.send(body);
    const DestinationArn = (await jobs.attributes()).QueueArn;
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: 1 }));
    await expect(sqs.send(new PurgeQueueCommand(queueOfEcho()))).rejects.toBeInstanceOf(UnsupportedOperation);
    await restart();
    const after = clients.sqs;
    const { QueueUrls } = await after.send(new ListQueuesCommand({ QueueNamePrefix: 'queue-' }));
    expect(QueueUrls).toEqual(expect.arrayContaining([dead.QueueUrl, jobs.QueueUrl]));
    expect(QueueUrls).not.toContain(deleted.QueueUrl);
    const { Attributes } = await after.send(
      new GetQueueAttributesCommand({
        QueueUrl: jobs.QueueUrl,
        AttributeNames: ['VisibilityTimeout', 'RedrivePolicy'],
      }),
    );
    expect(Attributes).toEqual({ VisibilityTimeout: '77', RedrivePolicy });
    const task = async () => (await after.send(new ListMessageMoveTasksCommand({ SourceArn }))).Results?.[0];
    await expect.poll(task).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 });
  });
});

describe('a queue of serverless.yml', () => {
  it('is neither purged, nor deleted, nor changed', async () => {
    for (const command of [
      new PurgeQueueCommand(queueOfEcho()),
      new DeleteQueueCommand(queueOfEcho()),
      new SetQueueAttributesCommand({ ...queueOfEcho(), Attributes: { DelaySeconds: '1' } }),
    ]) {
      await expect(clients.sqs.send(command as PurgeQueueCommand)).rejects.toMatchObject({
        name: 'UnsupportedOperation',
        message: expect.stringContaining('serverless.yml defines the queue starling-local-echo'),
      });
    }
  });
});

const queueOfEcho = () => ({ QueueUrl: `${mesh.url}/000000000000/starling-local-echo` });

describe('when the mesh stops', () => {
  it('a wait for messages ends', async () => {
    const { receive } = await newQueue();
    const waiting = receive({ WaitTimeSeconds: 20 });
    // The wait has begun when its queue answers another call on a connection that came later.
    expect(await receive()).toEqual([]);
    expect(await restart()).toMatchObject({ code: 0 });
    expect(await waiting).toEqual([]);
  });
});
