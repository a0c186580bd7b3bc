import type { Template } from '#deployment/plugin/template.ts';
import { at, each, idOf, isForDeadLetters, type Properties, type Rule } from './template.ts';

/** What fails for good is kept somewhere, and what fails for now is tried again without its neighbours. */
export const deadLetters: Rule = (template) => [
  ...each(template, 'AWS::Lambda::EventSourceMapping', (mapping) => {
    const isStream = mapping.StartingPosition !== undefined;
    const queue = template.Resources[idOf(mapping.EventSourceArn) ?? '']?.Properties;
    const target = idOf(at(queue, 'RedrivePolicy.deadLetterTargetArn'));
    const lost = idOf(at(mapping, 'DestinationConfig.OnFailure.Destination'));
    const parts = (mapping.FunctionResponseTypes ?? []) as readonly string[];
    return [
      !parts.includes('ReportBatchItemFailures') && 'fails a batch as a whole',
      !isStream && !isQueue(template, target) && 'consumes a queue without a dead-letter queue',
      isStream && !isQueue(template, lost) && 'forgets records that failed for good',
      isStream && !(Number(mapping.MaximumRetryAttempts) >= 0) && 'is held up by a record for as long as it is kept',
      isStream && mapping.BisectBatchOnFunctionError !== true && 'gives up good records with a bad one',
      !isStream && tooSoon(template, queue, mapping),
    ];
  }),
  ...each(template, 'AWS::Events::Rule', (rule) =>
    ((rule.Targets ?? []) as readonly Properties[]).map((target) => {
      const type = template.Resources[idOf(target.Arn) ?? '']?.Type;
      // A schedule comes again by itself, and the log of events is a copy.
      const isLog = String(at(target.Arn, 'Fn::Sub')).includes(':log-group:');
      if (type === 'AWS::Lambda::Function' || isLog) return undefined;
      return !isQueue(template, idOf(at(target, 'DeadLetterConfig.Arn'))) && 'loses what it cannot deliver';
    }),
  ),
];

/** A rule sends to a queue only where the policy of the queue allows it. */
export const openQueues: Rule = (template) => {
  const policies = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::SQS::QueuePolicy');
  const open = policies.flatMap(({ Properties }) => ((Properties.Queues ?? []) as readonly unknown[]).map(idOf));
  return each(template, 'AWS::Events::Rule', (rule) =>
    ((rule.Targets ?? []) as readonly Properties[])
      .flatMap((target) => [idOf(target.Arn), idOf(at(target, 'DeadLetterConfig.Arn'))])
      .map((id) => isQueue(template, id) && !open.includes(id) && `may not send to ${id}`),
  );
};

/** A queue and the one of its dead letters are both FIFO or neither; what a pipe takes in and cannot put out is kept. */
export const waysOfOrder: Rule = (template) => [
  ...each(template, 'AWS::SQS::Queue', (queue) => {
    const target = template.Resources[idOf(at(queue, 'RedrivePolicy.deadLetterTargetArn')) ?? '']?.Properties;
    return [
      target !== undefined && target.FifoQueue !== queue.FifoQueue && 'has dead letters of the other kind',
      (queue.FifoQueue === true) !== String(queue.QueueName).endsWith('.fifo') && 'has a name of the other kind',
    ];
  }),
  ...each(template, 'AWS::Pipes::Pipe', (pipe) => {
    const source = template.Resources[idOf(pipe.Source) ?? '']?.Properties;
    return [
      !isQueue(template, idOf(at(source, 'RedrivePolicy.deadLetterTargetArn'))) && 'loses what it cannot deliver',
      at(pipe, 'SourceParameters.SqsQueueParameters.BatchSize') !== 1 && 'fails good events with a bad one',
    ];
  }),
];

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function tooSoon(template: Template, queue: Properties | undefined, mapping: Properties): string | false {
  const timeout = Number(template.Resources[idOf(mapping.FunctionName) ?? '']?.Properties.Timeout);
  return !(Number(queue?.VisibilityTimeout) >= 6 * timeout) && 'shows a message again while it is worked on';
}

function isQueue(template: Template, id: string | undefined): boolean {
  return template.Resources[id ?? '']?.Type === 'AWS::SQS::Queue';
}

/** By which metrics each type of resource has to be watched. */
type Metrics = (properties: Properties, isDeadLetterQueue: boolean, isAuthorizer: boolean) => readonly string[];
const watched: Readonly<Record<string, Metrics>> = {
  'AWS::SQS::Queue': (_, isDeadLetterQueue) =>
    isDeadLetterQueue ? ['ApproximateNumberOfMessagesVisible'] : ['ApproximateAgeOfOldestMessage'],
  'AWS::Lambda::Function': (_, __, isAuthorizer) =>
    // Lambda counts each bad token as an error of the authorizer.
    isAuthorizer ? ['Duration', 'Throttles'] : ['Errors', 'Throttles'],
  'AWS::Events::Rule': () => ['FailedInvocations'],
  'AWS::DynamoDB::Table': () => ['ReadThrottleEvents', 'WriteThrottleEvents'],
  'AWS::ECS::Service': () => ['CPUUtilization'],
  'AWS::Pipes::Pipe': () => ['ExecutionFailed'],
  'AWS::Kinesis::Stream': () => ['WriteProvisionedThroughputExceeded'],
  'AWS::ApiGateway::Stage': () => ['5XXError'],
};

/** Somebody hears of everything that fails. */
export const alarms: Rule = (template) => [
  ...Object.entries(watched).flatMap(([type, metrics]) =>
    each(template, type, (properties, id) =>
      metrics(properties, isForDeadLetters(id), authorizersOf(template).includes(id)).map(
        (metric) => !isWatched(template, id, properties, metric) && `has no alarm on ${metric}`,
      ),
    ),
  ),
  ...each(template, 'AWS::Lambda::EventSourceMapping', (mapping) => {
    const functionId = idOf(mapping.FunctionName) ?? '';
    const lambda = template.Resources[functionId]?.Properties ?? {};
    const isStream = mapping.StartingPosition !== undefined;
    const queue = isStream ? undefined : idOf(mapping.EventSourceArn);
    return [
      isStream && !isWatched(template, functionId, lambda, 'IteratorAge') && 'has no alarm on IteratorAge',
      queue !== undefined && !isWatched(template, queue, {}, 'NumberOfEmptyReceives') && 'may be disabled in silence',
      !isCounted(template, 'starling_quarantined_total', { Name: 'function', Value: lambda.FunctionName }) &&
        'quarantines in silence',
    ];
  }),
  ...each(template, 'AWS::Events::Rule', ({ EventPattern, ScheduleExpression, Targets }) => {
    const agent = at(EventPattern, 'detail.data.agentId.0');
    const target = idOf(at(Targets, '0.Arn')) ?? '';
    return [
      agent !== undefined &&
        !isCounted(template, 'starling_deadlines_missed_total', { Name: 'agent', Value: agent }) &&
        'misses deadlines in silence',
      ScheduleExpression !== undefined && !isWatched(template, target, {}, 'Invocations') && 'may stop in silence',
    ];
  }),
  ...['PutEventsApproximateThrottledCount', 'ThrottledRules', 'ClaimedAccountConcurrency'].flatMap((metric) =>
    isWatchedByAny(template, metric) ? [] : [`the account: has no alarm on ${metric}`],
  ),
  ...authorizersOf(template).flatMap((id) => [
    ...(isWatched(template, id, template.Resources[id]?.Properties ?? {}, 'Errors')
      ? [`${id}: sets an alarm off for a bad token`]
      : []),
    ...(isCounted(template, 'starling_authorizer_failures_total') ? [] : [`${id}: fails in silence`]),
  ]),
  ...each(template, 'AWS::CloudWatch::Alarm', (alarm) => {
    const topics = [alarm.AlarmActions].flat().map(idOf);
    return [topics.every((topic) => template.Resources[topic ?? '']?.Type !== 'AWS::SNS::Topic') && 'tells nobody'];
  }),
];

function authorizersOf(template: Template): string[] {
  return Object.values(template.Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::ApiGateway::Authorizer'
      ? Object.keys(template.Resources).filter((id) => JSON.stringify(Properties.AuthorizerUri).includes(`"${id}"`))
      : [],
  );
}

/** Whether an alarm looks at a metric that the mesh writes, in the namespace and the stage of the mesh. */
function isCounted(template: Template, metric: string, dimension?: { readonly Name: string; readonly Value: unknown }) {
  const stage = { Name: 'service', Value: template.Resources.EventBus?.Properties.Name };
  const dimensions = JSON.stringify(dimension === undefined ? [stage] : [stage, dimension]);
  return Object.values(template.Resources).some(
    ({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::Alarm' &&
      metricsOf(Properties).some(
        ({ Namespace, MetricName, Dimensions }) =>
          Namespace === 'Starling' && MetricName === metric && JSON.stringify(Dimensions) === dimensions,
      ),
  );
}

/** Operators see every function, queue, table and alarm on the dashboard. */
export const dashboard: Rule = (template) => {
  const text = String(at(template.Resources.Dashboard, 'Properties.DashboardBody.Fn::Sub'));
  const variables = text.match(/\$\{(?!!)[^}]*\}/g) ?? [];
  const names = [
    ['AWS::Lambda::Function', 'FunctionName'],
    ['AWS::SQS::Queue', 'QueueName'],
    ['AWS::DynamoDB::Table', 'TableName'],
    ['AWS::CloudWatch::Alarm', 'AlarmName'],
  ] as const;
  return [
    ...variables.filter((variable) => !variable.startsWith('${AWS::')).map((name) => `Dashboard: refers to ${name}`),
    ...names.flatMap(([type, key]) =>
      each(template, type, (properties, _, { Condition }) => {
        const name = at(properties[key], 'Fn::Sub') ?? properties[key];
        const isShown = text.includes(type === 'AWS::CloudWatch::Alarm' ? `:alarm:${name}"` : `"${name}"`);
        return [Condition === undefined && !isShown && 'is not on the dashboard'];
      }),
    ),
  ];
};

/** An alarm's dimension names the resource by its logical id, or by the name that it is given. */
function isWatched(template: Template, id: string, properties: Properties, metric: string): boolean {
  const names: readonly unknown[] = [properties.Name, properties.StageName].filter((name) => name !== undefined);
  return Object.values(template.Resources).some(
    ({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::Alarm' &&
      metricsOf(Properties).some(
        ({ MetricName, Dimensions }) =>
          MetricName === metric &&
          (Dimensions as readonly { Value: unknown }[]).some(
            ({ Value }) => idOf(Value) === id || names.includes(Value),
          ),
      ),
  );
}

function isWatchedByAny(template: Template, metric: string): boolean {
  return Object.values(template.Resources).some(
    ({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::Alarm' && metricsOf(Properties).some(({ MetricName }) => MetricName === metric),
  );
}

interface Query {
  readonly Id: string;
  readonly MetricStat?: { readonly Metric: Properties };
  readonly Expression?: string;
  readonly ReturnData: boolean;
}

/** The metrics that set the alarm off: its only one, or those which its expression looks at, by way of others. */
function metricsOf(alarm: Properties): readonly Properties[] {
  if (alarm.Metrics === undefined) return [alarm];
  const queries = alarm.Metrics as readonly Query[];
  const reached = new Set<Query>(queries.filter(({ ReturnData }) => ReturnData));
  for (const { Expression: expression = '' } of reached) {
    const ids: readonly string[] = expression.match(/[a-z]\w*/g) ?? [];
    for (const query of queries) if (ids.includes(query.Id)) reached.add(query);
  }
  return [...reached].flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat.Metric]));
}
