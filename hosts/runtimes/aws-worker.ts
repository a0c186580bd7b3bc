import { dynamoDbDocumentClient } from '../aws/clients/dynamodb.ts';
import { kinesisClient } from '../aws/clients/kinesis.ts';
import { sqsClient } from '../aws/clients/sqs.ts';
import { AwsLeases } from '../aws/leases.ts';
import { AwsQueue } from '../aws/queue/queue.ts';
import { AwsEventStream } from '../aws/stream/event-stream.ts';
import { sqsPoll } from '../hosting/queue-source.ts';
import { fifoQueueName, queueName, tableName } from '../wiring/names.ts';
import type { Subscription } from '../wiring/subscription.ts';
import { createAwsRuntime } from './aws.ts';
import { createAwsAgentRuntime } from './aws-agent.ts';
import { awsOptions } from './aws-options.ts';
import { readAwsAgentSettings, readAwsSettings } from './aws-settings.ts';
import type { Environment } from './environment.ts';
import { createHost } from './lambda/host.ts';
import type { WorkerRuntime } from './worker-runtime.ts';

/** What serverless.yml says of the function, as far as its runtime needs it. */
export interface WorkedFunction {
  readonly name: string;
  readonly subscriptions: readonly Subscription[];
}

/**
 * The runtime of a worker on AWS: what the function's Lambda has, and what its event source mapping has.
 *
 * @throws ConfigurationError that names every variable which is missing or wrong.
 */
export function createAwsWorkerRuntime(env: Environment, { name, subscriptions }: WorkedFunction): WorkerRuntime {
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
    poll: sqsPoll,
    stream: new AwsEventStream({ client: kinesisClient(aws), documents, positionsTable, claims }),
    leases: new AwsLeases({ client: documents, table: positionsTable }),
    host: createHost(inner),
  };
}
