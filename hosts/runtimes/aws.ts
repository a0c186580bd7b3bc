import { DynamoAgentRegistry } from '../aws/agent-registry.ts';
import { S3BlobStore } from '../aws/blob-store.ts';
import { ClaimCheck } from '../aws/claim-check/claim-check.ts';
import { cloudWatchLogsClient } from '../aws/clients/cloudwatch-logs.ts';
import { dynamoDbClient, dynamoDbDocumentClient } from '../aws/clients/dynamodb.ts';
import { eventBridgeClient } from '../aws/clients/eventbridge.ts';
import { kinesisClient } from '../aws/clients/kinesis.ts';
import { s3Client } from '../aws/clients/s3.ts';
import { sqsClient } from '../aws/clients/sqs.ts';
import { cognitoVerifier } from '../aws/cognito.ts';
import { CloudWatchEventArchive } from '../aws/event-archive.ts';
import { AwsEventBus } from '../aws/event-bus/event-bus.ts';
import { DynamoIdempotency } from '../aws/idempotency.ts';
import { DynamoPermissionStore } from '../aws/permission-store.ts';
import { DynamoQuarantine } from '../aws/quarantine.ts';
import { AwsQueue } from '../aws/queue/queue.ts';
import { AwsEventStream } from '../aws/stream/event-stream.ts';
import { DynamoTaskStore } from '../aws/tasks/task-store.ts';
import { EventPublisher } from '../events/publisher.ts';
import { systemClock } from '../ports/clock.ts';
import type { EmfMetrics } from '../telemetry/emf.ts';
import { createLogger } from '../telemetry/powertools-logger.ts';
import { eventLogName, tableName } from '../wiring/names.ts';
import { emfMetrics } from './aws-agent.ts';
import { awsOptions } from './aws-options.ts';
import type { AwsSettings } from './aws-settings.ts';
import type { Runtime } from './runtime.ts';

/** The runtime of a function of the mesh on AWS, with what only its host needs. */
export interface AwsRuntime extends Runtime {
  readonly claims: ClaimCheck;
  readonly pipedQueue: string | undefined;
  readonly metrics: EmfMetrics;
}

/** Puts every adapter together. What a function may really do is its role's to say. */
export function createAwsRuntime(settings: AwsSettings): AwsRuntime {
  const { stage } = settings;
  const aws = awsOptions(settings);
  const clock = systemClock;
  const log = createLogger({ level: settings.logLevel, format: 'json', service: settings.service });
  const documents = dynamoDbDocumentClient(aws);
  const table = (name: Parameters<typeof tableName>[1]) => tableName(stage, name);
  const blobs = new S3BlobStore(s3Client(aws), settings.blobs);
  const claims = new ClaimCheck({ blobs, bucket: settings.blobs });
  const bus = new AwsEventBus({ client: eventBridgeClient(aws), bus: settings.bus, claims });
  const quarantine = new DynamoQuarantine({ documents, table: table('quarantine'), blobs, clock });
  return {
    settings,
    clock,
    log,
    metrics: emfMetrics(settings),
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
    tasks: new DynamoTaskStore({ documents, table: table('tasks'), bus, blobs, quarantine, clock, log }),
    registry: new DynamoAgentRegistry({ documents, table: table('registry'), bus, clock }),
    permissions: new DynamoPermissionStore({ documents, table: table('registry') }),
    quarantine,
    idempotency: new DynamoIdempotency({ client: dynamoDbClient(aws), table: table('idempotency') }),
    tokens: cognitoVerifier({ issuer: settings.issuer, jwksUrl: settings.jwksUrl, clock }),
    functionSettings: () => settings,
  };
}
