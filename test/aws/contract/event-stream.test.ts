import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { S3BlobStore } from '#adapters/aws/blob-store.ts';
import { ClaimCheck } from '#adapters/aws/claim-check/claim-check.ts';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { kinesisClient } from '#adapters/aws/clients/kinesis.ts';
import { s3Client } from '#adapters/aws/clients/s3.ts';
import { AwsEventStream } from '#adapters/aws/stream/event-stream.ts';
import { tableName } from '#adapters/aws/tables.ts';
import { eventStreamContract } from '#test/contract/event-stream.ts';
import { createBucket } from '../support/buckets.ts';
import { clientOptions, endpoint, randomStage } from '../support/endpoint.ts';
import { createStream } from '../support/streams.ts';
import { createTables } from '../support/tables.ts';

const client = kinesisClient(clientOptions);
const documents = dynamoDbDocumentClient(clientOptions);
const s3 = s3Client(clientOptions);
const stage = randomStage();
const bucket = `starling-${stage}-blobs`;
const claims = new ClaimCheck({ blobs: new S3BlobStore(s3, bucket), bucket });
const made: { remove(): Promise<void> }[] = [];

beforeAll(async () => {
  made.push(await createTables(documents, stage, ['positions']), await createBucket(s3, bucket, clientOptions.region));
});
afterAll(() => Promise.all(made.map((each) => each.remove())));

async function open() {
  const name = `starling-${randomStage()}-artifacts`;
  const { remove } = await createStream(client, name, 4);
  const stream = new AwsEventStream({ client, documents, claims, positionsTable: tableName(stage, 'positions') });
  return {
    stream,
    name,
    // A record of Kinesis can be read within a second of its put.
    settle: async () => void (endpoint === undefined && (await setTimeout(1_000))),
    close: remove,
  };
}

eventStreamContract('aws', open);

it('takes an event that is larger than a record, and gives it back whole', async () => {
  const { stream, name, close } = await open();
  const chunk = {
    source: 'starling.agents.echo',
    type: 'TaskArtifact.v1',
    data: { taskId: 't', text: 'ü'.repeat(800_000) },
  };
  const data = Buffer.from(JSON.stringify(chunk));
  const [sent] = await stream.put(name, [{ partitionKey: 't', data }]);
  const shards = await stream.shards(name);
  const records = await Promise.all(shards.map((shard) => stream.read(name, shard, undefined, { max: 10, wait: 2 })));
  const [record] = records.flat();
  expect(record?.sequenceNumber).toBe(sent?.sequenceNumber);
  expect(record?.data.length).toBeLessThan(20_000);
  const whole = await claims.redeemRecord(record?.data ?? new Uint8Array());
  expect(JSON.parse(Buffer.from(whole).toString())).toEqual(chunk);
  const noise = { partitionKey: 't', data: new Uint8Array(1_048_576) };
  await expect(stream.put(name, [noise])).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
  await close();
});
