import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { kinesisClient } from '#adapters/aws/clients/kinesis.ts';
import { sqsClient } from '#adapters/aws/clients/sqs.ts';
import { AwsLeases } from '#adapters/aws/leases.ts';
import { AwsQueue } from '#adapters/aws/queue/queue.ts';
import { AwsEventStream } from '#adapters/aws/stream/event-stream.ts';
import { tableName } from '#adapters/aws/tables.ts';
import type { EventStream } from '#shared/ports/event-stream.ts';
import type { Leases } from '#shared/ports/leases.ts';
import type { Queue } from '#shared/ports/queue.ts';
import { fifoQueueName, queueName } from '#wiring/names.ts';
import type { Subscription } from '#wiring/subscription.ts';
import { type AwsRuntime, createAwsRuntime } from './aws.ts';
import { type AwsAgentRuntime, createAwsAgentRuntime } from './aws-agent.ts';
import { awsOptions } from './aws-options.ts';
import { readAwsAgentSettings, readAwsSettings } from './aws-settings.ts';
import type { Environment } from './environment.ts';

/** The parts of a function of serverless.yml that its runtime needs. */
export interface WorkedFunction {
  readonly name: string;
  readonly subscriptions: readonly Subscription[];
}

/** The runtime of a worker on AWS: the function's own runtime, and the sources that wake the function. */
export interface AwsWorkerRuntime {
  readonly inner: AwsAgentRuntime | AwsRuntime;
  readonly region: string;
  readonly queue: Queue;
  readonly stream: EventStream;
  /** For a stream that several workers could read. */
  readonly leases: Leases;
  /** Writes the metrics. */
  readonly flush: () => void;
}

/**
 * Creates the runtime of a worker on AWS. It can do what the function's Lambda and its event source mapping can do.
 *
 * @throws ConfigurationError that names every variable which is missing or wrong.
 */
export function createAwsWorkerRuntime(env: Environment, { name, subscriptions }: WorkedFunction): AwsWorkerRuntime {
  const settings = readAwsAgentSettings(env);
  const { stage, region } = settings;
  const [subscription] = subscriptions;
  const own = {
    service: queueName(stage, name),
    pipedQueue: subscription?.fifo && fifoQueueName(stage, name),
    // In a Lambda's environment both come from the same place.
    ...(subscription && { maxReceiveCount: subscription.maxReceiveCount }),
  };
  const aws = awsOptions(settings);
  const documents = dynamoDbDocumentClient(aws);
  const positionsTable = tableName(stage, 'positions');
  const inner =
    subscription?.kind === 'agent'
      ? createAwsAgentRuntime({ ...settings, ...own })
      : createAwsRuntime({ ...readAwsSettings(env), ...own });
  const { claims, metrics } = inner;
  return {
    inner,
    region,
    flush: () => metrics.flush(),
    queue: new AwsQueue({ client: sqsClient(aws) }),
    stream: new AwsEventStream({ client: kinesisClient(aws), documents, positionsTable, claims }),
    leases: new AwsLeases({ client: documents, table: positionsTable }),
  };
}
