// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Fn::Sub
import { describe, expect, it } from 'vitest';
import type { Statement } from '#deployment/plugin/access/access.ts';
import { access } from '#deployment/plugin/access/step.ts';
import type { FunctionDefinition } from '#deployment/plugin/osls.ts';
import { functionOf, serverlessOf, silent } from './serverless.ts';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const blobs = (keys: string) => ({ 'Fn::Sub': `\${BlobBucket.Arn}/${keys}` });

/** The statements of the role that the function `f` gets, without those that every function has. */
function statementsOf(parts: Partial<FunctionDefinition>): Statement[] {
  const definition = functionOf(parts);
  const serverless = serverlessOf({ f: definition });
  const moments = access(serverless, silent);
  moments.prepare?.();
  moments.compile?.();
  expect(definition.role).toBe('fRole');
  const role = serverless.service.provider.compiledCloudFormationTemplate.Resources.fRole;
  const [policy] = (role?.Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
  const [logs, xray, ...rest] = policy?.PolicyDocument.Statement ?? [];
  expect(logs).toEqual(allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arn('fLogGroup')));
  expect(xray).toEqual(allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'));
  return rest;
}

function allow(Action: string[], ...Resource: unknown[]): Statement {
  return { Effect: 'Allow', Action, Resource };
}

function list(keys: string): Statement {
  return { ...allow(['s3:ListBucket'], arn('BlobBucket')), Condition: { StringLike: { 's3:prefix': [keys] } } };
}

const putEventsAs = (source: string) => [
  {
    ...allow(['events:PutEvents'], arn('EventBus')),
    Condition: {
      'ForAllValues:StringEquals': { 'events:source': [source] },
      Null: { 'events:source': 'false' },
    },
  },
  allow(['s3:PutObject'], blobs(`events/${source}/*`)),
];
const consume = allow(
  [
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ChangeMessageVisibility',
  ],
  arn('fSubscriptionQueue'),
);
const read = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
const write = [...read, 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'];

describe('the role of a function', () => {
  it('that says nothing may log and trace', () => {
    expect(statementsOf({})).toEqual([]);
  });

  it('that is an agent may answer under its own name and remember what it did', () => {
    expect(statementsOf({ events: [{ subscription: { agent: 'echo' } }] })).toEqual([
      consume,
      ...putEventsAs('starling.agents.echo'),
      allow(['kinesis:PutRecords'], arn('ArtifactStream')),
      allow(['s3:GetObject'], blobs('events/starling.tasks/*')),
      {
        ...allow(
          ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
          arn('IdempotencyTable'),
        ),
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['echo#*'] } },
      },
    ]);
  });

  it('that subscribes to a pattern sees whole events', () => {
    expect(statementsOf({ events: [{ subscription: { pattern: { source: ['x'] } } }] })).toEqual([
      consume,
      allow(['s3:GetObject'], blobs('events/*')),
      list('events/*'),
    ]);
  });

  it('that reads a stream may read it and give up records', () => {
    const stream = {
      arn: arn('ArtifactStream'),
      destinations: { onFailure: { type: 'sqs', arn: arn('Lost') } },
    };
    const [records, lost] = statementsOf({ events: [{ stream }] });
    expect(records?.Resource).toEqual([arn('ArtifactStream')]);
    expect(records?.Action).toContain('kinesis:GetRecords');
    expect(lost).toEqual(allow(['sqs:SendMessage'], arn('Lost')));
  });

  it('that has a consumer of a stream may subscribe by it', () => {
    const stream = { arn: arn('ArtifactStream'), consumer: { Ref: 'fStreamConsumer' } };
    const [records, consumer] = statementsOf({ events: [{ stream }] });
    expect(records?.Resource).toEqual([arn('ArtifactStream')]);
    expect(consumer).toEqual(
      allow(['kinesis:DescribeStreamConsumer', 'kinesis:SubscribeToShard'], { Ref: 'fStreamConsumer' }),
    );
  });

  it.each<[word: string, access: unknown, statements: Statement[]]>([
    [
      'a table to write, with what is too large for an item',
      { tasks: 'write' },
      [
        allow(write, arn('TasksTable')),
        allow(['s3:PutObject'], blobs('tasks/*')),
        allow(['s3:GetObject'], blobs('tasks/*')),
        list('tasks/*'),
      ],
    ],
    [
      'a table to read, with its indexes',
      { registry: 'read' },
      [allow(read, arn('RegistryTable'), { 'Fn::Sub': '${RegistryTable.Arn}/index/listed' })],
    ],
    [
      'a table to add to, and no more',
      { quarantine: 'add' },
      [allow(['dynamodb:PutItem'], arn('QuarantineTable')), allow(['s3:PutObject'], blobs('quarantine/*'))],
    ],
    [
      'sources on the bus, each for itself',
      { bus: ['starling.tasks', 'starling.registry'] },
      [...putEventsAs('starling.tasks'), ...putEventsAs('starling.registry')],
    ],
    [
      'a table to add to and to read',
      { quarantine: ['add', 'read'] },
      [
        allow(['dynamodb:PutItem'], arn('QuarantineTable')),
        allow(['s3:PutObject'], blobs('quarantine/*')),
        allow(read, arn('QuarantineTable')),
        allow(['s3:GetObject'], blobs('quarantine/*')),
        list('quarantine/*'),
      ],
    ],
    [
      'the events of producers, under no source of the mesh',
      { foreignEvents: 'put' },
      [
        {
          ...allow(['events:PutEvents'], arn('EventBus')),
          Condition: {
            'ForAllValues:StringNotLike': { 'events:source': ['starling.*', 'aws.*'] },
            Null: { 'events:source': 'false' },
          },
        },
        allow(['s3:PutObject'], blobs('events/*')),
        { ...allow(['s3:PutObject'], blobs('events/starling.agents.*')), Effect: 'Deny' },
      ],
    ],
    [
      'the log of events',
      { events: 'read' },
      [
        allow(['logs:FilterLogEvents'], {
          'Fn::Sub': 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/starling/dev/events:*',
        }),
      ],
    ],
    [
      'what its author names',
      { statements: [allow(['bedrock:InvokeModel'], 'arn:aws:bedrock:x')] },
      [allow(['bedrock:InvokeModel'], 'arn:aws:bedrock:x')],
    ],
  ])('has %s', (_, access, statements) => {
    const granted = statementsOf({ access });
    // The task table may have indexes, which its own definition says.
    const withoutIndexes = granted.map((statement) =>
      'tasks' in (access as object) && String(statement.Action).startsWith('dynamodb:')
        ? { ...statement, Resource: [(statement.Resource as unknown[])[0]] }
        : statement,
    );
    expect(withoutIndexes).toEqual(statements);
  });
});

describe('an access is refused with the name of its function:', () => {
  it.each<[what: string, access: unknown, message: RegExp]>([
    ['an unknown word', { task: 'write' }, /unknown key 'task'\. Use tasks, registry/],
    ['an unknown way', { tasks: 'all' }, /'tasks' cannot be "all"\. Use read or write or add/],
    ['an unknown way in a list', { tasks: ['read', 'all'] }, /'tasks' cannot be "all"/],
    ['foreign events to read', { foreignEvents: 'read' }, /'foreignEvents' cannot be "read"\. Use put/],
    ['no source', { bus: [] }, /'bus' must be a list/],
    ['a source that is no text', { bus: [1] }, /'bus' must be a list/],
    ['every source', { bus: ['*'] }, /cannot contain \*:/],
    ["another agent's source", { bus: ['starling.agents.echo'] }, /cannot contain starling\.agents\.echo:/],
    ['every action', { statements: [{ Effect: 'Allow', Action: 's3:*', Resource: 'x' }] }, /must name its actions/],
    ['no action', { statements: [{ Effect: 'Allow', NotAction: 's3:x', Resource: 'x' }] }, /must name its actions/],
    [
      'every resource',
      { statements: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] },
      /and its resources/,
    ],
    [
      'every resource in a list',
      { statements: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: ['x', '*'] }] },
      /and its resources/,
    ],
    ['statements that are no list', { statements: {} }, /must be a list/],
  ])('%s', (_, access, message) => {
    expect(() => statementsOf({ access })).toThrow(message);
    expect(() => statementsOf({ access })).toThrow(/^functions\.f\.access: /);
  });
});
