import type { CounterName } from '#shared/telemetry/metrics.ts';
import { attributeOf, type Resource, ref, resourcesOf, type Template } from '../template.ts';
import type { Check } from './alarm.ts';
import { idOf, sourceOfDeadLetters } from './owners.ts';

type Properties = Readonly<Record<string, unknown>>;

/** Seconds, as long as the default deadline of a task. A task whose message waits for longer has failed. */
const OLDEST_MESSAGE = 300;
/** Milliseconds that chunks may be behind. */
const ITERATOR_AGE = 60_000;

/** The finished template of a stage. */
export interface Mesh {
  readonly template: Template;
  readonly stage: string;
}

/** The checks of a resource, by its type. In an alarm, the checks have the order of this list. */
const checksOfTypes: readonly [type: string, checks: (id: string, resource: Resource, mesh: Mesh) => Check[]][] = [
  ['AWS::Lambda::Function', (id, { Properties }, mesh) => functionChecks(id, Properties, mesh)],
  ['AWS::SQS::Queue', (id, _, { template }) => queueChecks(id, template)],
  ['AWS::Events::Rule', (id, { Properties }, { stage }) => ruleChecks(id, Properties, stage)],
  ['AWS::Pipes::Pipe', (id) => pipeChecks(id)],
  ['AWS::Lambda::EventSourceMapping', (_, { Properties }) => consumerChecks(Properties)],
  ['AWS::Kinesis::Stream', (id) => streamChecks(id)],
  ['AWS::ApiGateway::Stage', (_, { Properties }, { template }) => apiChecks(Properties, template)],
];

/** Everything in the template that can fail in silence: the logical id of each resource, and what is checked of it. */
export function checksOf(mesh: Mesh): [id: string, checks: readonly Check[]][] {
  return checksOfTypes.flatMap(([type, checks]) =>
    resourcesOf(mesh.template, type).map(([id, resource]): [string, Check[]] => [id, checks(id, resource, mesh)]),
  );
}

function functionChecks(id: string, properties: Properties, { template, stage }: Mesh): Check[] {
  const check = { namespace: 'AWS/Lambda', dimensions: { FunctionName: ref(id) }, statistic: 'Sum', above: 0 } as const;
  const isAuthorizer = resourcesOf(template, 'AWS::ApiGateway::Authorizer').some(
    ([, authorizer]) => idOf(authorizer.Properties.AuthorizerUri) === id,
  );
  return [
    ...(isAuthorizer
      ? authorizerChecks(id, properties, stage)
      : [{ ...check, id: 'errors', problem: 'it crashed, timed out or threw: see its log', metric: 'Errors' }]),
    {
      ...check,
      id: 'throttles',
      problem: "it was refused for want of concurrency: raise its reserve or the account's limit",
      metric: 'Throttles',
    },
    ...quarantineChecks(id, properties, { template, stage }),
  ];
}

/**
 * The errors of an authorizer say nothing: it has to throw for API Gateway to answer 401, and Lambda counts each bad token as
 * an error. A crash at its start is a failure of the API.
 */
function authorizerChecks(id: string, { Timeout: timeout }: Properties, stage: string): Check[] {
  const milliseconds = Number(timeout) * 1000;
  return [
    {
      id: 'failures',
      problem: 'it could neither let a call in nor refuse it: see its log',
      ...ofMesh('starling_authorizer_failures_total', stage, {}),
    },
    {
      id: 'timeouts',
      problem: `it took ${timeout} s, its timeout`,
      namespace: 'AWS/Lambda',
      metric: 'Duration',
      dimensions: { FunctionName: ref(id) },
      statistic: 'Maximum',
      // Lambda reports the duration of a call that timed out as its timeout.
      above: milliseconds - 1,
    },
  ];
}

/** Consumers put events aside under their name, and the gateway puts the events of clients aside under `gateway`. */
function quarantineChecks(id: string, { FunctionName: name }: Properties, { template, stage }: Mesh): Check[] {
  const consumes = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').some(
    ([, { Properties }]) => idOf(Properties.FunctionName) === id,
  );
  const serves = resourcesOf(template, 'AWS::ApiGateway::Method').some(
    ([, { Properties }]) => idOf(Properties.Integration) === id,
  );
  if (!consumes && !serves) return [];
  // A container knows its function by the name in serverless.yml.
  const isWorker = resourcesOf(template, 'AWS::ECS::Service').some(
    ([, service]) => service.Properties.ServiceName === name,
  );
  const consumer = isWorker ? String(name).replace(`starling-${stage}-`, '') : name;
  return [
    {
      id: 'quarantined',
      problem: 'events that break their contract were put aside: see its log',
      ...ofMesh('starling_quarantined_total', stage, { function: serves ? 'gateway' : consumer }),
    },
  ];
}

/** A metric that the mesh itself writes: shared/telemetry/emf.ts has the dimensions. */
function ofMesh(metric: CounterName, stage: string, labels: Readonly<Record<string, unknown>>) {
  const dimensions = { service: `starling-${stage}`, ...labels };
  return { namespace: 'Starling', metric, dimensions, statistic: 'Sum', above: 0 } as const;
}

function queueChecks(id: string, template: Template): Check[] {
  const name = template.Resources[id]?.Properties.QueueName;
  const check = {
    namespace: 'AWS/SQS',
    dimensions: { QueueName: attributeOf(id, 'QueueName') },
    statistic: 'Maximum',
  } as const;
  const source = sourceOfDeadLetters(template, id);
  if (source !== undefined) {
    return [
      {
        ...check,
        id: isOfPipe(source, template) ? 'undelivered' : 'deadLetters',
        problem: `messages failed for good: see the queue ${name}`,
        metric: 'ApproximateNumberOfMessagesVisible',
        above: 0,
      },
    ];
  }
  return [
    {
      ...check,
      id: isOfPipe(id, template) ? 'intakeAge' : 'age',
      problem: `messages wait in ${name} for over ${OLDEST_MESSAGE} s: see what takes them`,
      metric: 'ApproximateAgeOfOldestMessage',
      above: OLDEST_MESSAGE,
    },
  ];
}

/** Whether a pipe takes the messages of the queue. */
function isOfPipe(queue: string, template: Template): boolean {
  return resourcesOf(template, 'AWS::Pipes::Pipe').some(([, { Properties }]) => idOf(Properties.Source) === queue);
}

function ruleChecks(id: string, properties: Properties, stage: string): Check[] {
  const { Name: name, EventBusName: bus, EventPattern: pattern } = properties;
  const agent = agentOf(pattern);
  return [
    {
      id: 'undeliverable',
      problem: 'its rule could not deliver events',
      namespace: 'AWS/Events',
      metric: 'FailedInvocations',
      // A rule on a bus of its own has a Ref of `bus|rule`, and a name. A schedule is on the default bus, and its metrics
      // have no dimension for the bus.
      dimensions: { RuleName: name ?? ref(id), ...(bus === undefined ? {} : { EventBusName: bus }) },
      statistic: 'Sum',
      above: 0,
    },
    ...(agent === undefined
      ? []
      : [
          {
            id: 'deadlines',
            problem: `tasks of ${agent} missed their deadline`,
            ...ofMesh('starling_deadlines_missed_total', stage, { agent }),
          },
        ]),
  ];
}

/** The agent whose requests the rule takes. */
function agentOf(pattern: unknown): string | undefined {
  const { detail } = (pattern ?? {}) as { readonly detail?: { readonly data?: { readonly agentId?: unknown } } };
  const [agent] = [detail?.data?.agentId].flat();
  return typeof agent === 'string' ? agent : undefined;
}

function pipeChecks(id: string): Check[] {
  return [
    {
      id: 'pipe',
      problem: 'its pipe could not put events into its queue: they may lack a message group',
      namespace: 'AWS/EventBridge/Pipes',
      metric: 'ExecutionFailed',
      dimensions: { PipeName: ref(id) },
      statistic: 'Sum',
      above: 0,
    },
  ];
}

function consumerChecks({ StartingPosition: position, FunctionName: consumer }: Properties): Check[] {
  const functionId = idOf(consumer);
  if (position === undefined || functionId === undefined) return [];
  return [
    {
      id: 'behind',
      problem: `it is over ${ITERATOR_AGE / 1000} s behind its stream`,
      namespace: 'AWS/Lambda',
      metric: 'IteratorAge',
      dimensions: { FunctionName: ref(functionId) },
      statistic: 'Maximum',
      above: ITERATOR_AGE,
    },
  ];
}

function streamChecks(id: string): Check[] {
  return [
    {
      id: 'throttles',
      problem: 'it refused records: give it more shards',
      namespace: 'AWS/Kinesis',
      metric: 'WriteProvisionedThroughputExceeded',
      dimensions: { StreamName: ref(id) },
      statistic: 'Sum',
      above: 0,
    },
  ];
}

function apiChecks({ StageName: stage }: Properties, template: Template): Check[] {
  const [api] = resourcesOf(template, 'AWS::ApiGateway::RestApi');
  return [
    {
      id: 'failures',
      problem: 'more than one call of a hundred ended with a status of 500 or more',
      namespace: 'AWS/ApiGateway',
      metric: '5XXError',
      dimensions: { ApiName: api?.[1].Properties.Name, Stage: stage },
      // The average of this metric is the share of calls.
      statistic: 'Average',
      above: 0.01,
    },
  ];
}
