import { type Resource, ref } from '../template.ts';

/** What an alarm watches, and above which value it goes off. */
export interface Alarm {
  readonly name: unknown;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  readonly statistic: 'Sum' | 'Maximum' | 'Average';
  readonly above: number;
}

/**
 * One minute over the value is enough, as every value here is a failure; no data is none.
 *
 * @param topic the logical id of the SNS topic that is told when it begins and when it is over
 * @param condition of the resource that is watched
 */
export function alarmResource(alarm: Alarm, topic: string, condition: string | undefined): Resource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    ...(condition !== undefined && { Condition: condition }),
    Properties: {
      AlarmName: alarm.name,
      AlarmDescription: alarm.description,
      Namespace: alarm.namespace,
      MetricName: alarm.metric,
      Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistic: alarm.statistic,
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: alarm.above,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [ref(topic)],
      OKActions: [ref(topic)],
    },
  };
}
