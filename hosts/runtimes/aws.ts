import { DynamoAgentRegistry } from '#adapters/aws/agent-registry.ts';
import { S3BlobStore } from '#adapters/aws/blob-store.ts';
import { ClaimCheck } from '#adapters/aws/claim-check/claim-check.ts';
import { cloudWatchLogsClient } from '#adapters/aws/clients/cloudwatch-logs.ts';
import { dynamoDbClient, dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { eventBridgeClient } from '#adapters/aws/clients/eventbridge.ts';
import { kinesisClient } from '#adapters/aws/clients/kinesis.ts';
import { s3Client } from '#adapters/aws/clients/s3.ts';
import { sqsClient } from '#adapters/aws/clients/sqs.ts';
import { cognitoVerifier } from '#adapters/aws/cognito.ts';
import { CloudWatchEventArchive } from '#adapters/aws/event-archive.ts';
import { AwsEventBus } from '#adapters/aws/event-bus/event-bus.ts';
import { DynamoIdempotency } from '#adapters/aws/idempotency.ts';
import { DynamoPermissionStore } from '#adapters/aws/permission-store.ts';
import { DynamoQuarantine } from '#adapters/aws/quarantine.ts';
import { AwsQueue } from '#adapters/aws/queue/queue.ts';
import { AwsEventStream } from '#adapters/aws/stream/event-stream.ts';
import { tableName } from '#adapters/aws/tables.ts';
import { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { endedTasks } from '#shared/tasks/ended-tasks.ts';
import type { EmfMetrics } from '#shared/telemetry/emf.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';
import { eventLogName } from '#wiring/names.ts';
import { emfMetrics } from './aws-agent.ts';
import { awsOptions } from './aws-options.ts';
import type { AwsSettings } from './aws-settings.ts';

/** The runtime of a function of the mesh on AWS, and the parts that only its host needs. */
export interface AwsRuntime extends Runtime {
  readonly claims: ClaimCheck;
  readonly pipedQueue: string | undefined;
  readonly metrics: EmfMetrics;
}

/** Creates every adapter. The function's role limits what the function may do with them. */
export function createAwsRuntime(settings: AwsSettings): AwsRuntime {
  const { stage, retentionMs } = settings;
  const aws = awsOptions(settings);
  const clock = systemClock;
  const log = createLogger({ level: settings.logLevel, format: 'json', service: settings.service });
  const documents = dynamoDbDocumentClient(aws);
  const table = (name: Parameters<typeof tableName>[1]) => tableName(stage, name);
  const blobs = new S3BlobStore(s3Client(aws), settings.blobs);
  const claims = new ClaimCheck({ blobs, bucket: settings.blobs });
  const bus = new AwsEventBus({ client: eventBridgeClient(aws), bus: settings.bus, claims });
  const metrics = emfMetrics(settings);
  const quarantine = new DynamoQuarantine({ documents, table: table('quarantine'), blobs, clock, retentionMs });
  return {
    settings,
    clock,
    log,
    metrics,
    calls: { write: (call) => log.info('call', { ...call }) },
    claims,
    pipedQueue: settings.pipedQueue,
    bus,
    archive: new CloudWatchEventArchive({ client: cloudWatchLogsClient(aws), logGroup: eventLogName(stage), clock }),
    publisher: new EventPublisher(bus, clock),
    stream: new AwsEventStream({
      client: kinesisClient(aws),
      documents,
      positionsTable: table('positions'),
      claims,
    }),
    queue: new AwsQueue({ client: sqsClient(aws) }),
    tasks: new DynamoTaskStore({
      documents,
      table: table('tasks'),
      bus,
      blobs,
      quarantine,
      clock,
      log,
      retentionMs,
      onEnded: endedTasks(metrics, clock),
    }),
    registry: new DynamoAgentRegistry({ documents, table: table('registry'), bus, clock }),
    permissions: new DynamoPermissionStore({ documents, table: table('registry') }),
    quarantine,
    idempotency: new DynamoIdempotency({ client: dynamoDbClient(aws), table: table('idempotency') }),
    tokens: verifiesNone,
    functionSettings: () => settings,
    excusedReceives: () => 0,
  };
}

/** The same for an HTTP service, which verifies tokens. The other functions start quicker without the library for it. */
export function createAwsHttpRuntime(settings: AwsSettings): AwsRuntime {
  const { issuer, jwksUrl } = settings;
  return { ...createAwsRuntime(settings), tokens: cognitoVerifier({ issuer, jwksUrl, clock: systemClock }) };
}

async function verifiesNone(): Promise<never> {
  throw new Error('only the functions behind API Gateway verify tokens');
}
