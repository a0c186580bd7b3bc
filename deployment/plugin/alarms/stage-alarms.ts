import { type Resource, type ResourceMap, ref, resourcesOf, type Template } from '../template.ts';
import { alarmResource, type Check, MAX_METRICS } from './alarm.ts';
import type { Mesh } from './checks.ts';

/** The share of the account's concurrency, in percent, above which Lambda soon refuses calls. */
const MAX_CLAIMED_PERCENT = 80;

/** Alarms that no function has: the throttles of services, and the concurrency of the account. */
export function stageAlarms({ template, stage }: Mesh, topic: string): ResourceMap {
  const has = (type: string) => resourcesOf(template, type).length > 0;
  return {
    ...tableAlarms(template, stage, topic),
    ...(has('AWS::Events::EventBus') && { BusThrottlesAlarm: busAlarm(stage, topic) }),
    ...(has('AWS::Lambda::Function') && { ConcurrencyAlarm: concurrencyAlarm(stage, topic) }),
  };
}

/** As many tables in one alarm as it has metrics for. */
function tableAlarms(template: Template, stage: string, topic: string): ResourceMap {
  const tables = resourcesOf(template, 'AWS::DynamoDB::Table');
  const inOne = MAX_METRICS / 2;
  return Object.fromEntries(
    Array.from({ length: Math.ceil(tables.length / inOne) }, (_, index) => {
      const checks = tables
        .slice(index * inOne, (index + 1) * inOne)
        .flatMap(([id, { Properties }]) => tableChecks(id, Properties.TableName));
      const suffix = index === 0 ? '' : `-${index + 1}`;
      const alarm = { name: `starling-${stage}-tables${suffix}`, title: 'DynamoDB throttles tables.', checks };
      return [`Tables${index === 0 ? '' : index + 1}Alarm`, alarmResource(alarm, topic, undefined)];
    }),
  );
}

function tableChecks(id: string, name: unknown): Check[] {
  const check = { namespace: 'AWS/DynamoDB', dimensions: { TableName: ref(id) }, statistic: 'Sum', above: 0 } as const;
  return [
    { ...check, id: 'reads', problem: `reads of ${name}`, metric: 'ReadThrottleEvents' },
    { ...check, id: 'writes', problem: `writes of ${name}`, metric: 'WriteThrottleEvents' },
  ];
}

/** EventBridge has these metrics for the account: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
function busAlarm(stage: string, topic: string): Resource {
  const check = { namespace: 'AWS/Events', dimensions: {}, statistic: 'Sum', above: 0 } as const;
  const checks: readonly Check[] = [
    {
      ...check,
      id: 'puts',
      problem: 'calls of PutEvents were refused',
      metric: 'PutEventsApproximateThrottledCount',
    },
    { ...check, id: 'rules', problem: 'rules deliver late: request a higher quota', metric: 'ThrottledRules' },
  ];
  const title = 'EventBridge throttles this account in this region.';
  return alarmResource({ name: `starling-${stage}-bus`, title, checks }, topic, undefined);
}

/**
 * Claimed is reserved or in use: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html
 */
function concurrencyAlarm(stage: string, topic: string): Resource {
  const usage = { Service: 'Lambda', Type: 'Resource', Resource: 'ConcurrentExecutions', Class: 'None' };
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `starling-${stage}-concurrency`,
      AlarmDescription: `More than ${MAX_CLAIMED_PERCENT} % of the account's concurrency of Lambda is reserved or in use in this region: request a higher quota before calls are refused.`,
      Metrics: [
        { Id: 'claimed', ...maximumOf('AWS/Lambda', 'ClaimedAccountConcurrency', {}) },
        { Id: 'used', ...maximumOf('AWS/Usage', 'ResourceCount', usage) },
        {
          Id: 'percent',
          Label: 'percent of the quota',
          Expression: '100 * claimed / SERVICE_QUOTA(used)',
          ReturnData: true,
        },
      ],
      EvaluationPeriods: 3,
      Threshold: MAX_CLAIMED_PERCENT,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [ref(topic)],
      OKActions: [ref(topic)],
    },
  };
}

function maximumOf(namespace: string, metric: string, dimensions: Readonly<Record<string, string>>) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return {
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: metric, Dimensions },
      Stat: 'Maximum',
      Period: 60,
    },
    ReturnData: false,
  };
}
