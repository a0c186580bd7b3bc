import type { Resource, Template } from './template.ts';

/** The part of osls that the steps use. osls ships types of its configuration, but not of its plugin interface. */
export interface Serverless {
  readonly serviceDir: string;
  readonly service: {
    readonly functions: Record<string, FunctionDefinition>;
    readonly custom?: Record<string, unknown>;
    readonly provider: {
      readonly runtime?: string;
      readonly timeout?: number;
      readonly compiledCloudFormationTemplate: Template;
    };
  };
  readonly configSchemaHandler: {
    defineFunctionEvent(provider: string, name: string, schema: object): void;
    defineFunctionEventProperties(provider: string, event: string, schema: object): void;
    defineFunctionProperties(provider: string, schema: object): void;
    defineCustomProperties(schema: object): void;
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: 'aws'): {
    getStage(): string;
    readonly naming: {
      getNormalizedFunctionName(functionName: string): string;
      getLambdaLogicalId(functionName: string): string;
      getLogGroupLogicalId(functionName: string): string;
    };
  };
}

/** A function of serverless.yml. All steps get the same object, and osls reads it again when it compiles. */
export interface FunctionDefinition {
  handler: string;
  /** Its name on AWS: `starling-{stage}-{function}`. */
  readonly name?: string;
  readonly timeout?: number;
  readonly events: FunctionEvent[];
  access?: unknown;
  environment?: Record<string, unknown>;
  role?: string;
  package?: { readonly artifact: string };
}

export type FunctionEvent = Readonly<Record<string, unknown>>;

/** Writes to the terminal while packaging. */
export interface PluginLog {
  warning(text: string): void;
}

/** The functions that osls calls, by the name of the moment. */
export type Hooks = Readonly<Record<string, () => void | Promise<void>>>;

/** The value of the function's first event of the type; undefined when it has none. */
export function eventOf({ events }: FunctionDefinition, type: string): unknown {
  return events.find((event) => event[type] !== undefined)?.[type];
}

/** The id of the agent that the function answers for. The id stands nowhere else. */
export function agentOf(definition: FunctionDefinition): string | undefined {
  const subscription = eventOf(definition, 'subscription') as { readonly agent?: string } | undefined;
  return subscription?.agent;
}

/** Adds resources to the template. Throws when the template has a resource with one of their ids. */
export function addResources(serverless: Serverless, resources: Readonly<Record<string, Resource>>): void {
  const { Resources } = serverless.service.provider.compiledCloudFormationTemplate;
  for (const [id, resource] of Object.entries(resources)) {
    if (Object.hasOwn(Resources, id)) {
      throw new serverless.classes.Error(
        `Two resources have the logical id ${id}: rename the one in serverless.yml.`,
        'LOGICAL_ID_TAKEN',
      );
    }
    Resources[id] = resource;
  }
}
