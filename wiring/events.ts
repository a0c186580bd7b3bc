import { asCloudFormation, resourceOf } from './cloudformation.ts';
import type { Setting } from './setting.ts';
import type { Route, Schedule, WiredStream } from './types.ts';

const streamOptions = [
  'type',
  'arn',
  'startingPosition',
  'batchSize',
  'batchWindow',
  'bisectBatchOnFunctionError',
  'maximumRetryAttempts',
  'functionResponseType',
  // On AWS, where Lambda sends a batch after its last retry. Standalone logs the batch.
  'destinations',
  // On AWS, a consumer of the function's own. Standalone always delivers at once.
  'fanOut',
  'consumer',
];

/** Reads a `stream` event. The defaults are those of osls, the bounds are those of Lambda. */
export function readStream(stream: Setting, root: Setting): WiredStream {
  stream.requireKeys(streamOptions);
  stream.get('type').oneOf(['kinesis']);
  const attempts = optional(stream.get('maximumRetryAttempts'), (setting) => setting.integer(-1, 10_000)) ?? -1;
  optional(stream.get('fanOut'), (setting) => setting.oneOf(['on', 'off']));
  optional(stream.get('consumer'), requireConsumer);
  const properties = streamProperties(stream.get('arn'), root);
  return {
    stream: properties.get('Name').string(),
    // The default and the bounds are those of Kinesis.
    retentionHours: optional(properties.get('RetentionPeriodHours'), (setting) => setting.integer(24, 8_760)) ?? 24,
    startingPosition:
      optional(stream.get('startingPosition'), (setting) => setting.oneOf(['LATEST', 'TRIM_HORIZON'])) ??
      'TRIM_HORIZON',
    batchSize: optional(stream.get('batchSize'), (setting) => setting.integer(1, 10_000)) ?? 10,
    batchWindow: optional(stream.get('batchWindow'), (setting) => setting.integer(0, 300)) ?? 0,
    bisect: optional(stream.get('bisectBatchOnFunctionError'), (setting) => setting.boolean()) ?? false,
    maximumRetryAttempts: attempts === -1 ? undefined : attempts,
    reportsItemFailures:
      optional(stream.get('functionResponseType'), (setting) => setting.oneOf(['ReportBatchItemFailures'])) !==
      undefined,
  };
}

/** osls takes `true` or the ARN of a consumer. */
function requireConsumer(consumer: Setting): void {
  const { value } = consumer;
  const isArn = typeof value === 'string' && /^arn:[^:]+:kinesis:.*\/consumer\/./.test(value);
  if (value !== true && !isArn && !asCloudFormation(value)) {
    consumer.fail('must be true, or the ARN of a consumer of the stream.');
  }
}

/** The properties of the stream that `!GetAtt` points to. */
function streamProperties(arn: Setting, root: Setting): Setting {
  const value = asCloudFormation(arn.value);
  const id = value && resourceOf(value, 'Arn');
  if (id === undefined) return arn.fail('must be !GetAtt <stream>.Arn of a stream in the resources of this file.');
  const resource = templatesOf(root.get('resources'))
    .map((template) => template.get('Resources').get(id))
    .find((candidate) => candidate.get('Type').value === 'AWS::Kinesis::Stream');
  return (
    resource?.get('Properties') ??
    arn.fail(`names ${id}, which is not an AWS::Kinesis::Stream in the resources of this file.`)
  );
}

/** `resources` is one template or a list of templates. Only osls reads a template in another file, `${file(…)}`. */
function templatesOf(resources: Setting): Setting[] {
  if (!Array.isArray(resources.value)) return [resources];
  return resources.value.flatMap((item, index) => (typeof item === 'string' ? [] : [resources.get(index)]));
}

const rateSyntax = /^rate\((?:1 (minute|hour|day)|([2-9]|[1-9]\d+) (minute|hour|day)s)\)$/;
const secondsOf: Record<string, number> = { minute: 60, hour: 3600, day: 86_400 };

/** Reads a `schedule` event. */
export function readSchedule(schedule: Setting): Schedule {
  const rate = secondsOfRate(schedule.string());
  if (rate === undefined) {
    return schedule.fail(
      `'${schedule.string()}' is not a rate. Write rate(1 minute) or rate(5 minutes), or use hours or days. Standalone does not run cron expressions.`,
    );
  }
  return { rate };
}

/** The seconds of `rate(5 minutes)`. Undefined: the text is no rate. */
export function secondsOfRate(text: string): number | undefined {
  const match = rateSyntax.exec(text);
  if (match === null) return undefined;
  const [, singular, count = '1', plural] = match;
  return Number(count) * (secondsOf[singular ?? plural ?? ''] ?? 0);
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'ANY'];

/** The keys of an `http` event that osls knows. Other keys are refused: a misspelt `authorizer` would open its route to everybody. */
const httpKeys = [
  'method',
  'path',
  'authorizer',
  'async',
  'cors',
  'integration',
  'private',
  'request',
  'response',
  'timeoutInMillis',
  'operationId',
];

/** Reads an `http` event: `GET /health`, or a map with `method` and `path`. */
export function readRoute(http: Setting, functions: Setting): Route {
  if (typeof http.value !== 'string') http.requireKeys(httpKeys);
  const [method = '', path = ''] =
    typeof http.value === 'string' ? http.value.split(' ') : [http.get('method').string(), http.get('path').string()];
  const known = methods.find((each) => each === method.toUpperCase());
  if (known === undefined) return http.fail(`'${method}' is not an HTTP method. Write one of ${methods.join(', ')}.`);
  return { method: known, path: path.startsWith('/') ? path : `/${path}`, authorizer: authorizerOf(http, functions) };
}

function authorizerOf(http: Setting, functions: Setting): string | undefined {
  if (typeof http.value === 'string') return undefined;
  const authorizer = http.get('authorizer');
  if (authorizer.isAbsent) return undefined;
  const named = typeof authorizer.value === 'string' ? authorizer : authorizer.get('name');
  const name = named.string();
  return functions.get(name).isAbsent ? named.fail(`there is no function '${name}' to authorize calls.`) : name;
}

/** Returns undefined only for an absent setting, so that a default never replaces a wrong value. */
function optional<Value>(setting: Setting, read: (setting: Setting) => Value): Value | undefined {
  return setting.isAbsent ? undefined : read(setting);
}
