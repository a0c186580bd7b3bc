// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of serverless.yml
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { osls, type ServiceFolder, serviceFolder } from '#test/support/service-folder.ts';
import { readWiring } from '#wiring/index.ts';
import { parseSubscription } from '#wiring/parse-subscription.ts';
import type { WiredFunction } from '#wiring/types.ts';

/** What `serverless print` says of a function. */
interface Printed {
  readonly handler: string;
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly isolation?: 'thread';
  readonly wakeAtDeadlines?: boolean;
  readonly environment?: Record<string, unknown>;
  readonly events: readonly Record<string, unknown>[];
}

interface PrintedService {
  readonly provider: Pick<Printed, 'timeout' | 'memorySize' | 'environment'>;
  readonly functions: Record<string, Printed>;
  readonly resources?: {
    readonly Resources: Record<
      string,
      { readonly Properties: { readonly Name?: string; readonly RetentionPeriodHours?: number } }
    >;
  };
}

const ourFile = readFileSync(resolve(import.meta.dirname, '../../serverless.yml'), 'utf8');
const ourHandlers = [...ourFile.matchAll(/^ {4}handler: (.*)\.\w+$/gm)].map(([, path]) => path ?? '');

const variables = `
service: fixture
frameworkVersion: '4'
configValidationMode: error
plugins: [./deployment/plugin/index.ts]
params:
  default: { timeout: 11, prefix: common }
  local: { prefix: here }
custom:
  shared: &shared { memorySize: 333, timeout: 9 }
  queue: { batchSize: 4, maxReceiveCount: 5, inline: true, pattern: { source: ["\${param:prefix}.x", '\${self:custom.word}'] } }
  word: "\${env:LOST, self:service, 'never'}-\${sls:stage}"
provider:
  name: aws
  runtime: nodejs24.x
  stage: \${opt:stage, 'dev'}
  timeout: \${param:timeout}
  environment:
    STAGE: \${sls:stage}
    TABLE: !Ref Table
    WORD: \${self:custom.word}
functions:
  one:
    handler: \${self:custom.handlers, 'handler'}.handler
    environment: { STAGE: 'own', LITERAL: "\${env:LOST, 'a, b'}", NOT: !Sub '\${Table.Arn}/x' }
    events:
      - subscription: \${self:custom.queue}
      - http: { method: get, path: '/x/{id}' }
      - schedule: rate(2 hours)
    wakeAtDeadlines: true
  two:
    <<: *shared
    handler: handler.handler
    isolation: thread
    events:
      - subscription: { agent: "\${self:service}-agent", deadline: 100, visibilityTimeout: 60, concurrency: 3 }
      - stream:
          type: kinesis
          arn: !GetAtt [Numbers, Arn]
          batchSize: \${env:LOST, 25}
          batchWindow: 1
          startingPosition: LATEST
          maximumRetryAttempts: -1
  ordered:
    handler: handler.handler
    events:
      - subscription: { pattern: { source: [x] }, fifo: { groupBy: "detail.\${param:prefix}.id" } }
  idle:
    handler: handler.handler
    events: [{ manifest: agents }]
resources:
  - Resources:
      Table: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: x } }
  - Resources:
      Numbers: { Type: AWS::Kinesis::Stream, Properties: { Name: 'numbers-\${sls:stage}', RetentionPeriodHours: 48 } }
`;

describe('standalone and osls read the same', { timeout: 60_000 }, () => {
  it.each([
    ['in the serverless.yml of the mesh', ourFile, ourHandlers],
    ['in a file with every kind of variable', variables, ['handler']],
  ])('%s', async (_, yaml, handlers) => {
    const service = serviceFolder(yaml, handlers);
    const printed = JSON.parse(await osls(service, 'print', '--stage', 'local', '--format', 'json')) as PrintedService;
    const expected = Object.entries(printed.functions).map(([name, each]) => wired(name, each, printed, service));
    expect(expected.length).toBeGreaterThan(2);
    expect(readWiring(service.file, { stage: 'local', env: {} }).functions).toEqual(expected);
  });
});

/** What standalone should make of what osls resolved. */
function wired(
  name: string,
  printed: Printed,
  { provider, resources }: PrintedService,
  at: ServiceFolder,
): WiredFunction {
  const dot = printed.handler.lastIndexOf('.');
  const timeout = printed.timeout ?? provider.timeout ?? 6;
  const environment = Object.entries({ ...provider.environment, ...printed.environment });
  return {
    name,
    handler: {
      file: join(at.folder, `${printed.handler.slice(0, dot)}.ts`),
      exportName: printed.handler.slice(dot + 1),
      at: expect.stringMatching(/:\d+$/),
    },
    timeout,
    memorySize: printed.memorySize ?? provider.memorySize ?? 1024,
    isolation: printed.isolation,
    environment: Object.fromEntries(
      environment.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    subscriptions: eventsOf(printed, 'subscription').map((value) => parseSubscription(value, timeout)),
    streams: eventsOf(printed, 'stream').map((stream) => {
      const [id] = (stream.arn as { 'Fn::GetAtt': [string, 'Arn'] })['Fn::GetAtt'];
      return {
        stream: resources?.Resources[id]?.Properties.Name ?? '',
        retentionHours: resources?.Resources[id]?.Properties.RetentionPeriodHours ?? 24,
        startingPosition: stream.startingPosition as 'LATEST',
        batchSize: stream.batchSize as number,
        batchWindow: stream.batchWindow as number,
        bisect: stream.bisectBatchOnFunctionError === true,
        maximumRetryAttempts: stream.maximumRetryAttempts === -1 ? undefined : (stream.maximumRetryAttempts as number),
        reportsItemFailures: stream.functionResponseType === 'ReportBatchItemFailures',
      };
    }),
    schedules: eventsOf(printed, 'schedule').map((rate) => ({
      rate: { 'rate(1 minute)': 60, 'rate(2 hours)': 7200 }[String(rate)] ?? Number.NaN,
    })),
    wakeAtDeadlines: printed.wakeAtDeadlines === true,
    routes: eventsOf(printed, 'http').map((http) => ({
      method: String(http.method).toUpperCase(),
      path: String(http.path),
      authorizer: (http.authorizer as { name: string } | undefined)?.name,
    })),
    manifest: printed.events.some((event) => event.manifest === 'agents') ? 'agents' : undefined,
  };
}

function eventsOf(printed: Printed, type: string): Record<string, unknown>[] {
  return printed.events.flatMap((event) => (event[type] === undefined ? [] : [event[type] as Record<string, unknown>]));
}
