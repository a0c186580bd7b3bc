import type { Inputs, Members, StringMember } from './member.ts';

const ruleName = { type: 'string', min: 1, max: 64, pattern: '[\\.\\-_A-Za-z0-9]+' } as const;
const busName = {
  type: 'string',
  min: 1,
  max: 1600,
  pattern: '(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus\\/)?[/\\.\\-_A-Za-z0-9]+',
} as const;
const arn = { type: 'string', min: 1, max: 1600 } as const;
const text: StringMember = { type: 'string' };
const nextToken = { type: 'string', min: 1, max: 2048 } as const;
const limit = { type: 'integer', min: 1, max: 100 } as const;

/** The mesh delivers to its own queues, which take the event as it is. */
const refusedTarget = { type: 'structure', members: {}, support: 'refused' } as const;

const target: Members = {
  Id: { ...ruleName, required: true },
  Arn: { ...arn, required: true },
  RoleArn: { ...arn, support: 'ignored' },
  Input: { type: 'string', max: 8192, support: 'refused' },
  InputPath: { type: 'string', max: 256, support: 'refused' },
  InputTransformer: refusedTarget,
  KinesisParameters: refusedTarget,
  RunCommandParameters: refusedTarget,
  EcsParameters: refusedTarget,
  BatchParameters: refusedTarget,
  SqsParameters: { type: 'structure', members: { MessageGroupId: { type: 'string', max: 100 } } },
  HttpParameters: refusedTarget,
  RedshiftDataParameters: refusedTarget,
  SageMakerPipelineParameters: refusedTarget,
  DeadLetterConfig: refusedTarget,
  RetryPolicy: refusedTarget,
  AppSyncParameters: refusedTarget,
};

const entry: Members = {
  Time: { type: 'timestamp' },
  Source: text,
  Resources: { type: 'list', of: { type: 'string', max: 2048 } },
  DetailType: text,
  Detail: text,
  EventBusName: {
    type: 'string',
    min: 1,
    max: 1600,
    pattern: '(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus\\/)?[\\.\\-_A-Za-z0-9]+',
  },
  TraceHeader: { type: 'string', min: 1, max: 500, support: 'ignored' },
};

const tag: Members = {
  Key: { type: 'string', min: 1, max: 128, required: true },
  Value: { type: 'string', min: 0, max: 256, required: true },
};

const ofRule = { Name: { ...ruleName, required: true }, EventBusName: busName } as const;
const targetsOf = { Rule: { ...ruleName, required: true }, EventBusName: busName } as const;
/** Only for rules that an AWS service manages. The rules of serverless.yml cannot be changed by force either. */
const force = { type: 'boolean', support: 'ignored' } as const;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html */
export const eventsInputs = {
  PutEvents: {
    Entries: { type: 'list', min: 1, max: 10, required: true, of: { type: 'structure', members: entry } },
    EndpointId: {
      type: 'string',
      min: 1,
      max: 50,
      pattern: '^[A-Za-z0-9\\-]+[\\.][A-Za-z0-9\\-]+$',
      support: 'refused',
    },
  },
  TestEventPattern: {
    EventPattern: { type: 'string', max: 4096, required: true },
    Event: { ...text, required: true },
  },
  PutRule: {
    ...ofRule,
    ScheduleExpression: { type: 'string', max: 256, support: 'refused' },
    EventPattern: { type: 'string', max: 4096 },
    State: { type: 'string', values: ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'] },
    Description: { type: 'string', max: 512 },
    RoleArn: { ...arn, support: 'ignored' },
    Tags: { type: 'list', of: { type: 'structure', members: tag }, support: 'ignored' },
  },
  DescribeRule: ofRule,
  EnableRule: ofRule,
  DisableRule: ofRule,
  DeleteRule: { ...ofRule, Force: force },
  ListRules: { NamePrefix: ruleName, EventBusName: busName, NextToken: nextToken, Limit: limit },
  PutTargets: {
    ...targetsOf,
    Targets: { type: 'list', min: 1, max: 100, required: true, of: { type: 'structure', members: target } },
  },
  RemoveTargets: {
    ...targetsOf,
    Ids: { type: 'list', min: 1, max: 100, required: true, of: ruleName },
    Force: force,
  },
  ListTargetsByRule: { ...targetsOf, NextToken: nextToken, Limit: limit },
  ListEventBuses: {
    NamePrefix: { type: 'string', min: 1, max: 256, pattern: '[/\\.\\-_A-Za-z0-9]+' },
    NextToken: nextToken,
    Limit: limit,
  },
  DescribeEventBus: { Name: busName },
} as const satisfies Inputs;
