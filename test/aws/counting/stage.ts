import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateStreamCommand, DeleteStreamCommand } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, DeleteBucketCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { dynamoDbClient } from '#adapters/aws/clients/dynamodb.ts';
import { eventBridgeClient } from '#adapters/aws/clients/eventbridge.ts';
import { kinesisClient } from '#adapters/aws/clients/kinesis.ts';
import { s3Client } from '#adapters/aws/clients/s3.ts';
import { sqsClient } from '#adapters/aws/clients/sqs.ts';
import type { TableName } from '#adapters/aws/tables.ts';
import type { AgentId } from '#shared/ids.ts';
import { artifactStreamName, busName, queueName, ruleName } from '#wiring/names.ts';
import { agentPattern } from '#wiring/subscription.ts';
import { clientOptions } from '../support/endpoint.ts';
import { createTables } from '../support/tables.ts';

export const clients = {
  dynamodb: dynamoDbClient(clientOptions),
  events: eventBridgeClient(clientOptions),
  kinesis: kinesisClient(clientOptions),
  s3: s3Client(clientOptions),
  sqs: sqsClient(clientOptions),
};

const tableNames: readonly TableName[] = ['tasks', 'registry', 'idempotency', 'quarantine', 'positions'];

const patterns = {
  projector: {
    source: [{ prefix: 'starling.agents.' }],
    'detail-type': ['TaskStatusChanged.v1', 'TaskArtifact.v1'],
  },
  timer: agentPattern('timer' as AgentId),
  talker: agentPattern('talker' as AgentId),
} as const;

export type Queue = keyof typeof patterns;

export interface Stage {
  readonly name: string;
  readonly stream: string;
  /** The bucket of what is too large for an event. */
  readonly blobs: string;
  readonly queues: Readonly<Record<Queue, string>>;
  remove(): Promise<void>;
}

/** What serverless.yml makes of a stage, as far as a call needs it. */
export async function createStage(name: string): Promise<Stage> {
  const stream = artifactStreamName(name);
  const blobs = `starling-${name}-blobs`;
  const removeTables = await createTables(clients.dynamodb, name, tableNames);
  await clients.events.send(new CreateEventBusCommand({ Name: busName(name) }));
  await clients.kinesis.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 1 }));
  await clients.s3.send(new CreateBucketCommand({ Bucket: blobs }));
  const queues = {
    projector: await createQueue(name, 'projector'),
    timer: await createQueue(name, 'timer'),
    talker: await createQueue(name, 'talker'),
  };
  return {
    name,
    stream,
    blobs,
    queues,
    async remove() {
      await removeTables.remove();
      await clients.events.send(new DeleteEventBusCommand({ Name: busName(name) }));
      await clients.kinesis.send(new DeleteStreamCommand({ StreamName: stream }));
      await clients.s3.send(new DeleteBucketCommand({ Bucket: blobs }));
      for (const QueueUrl of Object.values(queues)) await clients.sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}

async function createQueue(stage: string, functionName: Queue): Promise<string> {
  const { QueueUrl } = await clients.sqs.send(
    new CreateQueueCommand({ QueueName: queueName(stage, functionName), Attributes: { VisibilityTimeout: '180' } }),
  );
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  if (QueueUrl === undefined || Attributes?.QueueArn === undefined) throw new Error('the queue has no address');
  const where = { EventBusName: busName(stage) };
  const rule = ruleName(stage, functionName);
  const EventPattern = JSON.stringify(patterns[functionName]);
  await clients.events.send(new PutRuleCommand({ ...where, Name: rule, EventPattern }));
  const Targets = [{ Id: 'queue', Arn: Attributes.QueueArn }];
  await clients.events.send(new PutTargetsCommand({ ...where, Rule: rule, Targets }));
  return QueueUrl;
}
