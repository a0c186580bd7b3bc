import { attributeOf, type Resource, type ResourceMap, ref, resourcesOf, type Template } from '../template.ts';
import { MAX_METRICS } from './alarm.ts';
import { idOf } from './owners.ts';

/**
 * Alarms on queues from which nothing receives: their mapping is disabled, or their containers do not run. A consumer that
 * waits for messages asks for them all the time, and SQS counts each answer, also the empty one.
 *
 * Each queue has two metrics and a digit. SQS reports nothing of a queue that nobody has used for six hours, so the alarm
 * then keeps its state.
 */
export function consumerAlarms(template: Template, stage: string, topic: string): ResourceMap {
  const queues = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').flatMap(([, { Properties }]) => {
    const id = idOf(Properties.EventSourceArn) ?? '';
    return template.Resources[id]?.Type === 'AWS::SQS::Queue' ? [id] : [];
  });
  const inOne = MAX_METRICS / 2;
  return Object.fromEntries(
    Array.from({ length: Math.ceil(queues.length / inOne) }, (_, index) => {
      const suffix = index === 0 ? '' : String(index + 1);
      const some = queues.slice(index * inOne, (index + 1) * inOne);
      const name = ['starling', stage, 'consumers', suffix].filter((part) => part !== '').join('-');
      return [`Consumers${suffix}Alarm`, consumersAlarm(name, some, template, topic)];
    }),
  );
}

function consumersAlarm(name: string, queues: readonly string[], template: Template, topic: string): Resource {
  const metrics = queues.flatMap((id, index) => [
    receives(`received${index}`, 'NumberOfMessagesReceived', id),
    receives(`empty${index}`, 'NumberOfEmptyReceives', id),
  ]);
  const digits = queues.map((_, index) => ({
    Id: `digit${index}`,
    Expression: `IF(SUM([received${index}, empty${index}]) < 1, ${10 ** index}, 0)`,
    ReturnData: false,
  }));
  const names = queues.map((id, index) => `${10 ** index}: ${template.Resources[id]?.Properties.QueueName}.`);
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: name,
      AlarmDescription: `Nothing receives from a queue: its event source mapping is disabled, or its containers do not run. The value has a 1 for each queue. ${names.join(' ')}`,
      Metrics: [
        ...metrics,
        ...digits,
        {
          Id: 'idle',
          Label: 'queues without a consumer',
          Expression: `SUM([${digits.map(({ Id }) => Id).join(', ')}])`,
          ReturnData: true,
        },
      ],
      // A deployment that changes a mapping may stop it for a minute or two.
      EvaluationPeriods: 5,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
      AlarmActions: [ref(topic)],
      OKActions: [ref(topic)],
    },
  };
}

function receives(Id: string, MetricName: string, queue: string) {
  const Dimensions = [{ Name: 'QueueName', Value: attributeOf(queue, 'QueueName') }];
  return {
    Id,
    MetricStat: { Metric: { Namespace: 'AWS/SQS', MetricName, Dimensions }, Stat: 'Sum', Period: 60 },
    ReturnData: false,
  };
}
