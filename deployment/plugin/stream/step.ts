import { streamConsumerName } from '#wiring/names.ts';
import { addResources, type FunctionDefinition, type Serverless } from '../osls.ts';
import type { Step } from '../step.ts';
import { type ResourceMap, ref } from '../template.ts';

/** A `stream` event as osls reads it, with our option. All steps and osls see the same object. */
interface StreamEvent {
  readonly arn: unknown;
  readonly fanOut?: 'on' | 'off';
  /** Set to false for a function on containers, which reads the shards itself. */
  readonly enabled?: boolean;
  /** true: the function gets a consumer of its own. A value: the ARN of a consumer that exists. */
  consumer?: unknown;
}

/**
 * The option `fanOut` of a `stream` event. `on` registers a consumer of its own for the function, so that Kinesis pushes each
 * record to it (enhanced fan-out). `off`: Lambda polls the stream once a second, as without the option.
 *
 * ```yaml
 * functions:
 *   chunks:
 *     handler: services/tasks/chunks.handler
 *     events:
 *       - stream: { type: kinesis, arn: !GetAtt ArtifactStream.Arn, fanOut: 'on' }
 * ```
 *
 * `consumer: true` of osls is the same as `fanOut: on`, but no parameter can switch it off.
 */
export const stream: Step = (serverless) => {
  serverless.configSchemaHandler.defineFunctionEventProperties('aws', 'stream', {
    properties: { fanOut: { enum: ['on', 'off'] } },
  });
  let consumers: ResourceMap = {};
  return {
    prepare() {
      consumers = registerConsumers(serverless);
    },
    compile: () => addResources(serverless, consumers),
  };
};

function registerConsumers(serverless: Serverless): ResourceMap {
  const provider = serverless.getProvider('aws');
  const consumers: ResourceMap = {};
  for (const [name, definition] of Object.entries(serverless.service.functions)) {
    for (const event of streamsOf(definition)) {
      if (event.fanOut === 'on' && event.consumer !== undefined) {
        throw new serverless.classes.Error(
          `functions.${name}.events.stream: 'consumer' already gives the function a consumer of its own. Remove 'consumer' or 'fanOut'.`,
          'INVALID_STREAM',
        );
      }
      if (event.fanOut !== 'on' && event.consumer !== true) continue;
      if (event.enabled === false) {
        delete event.consumer;
        continue;
      }
      const id = `${provider.naming.getNormalizedFunctionName(name)}StreamConsumer`;
      consumers[id] = {
        Type: 'AWS::Kinesis::StreamConsumer',
        Properties: { StreamARN: event.arn, ConsumerName: streamConsumerName(provider.getStage(), name) },
      };
      // osls makes the event source mapping on the consumer instead of the stream. A Ref of a consumer is its ARN.
      event.consumer = ref(id);
    }
  }
  return consumers;
}

function streamsOf({ events }: FunctionDefinition): StreamEvent[] {
  return events.flatMap(({ stream: event }) => (typeof event === 'object' ? [event as StreamEvent] : []));
}
