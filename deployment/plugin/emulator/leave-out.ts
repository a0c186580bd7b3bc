import { leaveOutTypes } from '../leave-out-types.ts';
import { resourcesOf, type Template } from '../template.ts';

/** MiniStack 1.5.33 refuses a template with these types. The tests on an emulator do not need them. */
export const leftOut: readonly string[] = [
  'AWS::Events::Archive',
  'AWS::Events::EventBusPolicy',
  'AWS::EventSchemas::Registry',
  'AWS::EventSchemas::Schema',
  'AWS::Kinesis::ResourcePolicy',
  'AWS::Kinesis::StreamConsumer',
  'AWS::XRay::SamplingRule',
];

/**
 * Removes the types of `leftOut` from the template, with dependencies and outputs that name them. A function with a consumer
 * of its own reads the stream instead. Also removes response streaming: an emulator deploys it, but its functions have no
 * `awslambda`.
 */
export function leaveOut(template: Template): void {
  readStreams(template);
  leaveOutTypes(template, leftOut);
  bufferResponses(template);
}

function readStreams(template: Template): void {
  for (const [consumer, { Properties }] of resourcesOf(template, 'AWS::Kinesis::StreamConsumer')) {
    for (const resource of Object.values(template.Resources))
      replaceRef(resource.Properties, consumer, Properties.StreamARN);
  }
}

/** Puts a value in place of each `Ref` of a resource, at any depth. */
function replaceRef(holder: object, id: string, value: unknown): void {
  for (const [key, inner] of Object.entries(holder)) {
    if (typeof inner !== 'object' || inner === null) continue;
    if ('Ref' in inner && inner.Ref === id) (holder as Record<string, unknown>)[key] = value;
    else replaceRef(inner, id, value);
  }
}

interface Integration {
  ResponseTransferMode?: string;
  TimeoutInMillis?: number;
  Uri?: unknown;
}

interface Environment {
  readonly Variables?: Record<string, unknown>;
}

/** Changes both sides: how API Gateway calls the function, and how the function answers. */
function bufferResponses(template: Template): void {
  for (const [, { Properties }] of resourcesOf(template, 'AWS::ApiGateway::Method')) {
    const integration = Properties.Integration as Integration | undefined;
    if (integration?.ResponseTransferMode !== 'STREAM') continue;
    delete integration.ResponseTransferMode;
    // The default, 29 s, is the maximum of a buffered response.
    delete integration.TimeoutInMillis;
    integration.Uri = JSON.parse(
      JSON.stringify(integration.Uri)
        .replace('/2021-11-15/', '/2015-03-31/')
        .replace('/response-streaming-invocations', '/invocations'),
    );
  }
  for (const [, { Properties }] of resourcesOf(template, 'AWS::Lambda::Function')) {
    const { Variables: variables } = (Properties.Environment ?? {}) as Environment;
    if (variables?.STARLING_RESPONSES === 'stream') variables.STARLING_RESPONSES = 'buffered';
  }
}
