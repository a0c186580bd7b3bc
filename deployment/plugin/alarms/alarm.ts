import { type Resource, ref } from '../template.ts';

/** The metric of an alarm, and the value above which the alarm goes off. */
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
 * The alarm goes off after one minute above the value, because every such value is a failure. Missing data is no failure.
 *
 * @param topic the logical id of the SNS topic that is notified of the beginning and the end
 * @param condition the condition of the resource
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
