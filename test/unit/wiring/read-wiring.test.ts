// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of serverless.yml
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '#shared/errors.ts';
import { serviceFolder } from '#test/support/service-folder.ts';
import { readWiring } from '#wiring/index.ts';
import type { WiredFunction } from '#wiring/types.ts';

/** The function `f` of a service; `body` is what stands under it, `rest` what stands before the functions. */
function functionOf(body: string, rest = ''): WiredFunction {
  const service = serviceFolder(`${rest}\nfunctions:\n  f:\n    handler: handler.handler\n${indent(body, 4)}`);
  const [only] = readWiring(service.file, { stage: 'local', env: {} }).functions;
  if (only === undefined) throw new Error('There is no function.');
  return only;
}

function indent(text: string, by: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(by));
}

const stream = `
resources:
  Resources:
    Artifacts:
      Type: AWS::Kinesis::Stream
      Properties: { Name: 'starling-\${sls:stage}-artifacts' }
    Table: { Type: AWS::DynamoDB::Table }`;

describe('a function', () => {
  it('that says nothing has the defaults of osls', () => {
    const service = serviceFolder('functions: { f: { handler: src/handler.run } }', ['src/handler']);
    expect(readWiring(service.file, { stage: 'local', env: {} })).toEqual({
      file: service.file,
      stage: 'local',
      functions: [
        {
          name: 'f',
          handler: {
            file: join(service.folder, 'src/handler.ts'),
            exportName: 'run',
            at: expect.stringMatching(/serverless\.yml:1$/),
          },
          timeout: 6,
          memorySize: 1024,
          isolation: undefined,
          environment: {},
          subscriptions: [],
          streams: [],
          schedules: [],
          wakeAtDeadlines: false,
          routes: [],
          manifest: undefined,
        },
      ],
    });
  });

  it('inherits from the provider and overrides it', () => {
    const provider = 'provider: { timeout: 20, memorySize: 256, environment: { A: a, B: b } }';
    expect(functionOf('timeout: 30\nenvironment: { B: own, C: 1 }', provider)).toMatchObject({
      timeout: 30,
      memorySize: 256,
      environment: { A: 'a', B: 'own', C: '1' },
    });
  });

  it('loses what only CloudFormation knows from its environment', () => {
    const environment = 'environment: { A: !Ref Bus, B: { Fn::GetAtt: [Bus, Arn] }, C: !Sub "x-${AWS::Region}", D: d }';
    expect(functionOf(environment).environment).toEqual({ D: 'd' });
  });

  it('may be isolated', () => {
    expect(functionOf('isolation: thread').isolation).toBe('thread');
  });

  it('takes anchors and merge keys', () => {
    const base = 'custom: { base: &base { timeout: 12, memorySize: 300 } }';
    expect(functionOf('<<: *base\nmemorySize: 400', base)).toMatchObject({ timeout: 12, memorySize: 400 });
  });
});

describe('an event', () => {
  it('subscription is resolved with the timeout of the function', () => {
    const [subscription] = functionOf(
      'timeout: 10\nevents: [{ subscription: { agent: echo, deadline: 60 } }]',
    ).subscriptions;
    expect(subscription).toMatchObject({ kind: 'agent', agentId: 'echo', deadline: 60, visibilityTimeout: 60 });
  });

  it('subscription takes a pattern with variables in it', () => {
    const [subscription] = functionOf(
      'events: [{ subscription: { pattern: { source: ["x.${sls:stage}"], detail: { n: [{ numeric: [">", 1] }] } } } }]',
    ).subscriptions;
    expect(subscription?.pattern).toEqual({ source: ['x.local'], detail: { n: [{ numeric: ['>', 1] }] } });
  });

  it('stream gets its name from the resource that its ARN names', () => {
    const options =
      'startingPosition: LATEST, batchSize: 5, batchWindow: 2, bisectBatchOnFunctionError: true, maximumRetryAttempts: 4, functionResponseType: ReportBatchItemFailures';
    expect(
      functionOf(`events: [{ stream: { type: kinesis, arn: !GetAtt Artifacts.Arn, ${options} } }]`, stream).streams,
    ).toEqual([
      {
        stream: 'starling-local-artifacts',
        retentionHours: 24,
        startingPosition: 'LATEST',
        batchSize: 5,
        batchWindow: 2,
        bisect: true,
        maximumRetryAttempts: 4,
        reportsItemFailures: true,
      },
    ]);
  });

  it.each(['!GetAtt [Artifacts, Arn]', '{ Fn::GetAtt: [Artifacts, Arn] }', '!GetAtt Artifacts.Arn'])(
    'stream has the defaults of osls, its ARN written %s',
    (arn) => {
      expect(functionOf(`events: [{ stream: { type: kinesis, arn: ${arn} } }]`, stream).streams).toEqual([
        {
          stream: 'starling-local-artifacts',
          retentionHours: 24,
          startingPosition: 'TRIM_HORIZON',
          batchSize: 10,
          batchWindow: 0,
          bisect: false,
          maximumRetryAttempts: undefined,
          reportsItemFailures: false,
        },
      ]);
    },
  );

  it('stream finds its resource in the parts of the file, and leaves those of other files to osls', () => {
    const parts = `
resources:
  - \${file(deployment/tables.yml)}
  - Resources: { Table: { Type: AWS::DynamoDB::Table } }
  - Resources: { Artifacts: { Type: AWS::Kinesis::Stream, Properties: { Name: chunks, RetentionPeriodHours: 72 } } }`;
    const [consumer] = functionOf('events: [{ stream: { type: kinesis, arn: !GetAtt Artifacts.Arn } }]', parts).streams;
    expect(consumer).toMatchObject({ stream: 'chunks', retentionHours: 72 });
    expect(() => functionOf('events: [{ stream: { type: kinesis, arn: !GetAtt Lost.Arn } }]', parts)).toThrow(
      /names Lost, which is not an AWS::Kinesis::Stream in the resources of this file/,
    );
  });

  it('stream may name where lost records go on AWS', () => {
    const options = 'destinations: { onFailure: { type: sqs, arn: !GetAtt Lost.Arn } }';
    expect(
      functionOf(`events: [{ stream: { type: kinesis, arn: !GetAtt Artifacts.Arn, ${options} } }]`, stream).streams,
    ).toHaveLength(1);
  });

  it.each([
    "fanOut: 'on'",
    "fanOut: 'off'",
    'consumer: true',
    'consumer: !Ref Consumer',
    'consumer: arn:aws:kinesis:eu-west-1:123456789012:stream/chunks/consumer/mine:1',
  ])('stream may have a consumer on AWS: %s', (option) => {
    const event = `stream: { type: kinesis, arn: !GetAtt Artifacts.Arn, ${option} }`;
    const without = 'stream: { type: kinesis, arn: !GetAtt Artifacts.Arn }';
    expect(functionOf(`events: [{ ${event} }]`, stream).streams).toEqual(
      functionOf(`events: [{ ${without} }]`, stream).streams,
    );
  });

  it('manifest asks for the agents', () => {
    expect(functionOf('events: [{ manifest: agents }]').manifest).toBe('agents');
    expect(() => functionOf('events:\n  - manifest: skills')).toThrow(/:6: .*manifest: must be agents/);
  });

  it.each([
    ['rate(1 minute)', 60],
    ['rate(5 minutes)', 300],
    ['rate(1 hour)', 3600],
    ['rate(10 days)', 864_000],
  ])('schedule %s comes every %d s', (rate, seconds) => {
    expect(functionOf(`events: [{ schedule: ${rate} }]`).schedules).toEqual([{ rate: seconds }]);
  });

  it('http becomes a route with its authorizer', () => {
    const events =
      'events: [{ http: { method: post, path: "agents/{id}", authorizer: { name: f, type: request } } }, { http: GET /health }, { http: { method: ANY, path: /x, authorizer: f } }]';
    expect(functionOf(events).routes).toEqual([
      { method: 'POST', path: '/agents/{id}', authorizer: 'f' },
      { method: 'GET', path: '/health', authorizer: undefined },
      { method: 'ANY', path: '/x', authorizer: 'f' },
    ]);
  });
});

describe('a mistake is told with its line:', () => {
  it('a file that is not there', () => {
    expect(() => readWiring('/nowhere/serverless.yml', { stage: 'local', env: {} })).toThrow(
      /^\/nowhere\/serverless\.yml cannot be read: ENOENT.*Start in the folder/,
    );
  });

  // `f` begins in line 3, its handler stands in line 4 and the body begins in line 5.
  it.each<[what: string, body: string, message: RegExp]>([
    ['no YAML', 'timeout: [1', /:\d+:\d+: not valid YAML: /],
    ['a key twice', 'timeout: 1\ntimeout: 2', /:6:5: not valid YAML: Map keys must be unique/],
    ['an unknown tag', 'timeout: !Foo 1', /:5:14: not valid YAML: Unresolved tag: !Foo/],
    [
      'a timeout that is no number',
      'memorySize: 128\ntimeout: ten',
      /:6: functions\.f\.timeout: must be a whole number/,
    ],
    ['a timeout over 15 minutes', 'timeout: 901', /:5: functions\.f\.timeout: .* from 1 to 900/],
    [
      'a wake-up at deadlines that is no boolean',
      'wakeAtDeadlines: 1',
      /:5: functions\.f\.wakeAtDeadlines: must be true/,
    ],
    ['a wake-up at deadlines without a schedule', 'wakeAtDeadlines: true', /:5: .*needs exactly one schedule/],
    [
      'an inline agent',
      'events:\n  - subscription:\n      agent: a\n      inline: true',
      /:8: functions\.f\.events\.0\.subscription\.inline: 'inline' is for the function that folds/,
    ],
    ['another isolation', 'isolation: process', /:5: functions\.f\.isolation: must be thread/],
    [
      'an environment variable that is a list',
      'environment:\n  A: [1]',
      /:6: functions\.f\.environment\.A: must be a text/,
    ],
    ['events that are no list', 'events: { subscription: { agent: a } }', /:5: functions\.f\.events: must be a list/],
    ['an event that is a text', 'events:\n  - subscription', /:6: functions\.f\.events\.0: must be a map/],
    ['two events in one', 'events:\n  - { http: GET /, schedule: rate(1 day) }', /:6: .*must be one event/],
    ['an event that it cannot deliver', 'events:\n  - s3: bucket', /:6: functions\.f\.events\.0\.s3: is an event that/],
    [
      'an unknown option',
      'events:\n  - subscription:\n      agent: a\n      retries: 3',
      /:8: functions\.f\.events\.0\.subscription\.retries: A subscription has no option 'retries'/,
    ],
    [
      'a pattern that is refused',
      'events:\n  - subscription:\n      pattern: { source: x }',
      /:7: functions\.f\.events\.0\.subscription\.pattern: The pattern is not valid: /,
    ],
    [
      'a pattern with a value of CloudFormation',
      'events:\n  - subscription:\n      pattern:\n        account: [!Ref AWS::AccountId]',
      /:8: functions\.f\.events\.0\.subscription\.pattern\.account\.0: only CloudFormation knows this value/,
    ],
    [
      'a timeout over the deadline',
      'timeout: 400\nevents:\n  - subscription: { agent: a }',
      /:7: .*longer than the task deadline/,
    ],
    [
      'a cron expression',
      'events:\n  - schedule: cron(0 12 * * ? *)',
      /:6: .*\.schedule: 'cron.*does not run cron expressions/,
    ],
    ['one minutes', 'events:\n  - schedule: rate(1 minutes)', /:6: .*'rate\(1 minutes\)' is not a rate/],
    ['a rate of nothing', 'events:\n  - schedule: rate(0 minutes)', /:6: .*is not a rate/],
    ['a method that is none', 'events:\n  - http: FETCH /x', /:6: .*'FETCH' is not an HTTP method/],
    [
      'an authorizer that is not there',
      'events:\n  - http: { method: GET, path: /, authorizer: g }',
      /:6: .*no function 'g'/,
    ],
    [
      'an unknown stream option',
      'events:\n  - stream:\n      type: kinesis\n      parallelizationFactor: 2',
      /:8: .*parallelizationFactor: standalone does not know 'parallelizationFactor'/,
    ],
    [
      'a fan-out that is neither on nor off',
      'events:\n  - stream:\n      type: kinesis\n      fanOut: true',
      /:8: .*stream\.fanOut: must be on or off/,
    ],
    [
      'a consumer that is none',
      'events:\n  - stream:\n      type: kinesis\n      consumer: mine',
      /:8: .*stream\.consumer: must be true, or the ARN of a consumer of the stream/,
    ],
    ['a stream of another kind', 'events:\n  - stream: { type: dynamodb }', /:6: .*stream\.type: must be kinesis/],
    [
      'a stream by its ARN',
      'events:\n  - stream: { type: kinesis, arn: "arn:aws:x" }',
      /:6: .*must be !GetAtt <stream>\.Arn/,
    ],
    [
      'a stream that is not there',
      'events:\n  - stream: { type: kinesis, arn: !GetAtt Lost.Arn }',
      /:6: .*names Lost, which is no/,
    ],
  ])('%s', (_, body, message) => {
    expect(() => functionOf(body)).toThrow(ConfigurationError);
    expect(() => functionOf(body)).toThrow(message);
  });

  it('a stream that is something else', () => {
    expect(() => functionOf('events: [{ stream: { type: kinesis, arn: !GetAtt Table.Arn } }]', stream)).toThrow(
      /names Table, which is not an AWS::Kinesis::Stream/,
    );
  });

  it('two functions that are woken at deadlines', () => {
    const body = 'handler: handler.handler, events: [{ schedule: rate(1 day) }]';
    const service = serviceFolder(
      `functions:\n  a: { ${body}, wakeAtDeadlines: true }\n  b:\n    wakeAtDeadlines: true\n    ${body.replace(', ', '\n    ')}`,
    );
    expect(() => readWiring(service.file, { stage: 'local', env: {} })).toThrow(
      /serverless\.yml:4: functions\.b\.wakeAtDeadlines: the function 'a' has wakeAtDeadlines already/,
    );
  });

  it('two inline subscriptions', () => {
    const inline = '{ subscription: { pattern: { source: [x] }, inline: true } }';
    const service = serviceFolder(
      `functions:\n  a: { handler: handler.handler, events: [${inline}] }\n  b:\n    handler: handler.handler\n    events: [${inline}]`,
    );
    expect(() => readWiring(service.file, { stage: 'local', env: {} })).toThrow(
      /serverless\.yml:5: functions\.b\.events\.0\.subscription\.inline: .*'a' has an inline subscription already/,
    );
  });

  it('an agent that two functions answer for', () => {
    const service = serviceFolder(
      'functions:\n  a: { handler: handler.handler, events: [{ subscription: { agent: x } }] }\n  b:\n    handler: handler.handler\n    events: [{ subscription: { agent: x } }]',
    );
    expect(() => readWiring(service.file, { stage: 'local', env: {} })).toThrow(
      /serverless\.yml:5: functions\.b\.events\.0\.subscription\.agent: The function 'a' is the agent '[^']+' already/,
    );
  });

  it.each([
    [
      'lost/handler.run',
      /:3: functions\.f\.handler: there is no lost\/handler\.ts\. Create it with an export named 'run'/,
    ],
    ['handler', /'handler' is not a handler\. Write <file without ending>\.<export>/],
    ['../x/handler', /'\.\.\/x\/handler' is not a handler/],
    ['handler.', /'handler\.' is not a handler/],
  ])('the handler %s', (handler, message) => {
    const service = serviceFolder(`functions:\n  f:\n    handler: ${handler}\n`);
    expect(() => readWiring(service.file, { stage: 'local', env: {} })).toThrow(message);
  });
});
