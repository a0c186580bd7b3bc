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

/** What every function does: write its own log, and tell X-Ray of its calls. */
export function basicStatements(logGroupId: string): Statement[] {
  return [
    // The log group is made with the stack, so that none is made that nobody empties.
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf(logGroupId)),
    // X-Ray knows no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
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

/** What an agent does, whatever its author wrote: answer under its own name, and remember what it did. */
export function agentStatements(agentId: string): Statement[] {
  return [
    ...putEventsAs(`starling.agents.${agentId}`),
    allow(['kinesis:PutRecords'], arnOf(artifactStream)),
    // The requests that were too large for the bus. It may not list: which tasks there are is not its business.
    readBlobs('events/starling.tasks/*'),
    {
      ...allow(
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
        arnOf(tableId('idempotency')),
      ),
      // Keys begin with the agent's id: what another agent did can neither be read nor undone.
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${agentId}#*`] } },
    },
  ];
}

/** What consuming a queue takes. A failed message is hidden for a while, so that it comes back in time. */
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

export function streamStatements(stream: unknown, onFailure: unknown): Statement[] {
  const consume = allow(
    [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ],
    stream,
  );
  return onFailure === undefined ? [consume] : [consume, allow(['sqs:SendMessage'], onFailure)];
}

/** What a consumer that is no agent needs to see events whole, whoever put them. */
export function wholeEventStatements(): Statement[] {
  return [readBlobs('events/*'), listBlobs()];
}

/** What is too large for the bus goes to the bucket, below the source that it is put under. */
function putEventsAs(source: string): Statement[] {
  return [
    {
      ...allow(['events:PutEvents'], arnOf(bus)),
      Condition: {
        // A call has many entries, and each of them must be of the source. Of none the first alone would hold, too.
        'ForAllValues:StringEquals': { 'events:source': [source] },
        Null: { 'events:source': 'false' },
      },
    },
    putBlobs(`events/${source}/*`),
  ];
}

/** Under every source but the mesh's own: who may put these can answer for no agent. */
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

/** What is too large for an item of a table is below the table's name. */
function tableStatements(name: TableWord, how: TableAccess): Statement[] {
  const id = tableId(name);
  const indexes = how === 'add' ? [] : tables[name].indexes.map((index) => sub(`\${${id}.Arn}/index/${index.name}`));
  const table = allow(tableActions[how], [arnOf(id), ...indexes]);
  const keys = `${name}/*`;
  if (name !== 'tasks' && name !== 'quarantine') return [table];
  return [table, ...(how === 'read' ? [] : [putBlobs(keys)]), ...(how === 'add' ? [] : [readBlobs(keys), listBlobs()])];
}

/** By its name: a stage may be without the log, and then says so. */
function readEventLog(stage: string): Statement {
  const group = `\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${eventLogName(stage)}`;
  return allow(['logs:FilterLogEvents'], sub(`arn:${group}:*`));
}

function allow(actions: readonly string[], resource: unknown): Statement {
  return { Effect: 'Allow', Action: actions, Resource: Array.isArray(resource) ? resource : [resource] };
}
