import type { FunctionDefinition, PluginLog, Serverless } from '#deployment/plugin/osls.ts';
import type { Template } from '#deployment/plugin/template.ts';

/** osls as our plugins see it, with a template that is still empty and names that are their own logical ids. */
export function serverlessOf(
  functions: Record<string, FunctionDefinition>,
  rest: { timeout?: number; custom?: Record<string, unknown>; serviceDir?: string; template?: Template } = {},
): Serverless {
  const { timeout, custom = {}, serviceDir = '.', template = { Resources: {} } } = rest;
  return {
    serviceDir,
    service: {
      functions,
      custom,
      provider: {
        runtime: 'nodejs24.x',
        compiledCloudFormationTemplate: template,
        ...(timeout === undefined ? {} : { timeout }),
      },
    },
    configSchemaHandler: {
      defineFunctionEvent() {},
      defineFunctionEventProperties() {},
      defineFunctionProperties() {},
      defineCustomProperties() {},
    },
    classes: { Error },
    getProvider: () => ({
      getStage: () => 'dev',
      naming: {
        getNormalizedFunctionName: (name) => name,
        getLambdaLogicalId: (name) => `${name}LambdaFunction`,
        getLogGroupLogicalId: (name) => `${name}LogGroup`,
      },
    }),
  };
}

export function functionOf(parts: Partial<FunctionDefinition>): FunctionDefinition {
  return { handler: 'handler.handler', events: [], ...parts };
}

/** Takes warnings and writes nothing. */
export const silent: PluginLog = { warning() {} };
