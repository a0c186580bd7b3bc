/** What is used of quicktype-core, whose own types are far larger and bring lodash's: https://github.com/glideapps/quicktype */
declare module 'quicktype-core' {
  export abstract class JSONSchemaStore {
    abstract fetch(address: string): Promise<object | undefined>;
  }
  export class JSONSchemaInput {
    constructor(store: JSONSchemaStore | undefined);
    addSource(source: { readonly name: string; readonly uris: readonly string[] }): Promise<void>;
  }
  export class InputData {
    addInput(input: JSONSchemaInput): void;
  }
  export type RendererOptions = Readonly<Record<string, string>>;
  export function quicktypeMultiFile(options: {
    readonly inputData: InputData;
    readonly lang: string | JavaTargetLanguage;
    readonly rendererOptions: RendererOptions;
  }): Promise<ReadonlyMap<string, { readonly lines: readonly string[] }>>;

  /** Handed on, and not looked into. */
  export type RenderContext = { readonly context: unique symbol };
  export type JavaClass = { readonly class: unique symbol };
  export type JavaName = { readonly name: unique symbol };
  export type JavaOptions = { readonly options: unique symbol };
  export const javaOptions: { readonly definitions: unique symbol };
  export function getOptionValues(definitions: typeof javaOptions, options: RendererOptions): JavaOptions;
  export class JavaTargetLanguage {
    protected makeRenderer(context: RenderContext, options: RendererOptions): JacksonRenderer;
  }
  export class JacksonRenderer {
    constructor(language: JavaTargetLanguage, context: RenderContext, options: JavaOptions);
    protected emitLine(line: string): void;
    protected emitClassAttributes(type: JavaClass, name: JavaName): void;
  }
}
