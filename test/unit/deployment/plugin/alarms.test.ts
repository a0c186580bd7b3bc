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

describe('an alarm', () => {
  it('tells the topic when it begins and when it is over', () => {
    expect(alarmsOf(queues).DeadDeadLetterAlarm).toEqual({
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: 'q-dlq',
        AlarmDescription: 'Messages failed for good: see the dead-letter queue q-dlq.',
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['Dead', 'QueueName'] } }],
        Statistic: 'Maximum',
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

  it.each<[what: string, resources: ResourceMap, alarms: Record<string, [metric: string, name: unknown]>]>([
    [
      'queues: dead letters, and age where messages wait',
      queues,
      {
        QueueAgeAlarm: ['ApproximateAgeOfOldestMessage', 'q-age'],
        DeadDeadLetterAlarm: ['ApproximateNumberOfMessagesVisible', 'q-dlq'],
      },
    ],
    [
      'functions: errors and throttles',
      echo,
      { EchoErrorsAlarm: ['Errors', 's-echo-errors'], EchoThrottlesAlarm: ['Throttles', 's-echo-throttles'] },
    ],
    [
      'the consumer of a stream, and the queue of what it gave up',
      {
        ...echo,
        ...mapping({ StartingPosition: 'LATEST', DestinationConfig: { OnFailure: { Destination: arn('Lost') } } }),
        Lost: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'lost' } },
      },
      {
        EchoErrorsAlarm: ['Errors', 's-echo-errors'],
        EchoThrottlesAlarm: ['Throttles', 's-echo-throttles'],
        MappingIteratorAgeAlarm: ['IteratorAge', 's-echo-iterator-age'],
        LostDeadLetterAlarm: ['ApproximateNumberOfMessagesVisible', 'lost'],
      },
    ],
    [
      'no mapping of a queue',
      { ...echo, ...mapping({}) },
      { EchoErrorsAlarm: ['Errors', 's-echo-errors'], EchoThrottlesAlarm: ['Throttles', 's-echo-throttles'] },
    ],
    [
      'rules',
      { Rule: { Type: 'AWS::Events::Rule', Properties: { Name: 'r', EventBusName: 'b' } } },
      { RuleFailedAlarm: ['FailedInvocations', 'r-rule'] },
    ],
    [
      'schedules, which have no name of their own',
      { Tick: { Type: 'AWS::Events::Rule', Properties: {} } },
      { TickFailedAlarm: ['FailedInvocations', { 'Fn::Sub': '${AWS::StackName}-Tick' }] },
    ],
    [
      'pipes',
      { Pipe: { Type: 'AWS::Pipes::Pipe', Properties: { Name: 'p' } } },
      { PipeFailedAlarm: ['ExecutionFailed', 'p-pipe'] },
    ],
    [
      'streams',
      { Stream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 's' } } },
      { StreamThrottledAlarm: ['WriteProvisionedThroughputExceeded', 's-throttles'] },
    ],
    [
      'the API',
      {
        Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'dev-api' } },
        Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'dev' } },
      },
      { StageFailuresAlarm: ['5XXError', 'dev-api-5xx'] },
    ],
  ])('watches %s', (_, resources, expected) => {
    const alarms = Object.entries(alarmsOf(resources)).map(([id, { Properties }]) => [
      id,
      [Properties.MetricName, Properties.AlarmName],
    ]);
    expect(Object.fromEntries(alarms)).toEqual(expected);
  });

  it('finds a rule by its bus too, and a schedule without', () => {
    const { RuleFailedAlarm, TickFailedAlarm } = alarmsOf({
      Rule: { Type: 'AWS::Events::Rule', Properties: { Name: 'r', EventBusName: { Ref: 'Bus' } } },
      Tick: { Type: 'AWS::Events::Rule', Properties: {} },
    });
    expect(RuleFailedAlarm?.Properties.Dimensions).toEqual([
      { Name: 'RuleName', Value: 'r' },
      { Name: 'EventBusName', Value: { Ref: 'Bus' } },
    ]);
    expect(TickFailedAlarm?.Properties.Dimensions).toEqual([{ Name: 'RuleName', Value: { Ref: 'Tick' } }]);
  });

  it('is there when what it watches is', () => {
    const rule = { Type: 'AWS::Events::Rule', Condition: 'HasEventLog', Properties: { Name: 'r' } };
    expect(alarmsOf({ Rule: rule }).RuleFailedAlarm?.Condition).toBe('HasEventLog');
  });
});
