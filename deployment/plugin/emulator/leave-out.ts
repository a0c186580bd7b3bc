import { leaveOutTypes } from '../leave-out-types.ts';
import { resourcesOf, type Template } from '../template.ts';

/** Types that MiniStack 1.5.33 refuses a template for. All that the mesh is tested by on an emulator is without these. */
export const leftOut: readonly string[] = [
  'AWS::Events::Archive',
  'AWS::EventSchemas::Registry',
  'AWS::EventSchemas::Schema',
];

/**
 * Takes the types of `leftOut` out of the template, and response streaming, which an emulator deploys and cannot do: its
 * functions have no `awslambda`. Alarms, dependencies and outputs of what is left out go with it.
 */
export function leaveOut(template: Template): void {
  leaveOutTypes(template, leftOut);
  bufferResponses(template);
}

interface Integration {
  ResponseTransferMode?: string;
  TimeoutInMillis?: number;
  Uri?: unknown;
}

interface Environment {
  readonly Variables?: Record<string, unknown>;
}

/** Both halves: how API Gateway calls the function, and how the function answers. */
function bufferResponses(template: Template): void {
  for (const [, { Properties }] of resourcesOf(template, 'AWS::ApiGateway::Method')) {
    const integration = Properties.Integration as Integration | undefined;
    if (integration?.ResponseTransferMode !== 'STREAM') continue;
    delete integration.ResponseTransferMode;
    // An answer that is not streamed may take 29 s.
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
