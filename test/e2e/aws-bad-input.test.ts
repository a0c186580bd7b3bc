import { EventBridgeServiceException, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateStreamCommand,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  InvalidArgumentException,
  type KinesisClient,
  ListStreamsCommand,
  PutRecordsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-kinesis';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  ReceiptHandleIsInvalid,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '#test/support/aws-clients.ts';
import { changeRequests } from '#test/support/aws-request.ts';
import { EventBusName, orderEntry, putEvents, tapBus } from '#test/support/bus-tap.ts';
import type { Mesh } from '#test/support/mesh.ts';
import { type AwsClients, meshWithClients } from '#test/support/mesh-with-clients.ts';
import { spoilings } from './cases/aws-spoilings.ts';

const StreamName = 'starling-local-artifacts';
/** Of every event that a test puts in vain. */
const Source = 'bad.input';

let mesh: Mesh;
let clients: AwsClients;
let arrived: Awaited<ReturnType<typeof tapBus>>;
meshWithClients(async (...made) => {
  [mesh, clients] = made;
  arrived = await tapBus(clients, 'bad-input', { source: [Source] });
});

const opened: { destroy(): void }[] = [];
afterAll(() => {
  for (const each of opened) each.destroy();
});

/** Clients as a team has them: they try again what their SDK holds worth it. */
async function open() {
  const made = await awsClients(mesh, { maxAttempts: 3 });
  opened.push(made);
  return made;
}

type Clients = Awaited<ReturnType<typeof open>>;

/** One call to each service; that to EventBridge would leave an event. */
const calls = {
  events: ({ events }: Clients) => events.send(new PutEventsCommand({ Entries: [orderEntry({ Source })] })),
  sqs: ({ sqs }: Clients) => sqs.send(new GetQueueUrlCommand({ QueueName: 'bad-input' })),
  kinesis: ({ kinesis }: Clients) => kinesis.send(new ListStreamsCommand({})),
};
type Name = keyof typeof calls;
const names = Object.keys(calls) as Name[];

/** What the SDK throws, once it has given up. */
async function refusal(promise: Promise<unknown>) {
  return promise.then(
    () => expect.fail('it was taken'),
    (error: Error & { $metadata?: { attempts?: number; httpStatusCode?: number }; $fault?: string; Code?: string }) =>
      error,
  );
}

describe('every service, by its own SDK', () => {
  it.each(spoilings)('answers $what with $code, and is not asked again', async ({ when, change, code, queryCode }) => {
    const spoilt = await open();
    for (const name of names) {
      changeRequests(spoilt[name], when, change);
      const error = await refusal(calls[name](spoilt));
      const seen = { code: error.Code ?? error.name, fault: error.$fault, attempts: error.$metadata?.attempts };
      const expected = name === 'sqs' ? (queryCode ?? code) : code;
      expect({ name, ...seen }).toEqual({ name, code: expected, fault: 'client', attempts: 1 });
    }
  });
});

describe('EventBridge', () => {
  const put = async (...entries: Parameters<typeof orderEntry>[0][]) =>
    putEvents(await open(), ...entries.map((entry) => orderEntry({ Source, ...entry })));

  it.each<[string, Parameters<typeof put>]>([
    ['no entry', []],
    ['11 entries', Array(11).fill({})],
    ['entries of more than 1 MB together', Array(2).fill({ Detail: JSON.stringify({ text: 'x'.repeat(600_000) }) })],
  ])('refuses %s, and takes none of them', async (_what, entries) => {
    const error = await refusal(put(...entries));
    expect(error).toBeInstanceOf(EventBridgeServiceException);
    expect(error).toMatchObject({ name: 'ValidationException', $fault: 'client', $metadata: { attempts: 1 } });
  });

  it('tells of each entry what is wrong with it, once: the SDK does not ask again', async () => {
    const answer = await put(
      { Detail: '{"a":' },
      { EventBusName: 'nowhere' },
      { Source: 'aws.s3' },
      { DetailType: '' },
    );
    expect(answer).toMatchObject({ FailedEntryCount: 4, $metadata: { attempts: 1 } });
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      'MalformedDetail',
      'ResourceNotFoundException',
      'NotAuthorizedForSourceException',
      'InvalidArgument',
    ]);
  });

  it('says which bus to name where none is named, to its operator too', async () => {
    const { Entries } = await put({ EventBusName: undefined });
    const reason = `Event bus default does not exist. Set EventBusName to ${EventBusName}, the only bus of this mesh.`;
    expect(Entries?.[0]?.ErrorMessage).toBe(reason);
    await expect.poll(() => mesh.output).toContain(reason);
  });
});

describe('Kinesis', () => {
  let kinesis: KinesisClient;
  let ShardIterator: string | undefined;
  beforeAll(async () => {
    kinesis = (await open()).kinesis;
    const at = { StreamName, ShardId: 'shardId-000000000000', ShardIteratorType: 'LATEST' } as const;
    ShardIterator = (await kinesis.send(new GetShardIteratorCommand(at))).ShardIterator;
  });
  // The keys of one hash are of one shard; this one is of the first.
  const put = (...sizes: number[]) =>
    kinesis.send(
      new PutRecordsCommand({
        StreamName,
        Records: sizes.map((size) => ({ PartitionKey: 'bad-4', Data: Buffer.alloc(size) })),
      }),
    );

  it('throws what its SDK has classes for', async () => {
    const [stream, shard, after, time] = JSON.parse(Buffer.from(ShardIterator ?? '', 'base64url').toString());
    const old = Buffer.from(JSON.stringify([stream, shard, after, time - 300_001])).toString('base64url');
    const expired = await refusal(kinesis.send(new GetRecordsCommand({ ShardIterator: old })));
    expect(expired).toBeInstanceOf(ExpiredIteratorException);
    const none = await refusal(kinesis.send(new GetRecordsCommand({ ShardIterator: 'none' })));
    expect(none).toBeInstanceOf(InvalidArgumentException);
    const elsewhere = new PutRecordsCommand({
      StreamName: 'nowhere',
      Records: [{ PartitionKey: 'k', Data: Buffer.alloc(1) }],
    });
    expect(await refusal(kinesis.send(elsewhere))).toBeInstanceOf(ResourceNotFoundException);
    const made = await refusal(kinesis.send(new CreateStreamCommand({ StreamName: 'more' })));
    expect(made).toMatchObject({ name: 'UnknownOperationException', $metadata: { httpStatusCode: 404 } });
    for (const error of [expired, none, made]) expect(error.$metadata?.attempts).toBe(1);
  });

  it('takes no record of a call that it refuses, and the same session goes on', async () => {
    expect(await refusal(put(10, 1024 * 1024))).toMatchObject({ name: 'ValidationException' });
    const much = Array<number>(13).fill(1_000_000);
    expect(await refusal(put(...much))).toMatchObject({
      name: 'RequestEntityTooLargeException',
      $metadata: { httpStatusCode: 413, attempts: 1 },
    });
    const { Records } = await put(1);
    expect(Records?.[0]?.ShardId).toBe('shardId-000000000000');
    const read = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
    expect(read.Records?.map(({ Data }) => Data?.length)).toEqual([1]);
  });
});

describe('SQS', () => {
  it('throws what its SDK has classes for', async () => {
    const { sqs } = await open();
    const at = (queue: string) => `${mesh.url}/000000000000/${queue}`;
    const remove = (queue: string, ReceiptHandle: string) =>
      refusal(sqs.send(new DeleteMessageCommand({ QueueUrl: at(queue), ReceiptHandle })));
    const unknown = await remove('nowhere', 'x');
    expect(unknown).toBeInstanceOf(QueueDoesNotExist);
    const others = Buffer.from(JSON.stringify(['starling-local-echo', '1'])).toString('base64url');
    const invalid = await remove('bad-input', others);
    expect(invalid).toBeInstanceOf(ReceiptHandleIsInvalid);
    for (const error of [unknown, invalid]) expect(error.$metadata?.attempts).toBe(1);
  });
});

describe('all that', () => {
  it('left nothing behind, and no error in the log', async () => {
    await putEvents(clients, orderEntry({ Source, Detail: '{"good":true}' }));
    const bodies = await arrived();
    expect(bodies.map((body) => JSON.parse(body).detail)).toEqual([{ good: true }]);
    expect(mesh.output).not.toContain('"level":"ERROR"');
  });
});
