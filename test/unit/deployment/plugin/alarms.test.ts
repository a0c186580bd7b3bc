// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Fn::Sub
import { describe, expect, it } from 'vitest';
import { alarms } from '#deployment/plugin/alarms/step.ts';
import type { ResourceMap } from '#deployment/plugin/template.ts';
import { serverlessOf, silent } from './serverless.ts';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** The alarms that are added to a template. */
function alarmsOf(resources: ResourceMap): ResourceMap {
  const template = { Resources: { ...resources } };
  alarms(serverlessOf({}, { template }), silent).finish?.();
  return Object.fromEntries(Object.entries(template.Resources).filter(([id]) => !(id in resources)));
}

/** The alarms without those that have tests of their own. */
function ownAlarmsOf(resources: ResourceMap): ResourceMap {
  const { ConcurrencyAlarm: _concurrency, ConsumersAlarm: _consumers, ...own } = alarmsOf(resources);
  return own;
}

const queues: ResourceMap = {
  Queue: {
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName: 'q', RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 3 } },
  },
  Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q-dlq' } },
};

const echo: ResourceMap = { Echo: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 's-echo' } } };

function mapping(properties: Record<string, unknown>): ResourceMap {
  return {
    Mapping: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { FunctionName: arn('Echo'), ...properties } },
  };
}

/** The names of the alarms, with the metrics that each looks at: in the order of their digits. */
function namesOf(alarms: ResourceMap): Record<string, readonly [name: unknown, ...metrics: string[]]> {
  return Object.fromEntries(
    Object.entries(alarms).map(([id, { Properties }]) => {
      const queries = (Properties.Metrics ?? []) as { MetricStat?: { Metric: { MetricName: string } } }[];
      const several = queries.flatMap(({ MetricStat }) => MetricStat?.Metric.MetricName ?? []);
      const metrics = Properties.MetricName === undefined ? several : [String(Properties.MetricName)];
      return [id, [Properties.AlarmName, ...metrics]];
    }),
  );
}

describe('an alarm', () => {
  it('on one metric tells the topic when it begins and when it is over', () => {
    const stream = { Type: 'AWS::Kinesis::Stream', Properties: { Name: 's' } };
    expect(alarmsOf({ Stream: stream }).StreamAlarm).toEqual({
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: 's-throttles',
        AlarmDescription: 'The stream s fails: it refused records: give it more shards.',
        Namespace: 'AWS/Kinesis',
        MetricName: 'WriteProvisionedThroughputExceeded',
        Dimensions: [{ Name: 'StreamName', Value: { Ref: 'Stream' } }],
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
        AlarmActions: [{ Ref: 'AlarmTopic' }],
        OKActions: [{ Ref: 'AlarmTopic' }],
      },
    });
  });

  it('on several metrics has a digit for each, and says what it means', () => {
    const metric = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName,
          Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'Echo' } }],
        },
        Stat: 'Sum',
        Period: 60,
      },
      ReturnData: false,
    });
    expect(alarmsOf(echo).EchoAlarm?.Properties).toEqual({
      AlarmName: 's-echo',
      AlarmDescription:
        "The function s-echo fails. The value has a 1 for each problem. 1: it crashed, timed out or threw: see its log. 10: it was refused for want of concurrency: raise its reserve or the account's limit.",
      Metrics: [
        metric('errors', 'Errors'),
        metric('throttles', 'Throttles'),
        { Id: 'errorsDigit', Expression: 'IF(errors > 0, 1, 0)', ReturnData: false },
        { Id: 'throttlesDigit', Expression: 'IF(throttles > 0, 10, 0)', ReturnData: false },
        {
          Id: 'failing',
          Label: 'failing checks',
          Expression: 'SUM([errorsDigit, throttlesDigit])',
          ReturnData: true,
        },
      ],
      EvaluationPeriods: 5,
      DatapointsToAlarm: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: 'AlarmTopic' }],
      OKActions: [{ Ref: 'AlarmTopic' }],
    });
  });

  it.each<[what: string, resources: ResourceMap, alarms: ReturnType<typeof namesOf>]>([
    [
      'a queue without a function: its age, and its dead letters',
      queues,
      { QueueAlarm: ['q', 'ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible'] },
    ],
    [
      'a function with its queue, its dead letters, its rule and its schedule',
      {
        ...echo,
        ...queues,
        ...mapping({ EventSourceArn: arn('Queue') }),
        Rule: { Type: 'AWS::Events::Rule', Properties: { Name: 'r', Targets: [{ Arn: arn('Queue') }] } },
        Tick: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: arn('Echo') }] } },
      },
      {
        EchoAlarm: [
          's-echo',
          'Errors',
          'Throttles',
          'starling_quarantined_total',
          'ApproximateAgeOfOldestMessage',
          'ApproximateNumberOfMessagesVisible',
          'FailedInvocations',
          'FailedInvocations',
        ],
      },
    ],
    [
      'the consumer of a stream, and the queue of what it gave up',
      {
        ...echo,
        ...mapping({ StartingPosition: 'LATEST', DestinationConfig: { OnFailure: { Destination: arn('Lost') } } }),
        Lost: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'lost' } },
      },
      {
        EchoAlarm: [
          's-echo',
          'Errors',
          'Throttles',
          'starling_quarantined_total',
          'ApproximateNumberOfMessagesVisible',
          'IteratorAge',
        ],
      },
    ],
    [
      'the deadlines of an agent',
      {
        ...echo,
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: {
            Name: 'r',
            Targets: [{ Arn: arn('Echo') }],
            EventPattern: { detail: { data: { agentId: ['e'] } } },
          },
        },
      },
      { EchoAlarm: ['s-echo', 'Errors', 'Throttles', 'FailedInvocations', 'starling_deadlines_missed_total'] },
    ],
    [
      'an authorizer, without its errors',
      {
        ...echo,
        Authorizer: { Type: 'AWS::ApiGateway::Authorizer', Properties: { AuthorizerUri: arn('Echo') } },
      },
      { EchoAlarm: ['s-echo', 'starling_authorizer_failures_total', 'Duration', 'Throttles'] },
    ],
    [
      'the quarantine of a gateway',
      { ...echo, Method: { Type: 'AWS::ApiGateway::Method', Properties: { Integration: { Uri: arn('Echo') } } } },
      { EchoAlarm: ['s-echo', 'Errors', 'Throttles', 'starling_quarantined_total'] },
    ],
    [
      'a schedule that invokes nothing',
      {
        ...echo,
        Tick: {
          Type: 'AWS::Events::Rule',
          Properties: { ScheduleExpression: 'rate(2 hours)', Targets: [{ Arn: arn('Echo') }] },
        },
      },
      {
        EchoAlarm: ['s-echo', 'Errors', 'Throttles', 'FailedInvocations'],
        EchoSilentAlarm: ['s-echo-silent', 'Invocations'],
      },
    ],
    [
      'no silence of a schedule that is off',
      {
        ...echo,
        Tick: {
          Type: 'AWS::Events::Rule',
          Properties: { ScheduleExpression: 'rate(1 minute)', State: 'DISABLED', Targets: [{ Arn: arn('Echo') }] },
        },
      },
      { EchoAlarm: ['s-echo', 'Errors', 'Throttles', 'FailedInvocations'] },
    ],
    [
      'the containers of a service',
      {
        Service: {
          Type: 'AWS::ECS::Service',
          Properties: { ServiceName: 's-echo', Cluster: { Ref: 'Cluster' }, DesiredCount: 2 },
        },
      },
      { ServiceContainersAlarm: ['s-echo-containers', 'CPUUtilization'] },
    ],
    [
      'the throttles of six tables, in two alarms',
      Object.fromEntries(
        ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [
          name,
          { Type: 'AWS::DynamoDB::Table', Properties: { TableName: name } },
        ]),
      ),
      {
        TablesAlarm: [
          'starling-dev-tables',
          ...['a', 'b', 'c', 'd', 'e'].flatMap(() => ['ReadThrottleEvents', 'WriteThrottleEvents']),
        ],
        Tables2Alarm: ['starling-dev-tables-2', 'ReadThrottleEvents', 'WriteThrottleEvents'],
      },
    ],
    [
      'the throttles of EventBridge',
      { Bus: { Type: 'AWS::Events::EventBus', Properties: {} } },
      { BusThrottlesAlarm: ['starling-dev-bus', 'PutEventsApproximateThrottledCount', 'ThrottledRules'] },
    ],
    [
      'a rule without a function',
      { Rule: { Type: 'AWS::Events::Rule', Properties: { Name: 'r', EventBusName: 'b' } } },
      { RuleAlarm: ['r-rule', 'FailedInvocations'] },
    ],
    [
      'a rule that has no name',
      { Tick: { Type: 'AWS::Events::Rule', Properties: {} } },
      { TickAlarm: [{ 'Fn::Sub': '${AWS::StackName}-Tick' }, 'FailedInvocations'] },
    ],
    [
      'a pipe to no function',
      { Pipe: { Type: 'AWS::Pipes::Pipe', Properties: { Name: 'p' } } },
      { PipeAlarm: ['p-pipe', 'ExecutionFailed'] },
    ],
    [
      'the API',
      {
        Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'dev-api' } },
        Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'dev' } },
      },
      { StageAlarm: ['dev-api-5xx', '5XXError'] },
    ],
  ])('watches %s', (_, resources, expected) => {
    expect(namesOf(ownAlarmsOf(resources))).toEqual(expected);
  });

  it('of what does not run goes off without values', () => {
    const tick = { ScheduleExpression: 'rate(2 hours)', Targets: [{ Arn: arn('Echo') }] };
    const { EchoSilentAlarm } = alarmsOf({ ...echo, Tick: { Type: 'AWS::Events::Rule', Properties: tick } });
    expect(EchoSilentAlarm?.Properties).toMatchObject({
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'Echo' } }],
      Statistic: 'Sum',
      Period: 7200,
      EvaluationPeriods: 5,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      AlarmActions: [{ Ref: 'AlarmTopic' }],
    });
  });

  it('of the containers counts them by their samples', () => {
    const service = { ServiceName: 's-echo', Cluster: { Ref: 'Cluster' }, DesiredCount: 2 };
    const { ServiceContainersAlarm } = alarmsOf({ Service: { Type: 'AWS::ECS::Service', Properties: service } });
    expect(ServiceContainersAlarm?.Properties).toMatchObject({
      Dimensions: [
        { Name: 'ClusterName', Value: { Ref: 'Cluster' } },
        { Name: 'ServiceName', Value: 's-echo' },
      ],
      Statistic: 'SampleCount',
      Period: 60,
      Threshold: 2,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it('of consumers has a digit for each queue from which nothing receives', () => {
    const sixQueues = Array.from({ length: 6 }, (_, index) => [
      [`Queue${index}`, { Type: 'AWS::SQS::Queue', Properties: { QueueName: `q${index}` } }] as const,
      [
        `Mapping${index}`,
        {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { EventSourceArn: arn(`Queue${index}`), FunctionName: arn(`Echo${index}`) },
        },
      ] as const,
      [`Echo${index}`, { Type: 'AWS::Lambda::Function', Properties: { FunctionName: `s-echo${index}` } }] as const,
    ]).flat();
    const { ConsumersAlarm, Consumers2Alarm } = alarmsOf(Object.fromEntries(sixQueues));
    const expressions = ({ Metrics = [] }: { Metrics?: unknown } = {}) =>
      (Metrics as { Expression?: string }[]).flatMap(({ Expression }) => Expression ?? []);
    expect(expressions(ConsumersAlarm?.Properties)).toEqual([
      ...[0, 1, 2, 3, 4].map((index) => `IF(SUM([received${index}, empty${index}]) < 1, ${10 ** index}, 0)`),
      'SUM([digit0, digit1, digit2, digit3, digit4])',
    ]);
    expect(ConsumersAlarm?.Properties.AlarmDescription).toContain('100: q2.');
    expect(Consumers2Alarm?.Properties).toMatchObject({
      AlarmName: 'starling-dev-consumers-2',
      TreatMissingData: 'ignore',
      EvaluationPeriods: 5,
    });
    expect(expressions(Consumers2Alarm?.Properties)).toHaveLength(2);
  });

  it('of the concurrency compares what is claimed with the quota of the account', () => {
    const { Metrics, Threshold } = alarmsOf(echo).ConcurrencyAlarm?.Properties ?? {};
    const queries = Metrics as { Expression?: string; MetricStat?: { Metric: { MetricName: string } } }[];
    expect(queries.map(({ Expression, MetricStat }) => Expression ?? MetricStat?.Metric.MetricName)).toEqual([
      'ClaimedAccountConcurrency',
      'ResourceCount',
      '100 * claimed / SERVICE_QUOTA(used)',
    ]);
    expect(Threshold).toBe(80);
  });

  it.each([
    ['Lambda', {}, 'starling-dev-echo'],
    [
      'a container',
      { Service: { Type: 'AWS::ECS::Service', Properties: { ServiceName: 'starling-dev-echo', DesiredCount: 1 } } },
      'echo',
    ],
  ])('finds the quarantined events of a function on %s', (_, more: ResourceMap, label) => {
    const { EchoAlarm } = alarmsOf({
      Echo: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'starling-dev-echo' } },
      ...mapping({ EventSourceArn: arn('Queue') }),
      ...more,
    });
    const queries = EchoAlarm?.Properties.Metrics as { Id: string; MetricStat?: { Metric: object } }[];
    expect(queries.find(({ Id }) => Id === 'quarantined')?.MetricStat?.Metric).toEqual({
      Namespace: 'Starling',
      MetricName: 'starling_quarantined_total',
      Dimensions: [
        { Name: 'service', Value: 'starling-dev' },
        { Name: 'function', Value: label },
      ],
    });
  });

  it('gives each metric an id of its own', () => {
    const tick = { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: arn('Echo') }] } };
    const { EchoAlarm } = alarmsOf({ ...echo, Tick: tick, Tock: tick });
    const ids = ((EchoAlarm?.Properties.Metrics ?? []) as { Id: string }[]).map(({ Id }) => Id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('undeliverable2');
  });

  it('finds a rule by its bus too, and a schedule without', () => {
    const { RuleAlarm, TickAlarm } = alarmsOf({
      Rule: { Type: 'AWS::Events::Rule', Properties: { Name: 'r', EventBusName: { Ref: 'Bus' } } },
      Tick: { Type: 'AWS::Events::Rule', Properties: {} },
    });
    expect(RuleAlarm?.Properties.Dimensions).toEqual([
      { Name: 'RuleName', Value: 'r' },
      { Name: 'EventBusName', Value: { Ref: 'Bus' } },
    ]);
    expect(TickAlarm?.Properties.Dimensions).toEqual([{ Name: 'RuleName', Value: { Ref: 'Tick' } }]);
  });

  it('is there when what it watches is, and not in the alarm of a function that is always there', () => {
    const rule = {
      Type: 'AWS::Events::Rule',
      Condition: 'HasEventLog',
      Properties: { Name: 'r', Targets: [{ Arn: arn('Echo') }] },
    };
    const { RuleAlarm, EchoAlarm } = alarmsOf({ ...echo, Rule: rule });
    expect(RuleAlarm?.Condition).toBe('HasEventLog');
    expect(EchoAlarm?.Condition).toBeUndefined();
  });

  it('has a description that CloudWatch takes', () => {
    const long = 'x'.repeat(64);
    const fifo: ResourceMap = {
      Echo: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: long } },
      ...mapping({ EventSourceArn: arn('Queue') }),
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: `${long}.fifo`, RedrivePolicy: { deadLetterTargetArn: arn('Dead') } },
      },
      Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `${long}-dlq.fifo` } },
      Intake: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: `${long}-intake`, RedrivePolicy: { deadLetterTargetArn: arn('Undelivered') } },
      },
      Undelivered: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `${long}-undelivered` } },
      Pipe: {
        Type: 'AWS::Pipes::Pipe',
        Properties: { Name: long, Source: arn('Intake'), Target: arn('Queue') },
      },
      Rule: { Type: 'AWS::Events::Rule', Properties: { Name: long, Targets: [{ Arn: arn('Intake') }] } },
    };
    const alarms = ownAlarmsOf(fifo);
    expect(Object.keys(alarms)).toEqual(['EchoAlarm']);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    expect(String(alarms.EchoAlarm?.Properties.AlarmDescription).length).toBeLessThanOrEqual(1024);
  });
});
