// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Fn::Sub
import { type Breach, change, remove, the } from './breach.ts';

/** Ways to lose what is kept, or not to hear of it. */
export const breachesOfSafety: readonly Breach[] = [
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
    what: 'a policy for removals that is none for replacements',
    rule: 'policiesOfReplacement',
    breach: (template) => {
      template.Resources.EchoLogGroup = {
        ...the(template, 'EchoLogGroup'),
        UpdateReplacePolicy: 'RetainExceptOnCreate',
      };
    },
    found: ['EchoLogGroup: is replaced by RetainExceptOnCreate'],
  },
  {
    what: 'a FIFO queue before dead letters of the other kind',
    rule: 'waysOfOrder',
    breach: change('EchoSubscriptionQueue', 'FifoQueue', true),
    found: [
      'EchoSubscriptionQueue: has dead letters of the other kind',
      'EchoSubscriptionQueue: has a name of the other kind',
    ],
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
    what: 'a function that is woken by no call and traces each of its runs',
    rule: 'observed',
    breach: change('SweeperLambdaFunction', 'TracingConfig.Mode', 'Active'),
    found: ['SweeperLambdaFunction: is traced in each second, which nobody can set'],
  },
  {
    what: 'a sampling rule for another API',
    rule: 'observed',
    breach: change('SamplingRule', 'SamplingRule.ServiceName', 'dev-other/dev'),
    found: ['ApiStage: is sampled by no rule of its own'],
  },
  {
    what: 'a sampling rule with a reservoir',
    rule: 'observed',
    breach: change('SamplingRule', 'SamplingRule.ReservoirSize', 1),
    found: ['ApiStage: records the first call of each second'],
  },
  {
    what: 'a sampling rule that records every call',
    rule: 'observed',
    breach: change('SamplingRule', 'SamplingRule.FixedRate', 1),
    found: ['ApiStage: records too many calls'],
  },
  {
    what: 'a function whose metrics Lambda keeps back',
    rule: 'observed',
    breach: change('EchoLambdaFunction', 'LoggingConfig.ApplicationLogLevel', 'WARN'),
    found: ['EchoLambdaFunction: has lines of its log kept back by Lambda'],
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
    what: 'queues whose policy lets no rule in',
    rule: 'openQueues',
    breach: change('AgentQueuesPolicy', 'Queues', [{ Ref: 'EchoSubscriptionQueue' }]),
    found: [
      'CalculatorSubscriptionRule: may not send to CalculatorSubscriptionQueue',
      'WeatherSubscriptionRule: may not send to WeatherSubscriptionQueue',
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
      ['ArtifactStreamAlarm', 'ArtifactStream', 'WriteProvisionedThroughputExceeded'],
      ['ApiStageAlarm', 'ApiStage', '5XXError'],
      ['ConcurrencyAlarm', 'the account', 'ClaimedAccountConcurrency'],
    ] as const
  ).map(([alarm, id, metric]) => ({
    what: `${id} without an alarm on ${metric}`,
    rule: 'alarms' as const,
    breach: remove(alarm),
    found: [`${id}: has no alarm on ${metric}`],
  })),
  ...(
    [
      ['Echo', 'EchoSubscriptionDeadLetterQueue', 'ApproximateNumberOfMessagesVisible'],
      ['Echo', 'EchoSubscriptionQueue', 'ApproximateAgeOfOldestMessage'],
      ['Echo', 'EchoLambdaFunction', 'Errors'],
      ['Echo', 'EchoLambdaFunction', 'Throttles'],
      ['Echo', 'EchoSubscriptionRule', 'FailedInvocations'],
      ['Chunks', 'ChunksEventSourceMappingKinesisArtifactStream', 'IteratorAge'],
    ] as const
  ).flatMap(([name, id, metric]) => {
    const alarm = `${name}LambdaFunctionAlarm`;
    const found = [`${id}: has no alarm on ${metric}`];
    return [
      { what: `an alarm without ${metric} of ${id}`, rule: 'alarms' as const, breach: unwatch(alarm, metric), found },
      {
        what: `an alarm that ignores ${metric} of ${id}`,
        rule: 'alarms' as const,
        breach: ignore(alarm, metric),
        found,
      },
    ];
  }),
  {
    what: 'a table that is throttled in silence',
    rule: 'alarms',
    breach: (template) => {
      const queries = the(template, 'TablesAlarm').Properties.Metrics as readonly Query[];
      for (const query of queries) if (query.Expression?.startsWith('IF(reads ')) query.Expression = '0';
    },
    found: ['TasksTable: has no alarm on ReadThrottleEvents'],
  },
  {
    what: 'a bus that is throttled in silence',
    rule: 'alarms',
    breach: remove('BusThrottlesAlarm'),
    found: [
      'the account: has no alarm on PutEventsApproximateThrottledCount',
      'the account: has no alarm on ThrottledRules',
    ],
  },
  {
    what: 'mappings that are disabled in silence',
    rule: 'alarms',
    breach: remove('ConsumersAlarm'),
    found: ['Projector', 'Echo', 'Calculator', 'Weather'].map(
      (name) => `${name}EventSourceMappingSQS${name}SubscriptionQueue: may be disabled in silence`,
    ),
  },
  {
    what: 'a sweeper that stops in silence',
    rule: 'alarms',
    breach: remove('SweeperLambdaFunctionSilentAlarm'),
    found: ['SweeperEventsRuleSchedule1: may stop in silence'],
  },
  {
    what: 'an agent that misses deadlines in silence',
    rule: 'alarms',
    breach: unwatch('EchoLambdaFunctionAlarm', 'starling_deadlines_missed_total'),
    found: ['EchoSubscriptionRule: misses deadlines in silence'],
  },
  {
    what: 'a consumer that quarantines in silence',
    rule: 'alarms',
    breach: unwatch('EchoLambdaFunctionAlarm', 'starling_quarantined_total'),
    found: ['EchoEventSourceMappingSQSEchoSubscriptionQueue: quarantines in silence'],
  },
  {
    what: 'an authorizer that fails in silence',
    rule: 'alarms',
    breach: unwatch('AuthorizerLambdaFunctionAlarm', 'starling_authorizer_failures_total'),
    found: ['AuthorizerLambdaFunction: fails in silence'],
  },
  {
    what: 'an alarm that bad tokens set off',
    rule: 'alarms',
    breach: rewatch('AuthorizerLambdaFunctionAlarm', 'Throttles', 'Errors'),
    found: [
      'AuthorizerLambdaFunction: has no alarm on Throttles',
      'AuthorizerLambdaFunction: sets an alarm off for a bad token',
    ],
  },
  ...(
    [
      ['a function and a queue', '"starling-dev-echo"', ['EchoLambdaFunction', 'EchoSubscriptionQueue']],
      ['a table', '"starling-dev-tasks"', ['TasksTable']],
      ['an alarm', ':alarm:starling-dev-echo"', ['EchoLambdaFunctionAlarm']],
    ] as const
  ).map(([what, name, ids]) => ({
    what: `a dashboard without ${what}`,
    rule: 'dashboard' as const,
    breach: redraw(name, '"'),
    found: ids.map((id) => `${id}: is not on the dashboard`),
  })),
  {
    what: 'a dashboard that CloudFormation cannot put together',
    rule: 'dashboard',
    breach: redraw('## Calls', '## ${Unknown}'),
    found: ['Dashboard: refers to ${Unknown}'],
  },
  {
    what: 'an alarm that tells nobody',
    rule: 'alarms',
    breach: change('ApiStageAlarm', 'AlarmActions'),
    found: ['ApiStageAlarm: tells nobody'],
  },
];

interface Query {
  readonly Id: string;
  readonly MetricStat?: { readonly Metric: { readonly MetricName: string } };
  Expression?: string;
}

/** Writes another text on the dashboard. */
function redraw(text: string, other: string): Breach['breach'] {
  return (template) => {
    const body = the(template, 'Dashboard').Properties.DashboardBody as { 'Fn::Sub': string };
    body['Fn::Sub'] = body['Fn::Sub'].replaceAll(text, other);
  };
}

/** Takes a metric out of an alarm of several. */
function unwatch(alarm: string, metric: string): Breach['breach'] {
  return (template) => {
    const { Properties } = the(template, alarm);
    const queries = Properties.Metrics as readonly Query[];
    Properties.Metrics = queries.filter(({ MetricStat }) => MetricStat?.Metric.MetricName !== metric);
  };
}

/** Has an alarm look at another metric. */
function rewatch(alarm: string, metric: string, other: string): Breach['breach'] {
  return (template) => {
    const queries = the(template, alarm).Properties.Metrics as readonly Query[];
    for (const { MetricStat } of queries) {
      if (MetricStat?.Metric.MetricName === metric) Object.assign(MetricStat.Metric, { MetricName: other });
    }
  };
}

/** Leaves a metric in an alarm whose expression does not look at it. */
function ignore(alarm: string, metric: string): Breach['breach'] {
  return (template) => {
    const queries = the(template, alarm).Properties.Metrics as readonly Query[];
    const id = queries.find(({ MetricStat }) => MetricStat?.Metric.MetricName === metric)?.Id;
    for (const query of queries) {
      if (query.Expression?.startsWith(`IF(${id} `)) query.Expression = '0';
    }
  };
}
