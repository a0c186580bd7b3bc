import { tables } from '#adapters/aws/tables.ts';
import { eventLogName } from '#wiring/names.ts';
import { tableId } from '../tables/resources.ts';
import { arnOf, sub } from '../template.ts';
import type { Access, Statement, TableAccess, TableWord } from './access.ts';
import { listBlobs, putBlobs, readBlobs } from './blobs.ts';

/** The logical ids in serverless.yml. */
const bus = 'EventBus';
const artifactStream = 'ArtifactStream';

const reading = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
const tableActions: Readonly<Record<TableAccess, readonly string[]>> = {
  read: reading,
  write: [...reading, 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'],
  add: ['dynamodb:PutItem'],
};

/** The rights of every function: write its own log, and send traces to X-Ray. */
export function basicStatements(logGroupId: string): Statement[] {
  return [
    // No right to create the log group: the stack creates it, with a retention.
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf(logGroupId)),
    // These actions of X-Ray have no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
  ];
}

export function accessStatements(
  { tables: granted, bus: sources, foreignEvents, events, statements }: Access,
  stage: string,
): Statement[] {
  return [
    ...granted.flatMap(([name, how]) => tableStatements(name, how)),
    ...sources.flatMap(putEventsAs),
    ...(foreignEvents ? putForeignEvents() : []),
    ...(events === 'read' ? [readEventLog(stage)] : []),
    ...statements,
  ];
}

/** The rights of every agent: answer under its own source, and keep its idempotency records. */
export function agentStatements(agentId: string): Statement[] {
  return [
    ...putEventsAs(`starling.agents.${agentId}`),
    allow(['kinesis:PutRecords'], arnOf(artifactStream)),
    // Requests that were too large for the bus. An agent may not list the tasks that exist, so it may not list the bucket.
    readBlobs('events/starling.tasks/*'),
    {
      ...allow(
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
        arnOf(tableId('idempotency')),
      ),
      // Keys begin with the agent's id, so an agent can neither read nor delete another agent's records.
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${agentId}#*`] } },
    },
  ];
}

/** The rights to consume a queue. ChangeMessageVisibility sets when a failed message comes back. */
export function queueStatements(queueId: string): Statement[] {
  return [
    allow(
      [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ChangeMessageVisibility',
      ],
      arnOf(queueId),
    ),
  ];
}

/** A `stream` event of a function, after the step that gives it a consumer. */
export interface StreamSource {
  readonly arn: unknown;
  /** The ARN of the function's own consumer (enhanced fan-out). */
  readonly consumer?: unknown;
  readonly destinations?: { readonly onFailure?: { readonly arn: unknown } };
}

export function streamStatements({ arn, consumer, destinations }: StreamSource): Statement[] {
  const onFailure = destinations?.onFailure?.arn;
  const consume = allow(
    [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ],
    arn,
  );
  return [
    consume,
    ...(consumer === undefined
      ? []
      : [allow(['kinesis:DescribeStreamConsumer', 'kinesis:SubscribeToShard'], consumer)]),
    ...(onFailure === undefined ? [] : [allow(['sqs:SendMessage'], onFailure)]),
  ];
}

/** The rights to read the data of events that went by reference, for consumers that are no agents. */
export function wholeEventStatements(): Statement[] {
  return [readBlobs('events/*'), listBlobs('events/*')];
}

/** The rights to put events under a source. Data too large for the bus goes to the bucket, below the source. */
function putEventsAs(source: string): Statement[] {
  return [
    {
      ...allow(['events:PutEvents'], arnOf(bus)),
      Condition: {
        // Every entry of a call must have the source. ForAllValues is also true when there is no entry, so Null excludes that.
        'ForAllValues:StringEquals': { 'events:source': [source] },
        Null: { 'events:source': 'false' },
      },
    },
    putBlobs(`events/${source}/*`),
  ];
}

/** The rights to put events under every source outside the mesh. They do not allow to answer for an agent. */
function putForeignEvents(): Statement[] {
  return [
    {
      ...allow(['events:PutEvents'], arnOf(bus)),
      Condition: {
        'ForAllValues:StringNotLike': { 'events:source': ['starling.*', 'aws.*'] },
        Null: { 'events:source': 'false' },
      },
    },
    putBlobs('events/*'),
    { ...putBlobs('events/starling.agents.*'), Effect: 'Deny' },
  ];
}

/** The rights on a table. Data too large for an item goes to the bucket, below the table's name. */
function tableStatements(name: TableWord, how: TableAccess): Statement[] {
  const id = tableId(name);
  const indexes = how === 'add' ? [] : tables[name].indexes.map((index) => sub(`\${${id}.Arn}/index/${index.name}`));
  const table = allow(tableActions[how], [arnOf(id), ...indexes]);
  const keys = `${name}/*`;
  if (name !== 'tasks' && name !== 'quarantine') return [table];
  return [
    table,
    ...(how === 'read' ? [] : [putBlobs(keys)]),
    ...(how === 'add' ? [] : [readBlobs(keys), listBlobs(keys)]),
  ];
}

/** The log group by its name, because a stage without `eventLog` has no such resource. */
function readEventLog(stage: string): Statement {
  const group = `\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${eventLogName(stage)}`;
  return allow(['logs:FilterLogEvents'], sub(`arn:${group}:*`));
}

function allow(actions: readonly string[], resource: unknown): Statement {
  return { Effect: 'Allow', Action: actions, Resource: Array.isArray(resource) ? resource : [resource] };
}
