import { S3BlobStore } from '#adapters/aws/blob-store.ts';
import { ClaimCheck } from '#adapters/aws/claim-check/claim-check.ts';
import { dynamoDbClient } from '#adapters/aws/clients/dynamodb.ts';
import { eventBridgeClient } from '#adapters/aws/clients/eventbridge.ts';
import { kinesisClient } from '#adapters/aws/clients/kinesis.ts';
import { s3Client } from '#adapters/aws/clients/s3.ts';
import { sqsClient } from '#adapters/aws/clients/sqs.ts';
import { AwsEventBus } from '#adapters/aws/event-bus/event-bus.ts';
import { DynamoIdempotency } from '#adapters/aws/idempotency.ts';
import { AwsQueue } from '#adapters/aws/queue/queue.ts';
import { AwsStreamWriter } from '#adapters/aws/stream/writer.ts';
import { tableName } from '#adapters/aws/tables.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import { createEmfMetrics, type EmfMetrics } from '#shared/telemetry/emf.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';
import { awsOptions } from './aws-options.ts';
import type { AwsAgentSettings } from './aws-settings.ts';

/** The runtime of an agent on AWS, and the parts that only its host needs. */
export interface AwsAgentRuntime extends AgentRuntime {
  readonly claims: ClaimCheck;
  readonly pipedQueue: string | undefined;
  readonly metrics: EmfMetrics;
}

/** Creates the adapters that an agent's role may use. */
export function createAwsAgentRuntime(settings: AwsAgentSettings): AwsAgentRuntime {
  const aws = awsOptions(settings);
  const blobs = new S3BlobStore(s3Client(aws), settings.blobs);
  const claims = new ClaimCheck({ blobs, bucket: settings.blobs });
  const bus = new AwsEventBus({ client: eventBridgeClient(aws), bus: settings.bus, claims });
  return {
    settings,
    clock: systemClock,
    log: createLogger({ level: settings.logLevel, format: 'json', service: settings.service }),
    metrics: emfMetrics(settings),
    claims,
    pipedQueue: settings.pipedQueue,
    publisher: new EventPublisher(bus, systemClock),
    stream: new AwsStreamWriter({ client: kinesisClient(aws), claims }),
    queue: new AwsQueue({ client: sqsClient(aws) }),
    idempotency: new DynamoIdempotency({
      client: dynamoDbClient(aws),
      table: tableName(settings.stage, 'idempotency'),
    }),
    functionSettings: () => settings,
    excusedReceives: () => 0,
  };
}

export function emfMetrics({ stage, functionName }: AwsAgentSettings): EmfMetrics {
  return createEmfMetrics({ stage, ...(functionName !== undefined && { functionName }) });
}
