import type { Template } from '#deployment/plugin/template.ts';
import { at, each, idOf, isForDeadLetters, type Properties, type Rule } from './template.ts';

const day = 86_400;

/** Everything at rest is encrypted, by a setting that stands there. */
export const encryption: Rule = (template) => [
  ...each(template, 'AWS::SQS::Queue', (queue) => [queue.SqsManagedSseEnabled !== true && 'is not encrypted']),
  ...each(template, 'AWS::DynamoDB::Table', (table) => [
    at(table, 'SSESpecification.SSEEnabled') !== true && 'is not encrypted',
  ]),
  ...each(template, 'AWS::Kinesis::Stream', (stream) => [
    at(stream, 'StreamEncryption.EncryptionType') !== 'KMS' && 'is not encrypted',
  ]),
  ...each(template, 'AWS::SNS::Topic', (topic) => [topic.KmsMasterKeyId === undefined && 'is not encrypted']),
  ...each(template, 'AWS::S3::Bucket', (bucket) => [
    at(bucket, 'BucketEncryption.ServerSideEncryptionConfiguration.0') === undefined && 'is not encrypted',
  ]),
  ...each(template, 'AWS::KMS::Key', (key) => [key.EnableKeyRotation !== true && 'is never rotated']),
];

/** No bucket shows anything to the public, or takes anything by a connection that is not encrypted. */
export const closedBuckets: Rule = (template) =>
  each(template, 'AWS::S3::Bucket', (bucket, id) => {
    const block = at(bucket, 'PublicAccessBlockConfiguration') as Record<string, unknown> | undefined;
    const blocked = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
    const policies = Object.values(template.Resources).filter(
      ({ Type, Properties }) => Type === 'AWS::S3::BucketPolicy' && idOf(Properties.Bucket) === id,
    );
    const statements = policies.flatMap(({ Properties }) => [at(Properties, 'PolicyDocument.Statement')].flat());
    const isTlsOnly = statements.some(
      (statement) =>
        at(statement, 'Effect') === 'Deny' &&
        at(statement, 'Principal') === '*' &&
        String(at(statement, 'Condition.Bool.aws:SecureTransport')) === 'false',
    );
    return [
      !blocked.every((setting) => block?.[setting] === true) && 'may be public',
      !isTlsOnly && 'takes connections that are not encrypted',
    ];
  });

/** What is kept is kept for a time that somebody chose, and what must not be lost can be had back. */
export const retention: Rule = (template) => [
  ...each(template, 'AWS::Logs::LogGroup', (group) => [
    typeof group.RetentionInDays !== 'number' && 'is kept for ever',
  ]),
  ...each(template, 'AWS::Events::Archive', (archive) => [
    typeof archive.RetentionDays !== 'number' && 'is kept for ever',
  ]),
  ...each(template, 'AWS::SQS::Queue', (queue, id) => [
    isForDeadLetters(id) && queue.MessageRetentionPeriod !== 14 * day && 'does not keep dead letters for 14 days',
    Number(queue.MessageRetentionPeriod ?? 0) < 4 * day && 'keeps messages for less than 4 days',
  ]),
  ...each(template, 'AWS::DynamoDB::Table', (table, _, { DeletionPolicy, UpdateReplacePolicy }) => [
    at(table, 'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled') !== true && 'cannot be restored',
    table.BillingMode !== 'PAY_PER_REQUEST' && 'is not on demand',
    DeletionPolicy === undefined && 'does not say what becomes of it with the stack',
    UpdateReplacePolicy !== 'Retain' && 'goes when it is replaced',
  ]),
  ...each(template, 'AWS::S3::Bucket', (bucket, id) => [
    id === 'BlobBucket' && at(bucket, 'LifecycleConfiguration.Rules.0.ExpirationInDays') === undefined && 'only grows',
  ]),
];

/** Every function has a log group of its own, made with the stack. */
export const logGroups: Rule = (template) =>
  each(template, 'AWS::Lambda::Function', ({ FunctionName: name }) => {
    const isThere = Object.values(template.Resources).some(
      ({ Type, Properties }) => Type === 'AWS::Logs::LogGroup' && Properties.LogGroupName === `/aws/lambda/${name}`,
    );
    return [!isThere && 'has no log group'];
  });

/** Calls can be followed, counted and held back. */
export const observed: Rule = (template) => [
  ...each(template, 'AWS::Lambda::Function', (lambda, id) => [
    ...(isWokenByNoCall(template, id)
      ? [at(lambda, 'TracingConfig.Mode') !== 'PassThrough' && 'is traced in each second, which nobody can set']
      : [at(lambda, 'TracingConfig.Mode') !== 'Active' && 'is not traced']),
    // A line without a level, as those of metrics are, is one of INFO:
    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    at(lambda, 'LoggingConfig.LogFormat') === 'JSON' &&
      at(lambda, 'LoggingConfig.ApplicationLogLevel') !== 'DEBUG' &&
      'has lines of its log kept back by Lambda',
  ]),
  ...each(template, 'AWS::ApiGateway::Stage', (stage) => [
    stage.TracingEnabled !== true && 'is not traced',
    ...sampling(template, stage),
    idOf(at(stage, 'AccessLogSetting.DestinationArn')) === undefined && 'has no access log',
    typeof at(stage, 'MethodSettings.0.ThrottlingRateLimit') !== 'number' && 'takes any number of calls',
    typeof at(stage, 'MethodSettings.0.ThrottlingBurstLimit') !== 'number' && 'takes any number of calls at once',
  ]),
];

/** A stream and a schedule bring no decision of a call. */
function isWokenByNoCall(template: Template, functionId: string): boolean {
  const { Resources } = template;
  const streams = Object.values(Resources).filter(
    ({ Type, Properties }) => Type === 'AWS::Lambda::EventSourceMapping' && Properties.StartingPosition !== undefined,
  );
  const schedules = Object.values(Resources).filter(
    ({ Type, Properties }) => Type === 'AWS::Events::Rule' && Properties.ScheduleExpression !== undefined,
  );
  const woken = [
    ...streams.map(({ Properties }) => Properties.FunctionName),
    ...schedules.flatMap(({ Properties }) => (Properties.Targets as readonly Properties[]).map(({ Arn }) => Arn)),
  ];
  return woken.some((value) => idOf(value) === functionId);
}

/** The rule that decides which calls X-Ray records names the API as X-Ray does: `{api}/{stage}`. */
function sampling(template: Template, stage: Properties): (string | false)[] {
  const api = template.Resources[idOf(stage.RestApiId) ?? '']?.Properties.Name;
  const rules = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::XRay::SamplingRule');
  if (rules.length === 0) return [];
  const own = rules.map(({ Properties }) => Properties.SamplingRule as Properties);
  const found = own.find(({ ServiceName }) => ServiceName === `${api}/${stage.StageName}`);
  return [
    found === undefined && 'is sampled by no rule of its own',
    found !== undefined && found.ReservoirSize !== 0 && 'records the first call of each second',
    found !== undefined &&
      !(typeof found.FixedRate === 'number' && found.FixedRate <= 0.05) &&
      'records too many calls',
    // https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html
    found !== undefined && String(found.RuleName).length > 32 && 'has a rule whose name is too long',
  ];
}

/** CloudFormation refuses a template with another policy, after the upload. */
export const policiesOfReplacement: Rule = (template) =>
  Object.entries(template.Resources).flatMap(([id, { UpdateReplacePolicy: policy }]) =>
    policy === undefined || ['Delete', 'Retain'].includes(policy) ? [] : [`${id}: is replaced by ${policy}`],
  );
