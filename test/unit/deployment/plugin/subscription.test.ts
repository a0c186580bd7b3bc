import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FunctionEvent } from '#deployment/plugin/osls.ts';
import { logicalIds } from '#deployment/plugin/subscription/ids.ts';
import { queueEvent } from '#deployment/plugin/subscription/resources.ts';
import { subscription } from '#deployment/plugin/subscription/step.ts';
import type { ResourceMap } from '#deployment/plugin/template.ts';
import { osls, type ServiceFolder, serviceFolder } from '#test/support/service-folder.ts';
import { parseSubscription } from '#wiring/parse-subscription.ts';
import { functionOf, serverlessOf, silent } from './serverless.ts';

/** A service whose code is packed already: what is of interest is the template. */
function packedService(functions: string): ServiceFolder {
  const service = serviceFolder(`
service: fixture
frameworkVersion: '4'
configValidationMode: error
plugins: [./plugin.ts]
provider: { name: aws, runtime: nodejs24.x, stage: "\${opt:stage, 'dev'}" }
package: { artifact: code.zip }
functions:
${functions}`);
  const plugin = `
import { pluginOf } from './deployment/plugin/step.ts';
import { subscription } from './deployment/plugin/subscription/step.ts';
export default pluginOf([subscription]);`;
  writeFileSync(join(service.folder, 'plugin.ts'), plugin);
  writeFileSync(join(service.folder, 'code.zip'), '');
  return service;
}

async function packaged(service: ServiceFolder, stage: string): Promise<ResourceMap> {
  await osls(service, 'package', '--stage', stage);
  const template = readFileSync(join(service.folder, '.serverless/cloudformation-template-update-stack.json'), 'utf8');
  return (JSON.parse(template) as { Resources: ResourceMap }).Resources;
}

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe.concurrent('a packaged subscription', { timeout: 300_000 }, () => {
  it('becomes rule, queue, dead-letter queue and mapping, and queues share their policies', async () => {
    const service = packedService(`
  calculator:
    handler: handler.handler
    timeout: 10
    isolation: thread
    events: [{ subscription: { agent: calculator, maxReceiveCount: 4 } }]
  audit:
    handler: handler.handler
    events:
      - subscription:
          pattern: { detail-type: [{ prefix: Task }] }
          batchSize: 7
          concurrency: 2
          visibilityTimeout: 99`);
    const resources = await packaged(service, 'test');

    expect(resources.CalculatorSubscriptionRule).toEqual({
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'starling-test-calculator',
        EventBusName: 'starling-test',
        EventPattern: {
          source: ['starling.tasks'],
          'detail-type': ['TaskRequested.v1', 'TaskCancelRequested.v1'],
          detail: { data: { agentId: ['calculator'] } },
          'replay-name': [{ exists: false }],
        },
        Targets: [
          {
            Id: 'queue',
            Arn: arn('CalculatorSubscriptionQueue'),
            DeadLetterConfig: { Arn: arn('CalculatorSubscriptionDeadLetterQueue') },
          },
        ],
      },
    });
    expect(resources.CalculatorSubscriptionQueue).toEqual({
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'starling-test-calculator',
        VisibilityTimeout: 60,
        MessageRetentionPeriod: 345_600,
        SqsManagedSseEnabled: true,
        RedrivePolicy: { deadLetterTargetArn: arn('CalculatorSubscriptionDeadLetterQueue'), maxReceiveCount: 4 },
      },
    });
    expect(resources.CalculatorSubscriptionDeadLetterQueue).toEqual({
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'starling-test-calculator-dlq',
        MessageRetentionPeriod: 1_209_600,
        SqsManagedSseEnabled: true,
      },
    });
    const stageArn = (service: string, ...name: string[]) => {
      const place = [{ Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':'];
      return { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${service}:`, ...place, ...name]] };
    };
    const sending = { Action: 'sqs:SendMessage', Resource: stageArn('sqs', 'starling-test-*') };
    const rules = { 'aws:SourceArn': stageArn('events', 'rule/', 'starling-test', '/*') };
    const allow = {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      ...sending,
      Condition: { ArnLike: rules },
    };
    expect(resources.AgentQueuesPolicy?.Properties).toEqual({
      Queues: [{ Ref: 'CalculatorSubscriptionQueue' }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [allow, { Effect: 'Deny', Principal: '*', ...sending, Condition: { ArnNotLike: rules } }],
      },
    });
    expect(resources.SubscriptionQueuesPolicy?.Properties).toEqual({
      Queues: [
        { Ref: 'CalculatorSubscriptionDeadLetterQueue' },
        { Ref: 'AuditSubscriptionQueue' },
        { Ref: 'AuditSubscriptionDeadLetterQueue' },
      ],
      PolicyDocument: { Version: '2012-10-17', Statement: [allow] },
    });
    expect(resources.CalculatorEventSourceMappingSQSCalculatorSubscriptionQueue).toMatchObject({
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        BatchSize: 1,
        EventSourceArn: arn('CalculatorSubscriptionQueue'),
        FunctionName: arn('CalculatorLambdaFunction'),
        Enabled: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 10 },
      },
    });
    // Its handler counts the receives up to this.
    expect(resources.CalculatorLambdaFunction?.Properties.Environment).toEqual({
      Variables: { STARLING_MAX_RECEIVE_COUNT: '4' },
    });
    expect(resources.IamRoleLambdaExecution?.Properties.Policies).toMatchObject([
      {
        PolicyDocument: {
          Statement: expect.arrayContaining([
            {
              Effect: 'Allow',
              Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
              Resource: [arn('CalculatorSubscriptionQueue'), arn('AuditSubscriptionQueue')],
            },
          ]),
        },
      },
    ]);

    expect(resources.AuditSubscriptionRule?.Properties).toMatchObject({
      EventPattern: { 'detail-type': [{ prefix: 'Task' }] },
    });
    expect(resources.AuditSubscriptionQueue?.Properties.VisibilityTimeout).toBe(99);
    expect(resources.AuditEventSourceMappingSQSAuditSubscriptionQueue?.Properties).toMatchObject({
      BatchSize: 7,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });

  it.each([
    [
      'a mistake of the subscription',
      'events: [{ subscription: { agent: Echo } }]',
      /functions\.echo\.events\.subscription: "Echo" is not an agent id/,
    ],
    ['another isolation', 'isolation: process', /functions\.echo\.isolation/],
  ])('is refused by osls for %s', async (_, body, message) => {
    const service = packedService(`  echo:\n    handler: handler.handler\n    ${body}`);
    await expect(osls(service, 'package')).rejects.toThrow(message);
  });
});

/** Runs the plugin's check and expansion without osls around it. */
function expand(
  functions: Record<string, { timeout?: number; events: FunctionEvent[] }>,
  { timeout, eventBus }: { timeout?: number; eventBus?: unknown } = {},
): ResourceMap {
  const serverless = serverlessOf(
    Object.fromEntries(Object.entries(functions).map(([name, each]) => [name, functionOf(each)])),
    { custom: { subscription: { eventBus } }, ...(timeout === undefined ? {} : { timeout }) },
  );
  const moments = subscription(serverless, silent);
  moments.prepare?.();
  moments.compile?.();
  return serverless.service.provider.compiledCloudFormationTemplate.Resources;
}

describe('the event source of a queue', () => {
  const queue = logicalIds('F');

  it('has a maximum of invocations for an agent, and where the subscription says one', () => {
    const agent = queueEvent(parseSubscription({ agent: 'echo' }, 10), queue);
    expect(agent.sqs).toMatchObject({ batchSize: 1, maximumConcurrency: 10 });
    const stated = queueEvent(parseSubscription({ pattern: { source: ['shop'] }, concurrency: 4 }, 10), queue);
    expect(stated.sqs).toMatchObject({ batchSize: 10, maximumConcurrency: 4 });
  });

  it('has none elsewhere, so that Lambda polls an empty queue less', () => {
    const pattern = queueEvent(parseSubscription({ pattern: { source: ['shop'] } }, 10), queue);
    expect(pattern.sqs).toMatchObject({ batchSize: 10 });
    expect(pattern.sqs).not.toHaveProperty('maximumConcurrency');
  });
});

describe('a subscription of a FIFO queue', () => {
  const resourcesOf = (fifo: unknown) =>
    expand({ ledger: { events: [{ subscription: { pattern: { source: ['shop'] }, fifo } }] } }, {});
  const grouped = resourcesOf({ groupBy: 'detail.data.orderId' });
  const queueNamesIn = (resources: ResourceMap) =>
    Object.values(resources).flatMap(({ Type, Properties }) =>
      Type === 'AWS::SQS::Queue' ? [Properties.QueueName] : [],
    );

  it('has its events go from the rule through a pipe into the queue', () => {
    expect(queueNamesIn(grouped)).toEqual([
      'starling-dev-ledger.fifo',
      'starling-dev-ledger-dlq.fifo',
      'starling-dev-ledger-intake',
      'starling-dev-ledger-undelivered',
    ]);
    expect(grouped.ledgerSubscriptionRule?.Properties.Targets).toEqual([
      {
        Id: 'queue',
        Arn: arn('ledgerSubscriptionIntakeQueue'),
        DeadLetterConfig: { Arn: arn('ledgerSubscriptionUndeliveredQueue') },
      },
    ]);
    expect(grouped.ledgerSubscriptionPipe).toEqual({
      Type: 'AWS::Pipes::Pipe',
      Properties: {
        Name: 'starling-dev-ledger',
        RoleArn: arn('ledgerSubscriptionPipeRole'),
        Source: arn('ledgerSubscriptionIntakeQueue'),
        SourceParameters: { SqsQueueParameters: { BatchSize: 1 } },
        Target: arn('ledgerSubscriptionQueue'),
        TargetParameters: {
          InputTemplate: '{"event": <$.body>}',
          SqsQueueParameters: {
            MessageGroupId: '$.body.detail.data.orderId',
            MessageDeduplicationId: '$.body.id',
          },
        },
      },
    });
    expect(grouped.ledgerSubscriptionQueue?.Properties).toMatchObject({
      FifoQueue: true,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      RedrivePolicy: { deadLetterTargetArn: arn('ledgerSubscriptionDeadLetterQueue'), maxReceiveCount: 3 },
    });
    expect(grouped.ledgerSubscriptionDeadLetterQueue?.Properties.FifoQueue).toBe(true);
    expect(grouped.ledgerSubscriptionIntakeQueue?.Properties).toMatchObject({
      RedrivePolicy: { deadLetterTargetArn: arn('ledgerSubscriptionUndeliveredQueue') },
    });
  });

  it('lets the rule send to the queues of its way, and the pipe take from one and send to the other', () => {
    expect(grouped.SubscriptionQueuesPolicy?.Properties.Queues).toEqual([
      { Ref: 'ledgerSubscriptionIntakeQueue' },
      { Ref: 'ledgerSubscriptionUndeliveredQueue' },
    ]);
    expect(grouped.ledgerSubscriptionPipeRole?.Properties).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'pipes.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnEquals: { 'aws:SourceArn': { 'Fn::Sub': expect.stringMatching(/:pipe\/starling-dev-ledger$/) } },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
                Resource: [arn('ledgerSubscriptionIntakeQueue')],
              },
              { Action: ['sqs:SendMessage'], Resource: [arn('ledgerSubscriptionQueue')] },
            ],
          },
        },
      ],
    });
  });

  it('has one message group where it names no field', () => {
    const { ledgerSubscriptionPipe, ledgerSubscriptionQueue } = resourcesOf(true);
    expect(ledgerSubscriptionPipe?.Properties).toMatchObject({
      TargetParameters: { SqsQueueParameters: { MessageGroupId: 'all', MessageDeduplicationId: '$.body.id' } },
    });
    expect(ledgerSubscriptionQueue?.Properties.FifoQueue).toBe(true);
    expect(ledgerSubscriptionQueue?.Properties).not.toHaveProperty('FifoThroughputLimit');
  });
});

describe('what a function is told', () => {
  it('is its FIFO queue, where it has one', () => {
    const event = { subscription: { pattern: { source: ['shop'] } } };
    const fifo = { subscription: { ...event.subscription, fifo: true } };
    const serverless = serverlessOf({ audit: functionOf({ events: [event] }), ledger: functionOf({ events: [fifo] }) });
    subscription(serverless, silent).prepare?.();
    const { audit, ledger } = serverless.service.functions;
    expect(ledger?.environment).toMatchObject({ STARLING_FIFO_QUEUE: 'starling-dev-ledger.fifo' });
    expect(audit?.environment).not.toHaveProperty('STARLING_FIFO_QUEUE');
  });
});

describe('an agent', () => {
  const lambda = () => ({ Type: 'AWS::Lambda::Function', Properties: {} });
  const functions = {
    echo: functionOf({ events: [{ subscription: { agent: 'echo' } }] }),
    projector: functionOf({
      access: { tasks: 'write' },
      events: [{ subscription: { pattern: { 'detail-type': ['TaskStatusChanged.v1'] } } }],
    }),
    chunks: functionOf({ access: { tasks: 'write' }, events: [{ stream: {} }] }),
    gateway: functionOf({ access: { tasks: 'write' }, events: [{ http: {} }] }),
    audit: functionOf({ events: [{ subscription: { pattern: { source: ['shop'] } } }] }),
  };

  it('is deployed after the functions that fold its events', async () => {
    const Resources: ResourceMap = {};
    for (const name of Object.keys(functions)) Resources[`${name}LambdaFunction`] = lambda();
    const moments = subscription(serverlessOf(functions, { template: { Resources } }), silent);
    await moments.finish?.();
    expect(Resources.echoLambdaFunction?.DependsOn).toEqual(['projectorLambdaFunction', 'chunksLambdaFunction']);
    for (const name of ['projector', 'chunks', 'gateway', 'audit']) {
      expect(Resources[`${name}LambdaFunction`]).not.toHaveProperty('DependsOn');
    }
  });
});

it('a pattern that misses the results of short tasks is warned of', async () => {
  const warnings: string[] = [];
  const events = [{ subscription: { pattern: { 'detail-type': ['TaskArtifact.v1'] } } }];
  const log = { warning: (text: string) => void warnings.push(text) };
  await subscription(serverlessOf({ indexer: functionOf({ events }) }), log).prepare?.();
  expect(warnings).toEqual([expect.stringContaining('The function indexer subscribes to TaskArtifact.v1 alone')]);
});

describe('the rule', () => {
  it('is on the bus that the file names for CloudFormation', () => {
    const functions = { audit: { events: [{ subscription: { agent: 'a' } }] } };
    const rule = expand(functions, { eventBus: { Ref: 'Bus' } }).auditSubscriptionRule;
    expect(rule?.Properties.EventBusName).toEqual({ Ref: 'Bus' });
  });
});

const refusals: [what: string, subscription: unknown, message: RegExp][] = [
  [
    'a short visibility timeout',
    { agent: 'a', visibilityTimeout: 59 },
    /less than six function timeouts \(6 × 10 s = 60 s\)/,
  ],
  ['a timeout over the task deadline', { agent: 'a', deadline: 9 }, /longer than the task deadline of 9 s/],
  ['an unknown option', { agent: 'a', retries: 1 }, /has no option 'retries'/],
  ['neither agent nor pattern', {}, /needs an agent or a pattern/],
  ['both', { agent: 'a', pattern: { source: ['x'] } }, /not both/],
  ['an invalid agent id', { agent: 'A' }, /"A" is not an agent id/],
  ['an invalid pattern', { pattern: { source: 'x' } }, /The pattern is not valid/],
  ['a FIFO queue of an agent', { agent: 'a', fifo: true }, /cannot be FIFO/],
];

describe('the plugin refuses', () => {
  it.each(refusals)('%s', (_, subscription, message) => {
    const act = () => expand({ one: { timeout: 10, events: [{ subscription }] } });
    expect(act).toThrow(message);
    expect(act).toThrow(/^functions\.one\.events\.subscription: /);
  });

  it('two functions of one agent', () => {
    const functions = {
      one: { events: [{ subscription: { agent: 'a' } }] },
      two: { events: [{ subscription: { agent: 'a' } }] },
    };
    expect(() => expand(functions)).toThrow(/^functions\.two\..*The function 'one' is the agent '[^']+' already/);
  });

  it("what only shows with the provider's timeout", () => {
    const functions = () => ({ one: { events: [{ subscription: { agent: 'a', visibilityTimeout: 60 } }] } });
    expect(() => expand(functions(), { timeout: 11 })).toThrow(/6 × 11 s = 66 s/);
    expect(() => expand(functions())).not.toThrow();
  });
});
