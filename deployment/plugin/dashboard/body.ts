import type { CounterName, HistogramName } from '#shared/telemetry/metrics.ts';
import { resourcesOf, type Template } from '../template.ts';
import { alarmStates, graph, heading, type Line, searched, type Widget } from './widgets.ts';

interface Mesh {
  readonly template: Template;
  readonly stage: string;
}

/** The body of the dashboard, with variables of `Fn::Sub`: first what is wrong, then the calls, then what costs. */
export function dashboardBody(mesh: Mesh): { readonly widgets: readonly Widget[] } {
  return { widgets: [...health(mesh), ...calls(mesh), ...queues(mesh), ...costs(mesh)] };
}

function health({ template }: Mesh): Widget[] {
  const arns = resourcesOf(template, 'AWS::CloudWatch::Alarm').flatMap(([, { Properties, Condition }]) => {
    // A widget with an alarm that a condition leaves out shows an error.
    if (Condition !== undefined) return [];
    const name = textOf(Properties.AlarmName);
    return [`arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${name}`];
  });
  return [alarmStates('Alarms', arns)];
}

function calls(mesh: Mesh): Widget[] {
  const api = ['ApiName', apiOf(mesh.template)];
  return [
    heading('Calls'),
    graph('Calls', 'Sum', [ofMesh(mesh, 'starling_calls_total', 'Sum', 'agent')]),
    graph('Calls with an error', 'Sum', [ofMesh(mesh, 'starling_call_errors_total', 'Sum', 'agent')]),
    graph('Duration of calls, 99 of 100, in seconds', 'p99', [
      ofMesh(mesh, 'starling_call_duration_seconds', 'p99', 'agent'),
    ]),
    graph('Duration of tasks, 99 of 100, in seconds', 'p99', [
      ofMesh(mesh, 'starling_task_duration_seconds', 'p99', 'agent,state'),
    ]),
    graph('Ended tasks', 'Sum', [ofMesh(mesh, 'starling_tasks_ended_total', 'Sum', 'agent,state')]),
    graph('The API', 'Sum', [
      ['AWS/ApiGateway', 'Count', ...api, { label: 'requests' }],
      ['AWS/ApiGateway', '4XXError', ...api, { label: 'refused' }],
      ['AWS/ApiGateway', '5XXError', ...api, { label: 'failed' }],
    ]),
  ];
}

function queues(mesh: Mesh): Widget[] {
  const names = resourcesOf(mesh.template, 'AWS::SQS::Queue').map(([, { Properties }]) => textOf(Properties.QueueName));
  const isForDeadLetters = (name: string) => /-(dlq|undelivered)(\.fifo)?$/.test(name);
  const waiting = names.filter((name) => !isForDeadLetters(name));
  const dead = names.filter(isForDeadLetters);
  const ofQueue = (metric: string) => (name: string) => ['AWS/SQS', metric, 'QueueName', name, { label: name }];
  const functions = functionsOf(mesh.template);
  return [
    heading('Queues and functions'),
    graph('Age of the oldest message, in seconds', 'Maximum', waiting.map(ofQueue('ApproximateAgeOfOldestMessage'))),
    graph('Wait in a queue, 99 of 100, in seconds', 'p99', [
      ofMesh(mesh, 'starling_queue_wait_seconds', 'p99', 'function'),
    ]),
    graph('Dead letters', 'Maximum', dead.map(ofQueue('ApproximateNumberOfMessagesVisible'))),
    graph('Errors of functions', 'Sum', functions.map(ofFunction('Errors'))),
    graph('Throttles of functions', 'Sum', functions.map(ofFunction('Throttles'))),
    graph('Functions that run at once', 'Maximum', functions.map(ofFunction('ConcurrentExecutions'))),
  ];
}

/** The quantities that AWS bills. docs/cost.md has their prices. */
function costs({ template }: Mesh): Widget[] {
  const functions = functionsOf(template);
  const tables = resourcesOf(template, 'AWS::DynamoDB::Table').map(([, { Properties }]) =>
    textOf(Properties.TableName),
  );
  const streams = resourcesOf(template, 'AWS::Kinesis::Stream').map(([, { Properties }]) => textOf(Properties.Name));
  const groups = resourcesOf(template, 'AWS::Logs::LogGroup').flatMap(([, { Properties, Condition }]) =>
    Condition === undefined ? [textOf(Properties.LogGroupName)] : [],
  );
  const units = (metric: string) => (name: string) => ['AWS/DynamoDB', metric, 'TableName', name, { label: name }];
  return [
    heading('What costs'),
    graph('Runs of functions', 'Sum', functions.map(ofFunction('Invocations'))),
    graph('GB-seconds of functions', 'Sum', gigabyteSeconds(template)),
    graph('Events put in this account', 'Sum', [['AWS/Events', 'PutEventsEntriesCount', { label: 'events' }]]),
    graph('Write units of tables', 'Sum', tables.map(units('ConsumedWriteCapacityUnits'))),
    graph('Read units of tables', 'Sum', tables.map(units('ConsumedReadCapacityUnits'))),
    graph(
      'Bytes of logs',
      'Sum',
      groups.map((name) => ['AWS/Logs', 'IncomingBytes', 'LogGroupName', name, { label: name }]),
    ),
    graph(
      'Bytes into streams',
      'Sum',
      streams.map((name) => ['AWS/Kinesis', 'IncomingBytes', 'StreamName', name, { label: name }]),
    ),
  ];
}

/** Lambda reports milliseconds, and bills them with the memory of the function. */
function gigabyteSeconds(template: Template): Line[] {
  return resourcesOf(template, 'AWS::Lambda::Function').flatMap(([, { Properties }], index) => {
    const name = textOf(Properties.FunctionName);
    const gigabytes = Number(Properties.MemorySize ?? 1024) / 1024;
    return [
      ['AWS/Lambda', 'Duration', 'FunctionName', name, { id: `d${index}`, visible: false }],
      [{ expression: `d${index} * ${gigabytes / 1000}`, label: name }],
    ];
  });
}

function functionsOf(template: Template): string[] {
  return resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) => textOf(Properties.FunctionName));
}

function ofFunction(metric: string) {
  return (name: string): Line => ['AWS/Lambda', metric, 'FunctionName', name, { label: name }];
}

function apiOf(template: Template): string {
  const [api] = resourcesOf(template, 'AWS::ApiGateway::RestApi');
  return textOf(api?.[1].Properties.Name);
}

/** A metric that the mesh writes: a line for each value of its dimensions, which shared/telemetry/emf.ts has. */
function ofMesh({ stage }: Mesh, metric: CounterName | HistogramName, stat: string, dimensions: string): Line {
  const search = `{Starling,service,${dimensions}} service="starling-${stage}" MetricName="${metric}"`;
  // `Fn::Sub` writes `${!name}` as `${name}`, which CloudWatch then replaces.
  const label = dimensions.split(',').map((dimension) => `\${!PROP('Dim.${dimension}')}`);
  return searched(search, stat, label.join(' '));
}

/** A name, which may be a text with variables of `Fn::Sub`. */
function textOf(name: unknown): string {
  if (typeof name === 'string') return name;
  return String((name as { readonly 'Fn::Sub'?: string } | undefined)?.['Fn::Sub']);
}
