import { attributeOf, type Resource, type ResourceMap, ref, resourcesOf, sub, type Template } from '../template.ts';
import { type Alarm, alarmResource } from './alarm.ts';

type Properties = Readonly<Record<string, unknown>>;
/** The alarms of one resource, by the suffix of their logical ids. */
type Alarms = Readonly<Record<string, Alarm>>;

/** Seconds, as long as the default deadline of a task. A task whose message waits for longer has failed. */
const OLDEST_MESSAGE = 300;
/** Milliseconds that chunks may be behind. */
const ITERATOR_AGE = 60_000;

const rules: Readonly<Record<string, (id: string, properties: Properties, template: Template) => Alarms>> = {
  'AWS::SQS::Queue': queueAlarms,
  'AWS::Lambda::Function': functionAlarms,
  'AWS::Lambda::EventSourceMapping': consumerAlarms,
  'AWS::Events::Rule': ruleAlarms,
  'AWS::Pipes::Pipe': pipeAlarms,
  'AWS::Kinesis::Stream': streamAlarms,
  'AWS::ApiGateway::Stage': apiAlarms,
};

/** @param topic the logical id of the SNS topic that is notified */
export function alarmsOf(template: Template, topic: string): ResourceMap {
  const alarms: ResourceMap = {};
  for (const [type, alarmsOfOne] of Object.entries(rules)) {
    for (const [id, resource] of resourcesOf(template, type)) {
      for (const [suffix, alarm] of Object.entries(alarmsOfOne(id, resource.Properties, template))) {
        alarms[`${id}${suffix}Alarm`] = alarmResource(alarm, topic, resource.Condition);
      }
    }
  }
  return alarms;
}

function queueAlarms(id: string, { QueueName: name }: Properties, template: Template): Alarms {
  const alarm = {
    namespace: 'AWS/SQS',
    dimensions: { QueueName: attributeOf(id, 'QueueName') },
    statistic: 'Maximum',
  } as const;
  if (isDeadLetterQueue(id, template)) {
    return {
      DeadLetter: {
        ...alarm,
        // The alarm of dead letters has the name of the queue: see wiring/names.ts.
        name,
        description: `Messages failed for good: see the dead-letter queue ${name}.`,
        metric: 'ApproximateNumberOfMessagesVisible',
        above: 0,
      },
    };
  }
  return {
    Age: {
      ...alarm,
      name: `${name}-age`,
      description: `Messages wait in ${name} for more than ${OLDEST_MESSAGE} s: its function is too slow, throttled or failing.`,
      metric: 'ApproximateAgeOfOldestMessage',
      above: OLDEST_MESSAGE,
    },
  };
}

function functionAlarms(id: string, { FunctionName: name }: Properties): Alarms {
  const alarm = { namespace: 'AWS/Lambda', dimensions: { FunctionName: ref(id) }, statistic: 'Sum', above: 0 } as const;
  return {
    Errors: {
      ...alarm,
      name: `${name}-errors`,
      description: `The function ${name} crashed, timed out or threw: see its log.`,
      metric: 'Errors',
    },
    Throttles: {
      ...alarm,
      name: `${name}-throttles`,
      description: `The function ${name} was refused for want of concurrency: raise the account's limit.`,
      metric: 'Throttles',
    },
  };
}

function consumerAlarms(_id: string, properties: Properties, template: Template): Alarms {
  // Queues have alarms of their own. Only a consumer of a stream can fall behind.
  if (properties.StartingPosition === undefined) return {};
  const functionId = (properties.FunctionName as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0];
  const name = template.Resources[functionId]?.Properties.FunctionName;
  return {
    IteratorAge: {
      name: `${name}-iterator-age`,
      description: `The function ${name} is more than ${ITERATOR_AGE / 1000} s behind its stream.`,
      namespace: 'AWS/Lambda',
      metric: 'IteratorAge',
      dimensions: { FunctionName: ref(functionId) },
      statistic: 'Maximum',
      above: ITERATOR_AGE,
    },
  };
}

function ruleAlarms(id: string, properties: Properties): Alarms {
  // A schedule is on the default bus. Its metrics have no dimension for the bus.
  const { Name: name, EventBusName: bus } = properties;
  return {
    Failed: {
      name: name === undefined ? sub(`\${AWS::StackName}-${id}`) : `${name}-rule`,
      description: `The rule ${name ?? id} could not deliver events to its target.`,
      namespace: 'AWS/Events',
      metric: 'FailedInvocations',
      // A rule on a bus of its own has a Ref of `bus|rule`, and a name.
      dimensions: { RuleName: name ?? ref(id), ...(bus === undefined ? {} : { EventBusName: bus }) },
      statistic: 'Sum',
      above: 0,
    },
  };
}

function pipeAlarms(id: string, { Name: name }: Properties): Alarms {
  return {
    Failed: {
      name: `${name}-pipe`,
      description: `The pipe ${name} could not put events into its queue: they lack a message group, or the queue refuses them.`,
      namespace: 'AWS/EventBridge/Pipes',
      metric: 'ExecutionFailed',
      dimensions: { PipeName: ref(id) },
      statistic: 'Sum',
      above: 0,
    },
  };
}

function streamAlarms(id: string, { Name: name }: Properties): Alarms {
  return {
    Throttled: {
      name: `${name}-throttles`,
      description: `Records were refused by the stream ${name}: give it more shards.`,
      namespace: 'AWS/Kinesis',
      metric: 'WriteProvisionedThroughputExceeded',
      dimensions: { StreamName: ref(id) },
      statistic: 'Sum',
      above: 0,
    },
  };
}

function apiAlarms(_id: string, properties: Properties, template: Template): Alarms {
  const [api] = resourcesOf(template, 'AWS::ApiGateway::RestApi');
  const name = api?.[1].Properties.Name;
  return {
    Failures: {
      name: `${name}-5xx`,
      description: `More than one call of a hundred to the API ${name} ended with a status of 500 or more.`,
      namespace: 'AWS/ApiGateway',
      metric: '5XXError',
      dimensions: { ApiName: name, Stage: properties.StageName },
      // The average of this metric is the share of calls.
      statistic: 'Average',
      above: 0.01,
    },
  };
}

/** Whether another resource sends its failures to the queue. */
function isDeadLetterQueue(id: string, { Resources }: Template): boolean {
  return Object.values(Resources).some((resource) => deadLettersOf(resource).includes(id));
}

function deadLettersOf({ Type, Properties }: Resource): string[] {
  switch (Type) {
    case 'AWS::SQS::Queue':
      return logicalIdsIn(Properties.RedrivePolicy);
    case 'AWS::Lambda::EventSourceMapping':
      return logicalIdsIn(Properties.DestinationConfig);
    default:
      return [];
  }
}

/** The logical ids of every `Fn::GetAtt` in a value. */
function logicalIdsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return [String(value['Fn::GetAtt'][0])];
  return Object.values(value).flatMap(logicalIdsIn);
}
