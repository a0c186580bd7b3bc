import type { Resource, Template } from '../../../plugins/template.ts';
import { at } from './template.ts';

/** A way to break a rule, and what the rule then says. */
export interface Breach {
  readonly what: string;
  readonly rule: keyof typeof import('./rules-of-access.ts') | DataRule | DoorRule | FailureRule;
  readonly breach: (template: Template) => void;
  readonly found: readonly string[];
}

type DataRule = keyof typeof import('./rules-of-data.ts');
type DoorRule = keyof typeof import('./rules-of-doors.ts');
type FailureRule = keyof typeof import('./rules-of-failure.ts');

/** A resource that is in the mesh's template. */
function the(template: Template, id: string): Resource {
  const resource = template.Resources[id];
  if (resource === undefined) throw new Error(`the template has no ${id}`);
  return resource;
}

/** Sets or, without a value, takes away a property of a resource. */
function change(id: string, path: string, value?: unknown): (template: Template) => void {
  return (template) => {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const holder = keys.length === 0 ? the(template, id).Properties : at(the(template, id).Properties, keys.join('.'));
    if (value === undefined) delete (holder as Record<string, unknown>)[last];
    else (holder as Record<string, unknown>)[last] = value;
  };
}

function remove(id: string): (template: Template) => void {
  return (template) => {
    the(template, id);
    delete template.Resources[id];
  };
}

const statement = 'Policies.0.PolicyDocument.Statement';

/** Adds a statement to a function's role. */
function permit(role: string, more: Record<string, unknown>): (template: Template) => void {
  return (template) => {
    (at(the(template, role).Properties, statement) as unknown[]).push({ Effect: 'Allow', Resource: 'arn:x', ...more });
  };
}

function revoke(role: string, action: string, path: string): (template: Template) => void {
  return (template) => {
    const statements = at(the(template, role).Properties, statement) as Record<string, unknown>[];
    for (const each of statements.filter(({ Action }) => [Action].flat().includes(action))) delete each[path];
  };
}

export const breaches: readonly Breach[] = [
  {
    what: 'an action with a star',
    rule: 'leastPrivilege',
    breach: permit('SweeperRole', { Action: ['s3:Get*'] }),
    found: ['SweeperRole: may do s3:Get*'],
  },
  {
    what: 'every resource',
    rule: 'leastPrivilege',
    breach: permit('SweeperRole', { Action: 's3:GetObject', Resource: ['*'] }),
    found: ['SweeperRole: may do s3:GetObject to everything'],
  },
  {
    what: 'a resource of any account',
    rule: 'leastPrivilege',
    breach: permit('SweeperRole', { Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:*:*:dead' }),
    found: ['SweeperRole: may do sqs:SendMessage to everything'],
  },
  {
    what: 'another action beside those of X-Ray',
    rule: 'leastPrivilege',
    breach: permit('SweeperRole', { Action: ['xray:PutTraceSegments', 'xray:GetGroups'], Resource: '*' }),
    found: ['SweeperRole: may do xray:PutTraceSegments,xray:GetGroups to everything'],
  },
  {
    what: 'a role of two functions',
    rule: 'leastPrivilege',
    breach: change('EchoLambdaFunction', 'Role', { 'Fn::GetAtt': ['WeatherRole', 'Arn'] }),
    found: ['WeatherRole: is the role of EchoLambdaFunction and WeatherLambdaFunction'],
  },
  {
    what: 'a managed policy',
    rule: 'leastPrivilege',
    breach: change('EchoRole', 'ManagedPolicyArns', ['arn:aws:iam::aws:policy/AdministratorAccess']),
    found: ['EchoRole: takes the policy arn:aws:iam::aws:policy/AdministratorAccess'],
  },
  {
    what: 'events of every source',
    rule: 'ownSource',
    breach: revoke('SweeperRole', 'events:PutEvents', 'Condition'),
    found: ['SweeperRole: may put events of every source'],
  },
  {
    what: 'an agent without a source of its own',
    rule: 'ownSource',
    breach: revoke('EchoRole', 'events:PutEvents', 'Condition'),
    found: ['EchoRole: may put events of every source', 'EchoRole: may put events of '],
  },
  {
    what: "another agent's source",
    rule: 'ownSource',
    breach: permit('EchoRole', {
      Action: 'events:PutEvents',
      Condition: {
        'ForAllValues:StringEquals': { 'events:source': ['starling.agents.weather'] },
        Null: { 'events:source': 'false' },
      },
    }),
    found: ['EchoRole: may put events of starling.agents.weather'],
  },
  {
    what: 'an agent that may touch what others remember',
    rule: 'agentsApart',
    breach: revoke('EchoRole', 'dynamodb:PutItem', 'Condition'),
    found: ['EchoRole: may touch what other agents remember'],
  },
  {
    what: 'an agent that may read the stream',
    rule: 'agentsApart',
    breach: permit('EchoRole', { Action: ['kinesis:GetRecords'] }),
    found: ['EchoRole: may read the stream'],
  },
  {
    what: 'an agent that may list blobs',
    rule: 'agentsApart',
    breach: permit('EchoRole', { Action: ['s3:ListBucket'] }),
    found: ['EchoRole: may list the blobs'],
  },
  {
    what: 'a route without an authorizer',
    rule: 'authorizedRoutes',
    breach: change('ApiGatewayMethodMetricsGet', 'AuthorizationType', 'NONE'),
    found: ['ApiGatewayMethodMetricsGet: /metrics is open'],
  },
  {
    what: 'a queue that any rule may feed',
    rule: 'guardedResources',
    breach: change('EchoSubscriptionQueuePolicy', 'PolicyDocument.Statement.0.Condition'),
    found: ['EchoSubscriptionQueuePolicy: lets a service in for whoever asks it'],
  },
  {
    what: 'a function that any API may call',
    rule: 'guardedResources',
    breach: change('GatewayLambdaPermissionApiGateway', 'SourceArn'),
    found: ['GatewayLambdaPermissionApiGateway: is for everybody'],
  },
  ...(
    [
      ['a queue', 'EchoSubscriptionQueue', 'SqsManagedSseEnabled', 'is not encrypted'],
      ['a table', 'TasksTable', 'SSESpecification', 'is not encrypted'],
      ['the stream', 'ArtifactStream', 'StreamEncryption', 'is not encrypted'],
      ['the topic', 'AlarmTopic', 'KmsMasterKeyId', 'is not encrypted'],
      ['the bucket', 'BlobBucket', 'BucketEncryption', 'is not encrypted'],
      ['the key', 'AlarmKey', 'EnableKeyRotation', 'is never rotated'],
    ] as const
  ).map(([what, id, path, problem]) => ({
    what: `${what} without encryption`,
    rule: 'encryption' as const,
    breach: change(id, path),
    found: [`${id}: ${problem}`],
  })),
  {
    what: 'a bucket that may be public',
    rule: 'closedBuckets',
    breach: change('BlobBucket', 'PublicAccessBlockConfiguration.BlockPublicPolicy', false),
    found: ['BlobBucket: may be public'],
  },
  {
    what: 'a bucket without its policy',
    rule: 'closedBuckets',
    breach: remove('BlobBucketPolicy'),
    found: ['BlobBucket: takes connections that are not encrypted'],
  },
  ...(
    [
      ['EventLog', 'RetentionInDays', 'is kept for ever'],
      ['EchoLogGroup', 'RetentionInDays', 'is kept for ever'],
      ['EventArchive', 'RetentionDays', 'is kept for ever'],
      ['TasksTable', 'PointInTimeRecoverySpecification', 'cannot be restored'],
      ['TasksTable', 'BillingMode', 'is not on demand'],
      ['BlobBucket', 'LifecycleConfiguration', 'only grows'],
    ] as const
  ).map(([id, path, problem]) => ({
    what: `${id} without ${path}`,
    rule: 'retention' as const,
    breach: change(id, path),
    found: [`${id}: ${problem}`],
  })),
  {
    what: 'dead letters that go too soon',
    rule: 'retention',
    breach: change('ChunksDeadLetterQueue', 'MessageRetentionPeriod', 345_600),
    found: ['ChunksDeadLetterQueue: does not keep dead letters for 14 days'],
  },
  {
    what: 'a function without a log group',
    rule: 'logGroups',
    breach: remove('EchoLogGroup'),
    found: ['EchoLambdaFunction: has no log group'],
  },
  {
    what: 'a function that is not traced',
    rule: 'observed',
    breach: change('EchoLambdaFunction', 'TracingConfig'),
    found: ['EchoLambdaFunction: is not traced'],
  },
  {
    what: 'an API without a log',
    rule: 'observed',
    breach: change('ApiStage', 'AccessLogSetting'),
    found: ['ApiStage: has no access log'],
  },
  {
    what: 'an API without a limit',
    rule: 'observed',
    breach: change('ApiStage', 'MethodSettings'),
    found: ['ApiStage: takes any number of calls', 'ApiStage: takes any number of calls at once'],
  },
  {
    what: 'a queue without a dead-letter queue',
    rule: 'deadLetters',
    breach: change('EchoSubscriptionQueue', 'RedrivePolicy'),
    found: ['EchoEventSourceMappingSQSEchoSubscriptionQueue: consumes a queue without a dead-letter queue'],
  },
  {
    what: 'a dead-letter queue that is not there',
    rule: 'deadLetters',
    breach: remove('EchoSubscriptionDeadLetterQueue'),
    found: [
      'EchoEventSourceMappingSQSEchoSubscriptionQueue: consumes a queue without a dead-letter queue',
      'EchoSubscriptionRule: loses what it cannot deliver',
    ],
  },
  {
    what: 'a visibility timeout that is too short',
    rule: 'deadLetters',
    breach: change('EchoSubscriptionQueue', 'VisibilityTimeout', 179),
    found: ['EchoEventSourceMappingSQSEchoSubscriptionQueue: shows a message again while it is worked on'],
  },
  ...(
    [
      ['DestinationConfig', 'forgets records that failed for good'],
      ['BisectBatchOnFunctionError', 'gives up good records with a bad one'],
      ['MaximumRetryAttempts', 'is held up by a record for as long as it is kept'],
      ['FunctionResponseTypes', 'fails a batch as a whole'],
    ] as const
  ).map(([path, problem]) => ({
    what: `the consumer of chunks without ${path}`,
    rule: 'deadLetters' as const,
    breach: change('ChunksEventSourceMappingKinesisArtifactStream', path),
    found: [`ChunksEventSourceMappingKinesisArtifactStream: ${problem}`],
  })),
  ...(
    [
      ['EchoSubscriptionDeadLetterQueueDeadLetterAlarm', 'EchoSubscriptionDeadLetterQueue', 'ApproximateNumberOfMessagesVisible'],
      ['EchoSubscriptionQueueAgeAlarm', 'EchoSubscriptionQueue', 'ApproximateAgeOfOldestMessage'],
      ['EchoLambdaFunctionErrorsAlarm', 'EchoLambdaFunction', 'Errors'],
      ['EchoLambdaFunctionThrottlesAlarm', 'EchoLambdaFunction', 'Throttles'],
      ['EchoSubscriptionRuleFailedAlarm', 'EchoSubscriptionRule', 'FailedInvocations'],
      ['ArtifactStreamThrottledAlarm', 'ArtifactStream', 'WriteProvisionedThroughputExceeded'],
      ['ApiStageFailuresAlarm', 'ApiStage', '5XXError'],
      [
        'ChunksEventSourceMappingKinesisArtifactStreamIteratorAgeAlarm',
        'ChunksEventSourceMappingKinesisArtifactStream',
        'IteratorAge',
      ],
    ] as const
  ).map(([alarm, id, metric]) => ({
    what: `${id} without an alarm on ${metric}`,
    rule: 'alarms' as const,
    breach: remove(alarm),
    found: [`${id}: has no alarm on ${metric}`],
  })),
  {
    what: 'an alarm that tells nobody',
    rule: 'alarms',
    breach: change('ApiStageFailuresAlarm', 'AlarmActions'),
    found: ['ApiStageFailuresAlarm: tells nobody'],
  },
];
