import type { ResourceMap } from './resources.ts';

/** The part of osls that this plugin uses: osls ships types of its configuration, none of its plugin interface. */
export interface Serverless {
  readonly service: {
    readonly functions: Record<string, FunctionDefinition>;
    readonly custom?: { readonly subscription?: { readonly eventBus?: unknown } };
    readonly provider: {
      readonly timeout?: number;
      readonly compiledCloudFormationTemplate: { Resources: ResourceMap };
    };
  };
  readonly configSchemaHandler: {
    defineFunctionEvent(provider: string, name: string, schema: object): void;
    defineFunctionProperties(provider: string, schema: object): void;
    defineCustomProperties(schema: object): void;
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: 'aws'): {
    getStage(): string;
    readonly naming: { getNormalizedFunctionName(functionName: string): string };
  };
}

export interface FunctionDefinition {
  readonly timeout?: number;
  readonly events: FunctionEvent[];
}

export type FunctionEvent = Record<string, unknown>;
