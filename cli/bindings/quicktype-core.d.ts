/**
 * The used parts of quicktype-core. Its own types are far larger and need the types of lodash:
 * https://github.com/glideapps/quicktype
 */
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
    readonly lang: string | TargetLanguage;
    readonly combineClasses: boolean;
    readonly rendererOptions: RendererOptions;
  }): Promise<ReadonlyMap<string, { readonly lines: readonly string[] }>>;

  /** Handed on, and not looked into. */
  export type RenderContext = { readonly context: unique symbol };
  export type JavaClass = { readonly class: unique symbol };
  export type JavaName = { readonly name: unique symbol };
  export type LanguageOptions = { readonly options: unique symbol };
  export type OptionDefinitions = { readonly definitions: unique symbol };
  export const javaOptions: OptionDefinitions;
  export const goOptions: OptionDefinitions;
  export const pythonOptions: OptionDefinitions;
  export function getOptionValues(definitions: OptionDefinitions, options: RendererOptions): LanguageOptions;
  export abstract class TargetLanguage {
    readonly displayName: string;
  }
  export interface ForbiddenNames {
    readonly names: readonly string[];
    readonly includeGlobalForbidden: boolean;
  }
  export class GoTargetLanguage extends TargetLanguage {
    protected makeRenderer(context: RenderContext, options: RendererOptions): GoRenderer;
  }
  export class GoRenderer {
    constructor(language: GoTargetLanguage, context: RenderContext, options: LanguageOptions);
    protected forbiddenForObjectProperties(type: unknown, name: unknown): ForbiddenNames;
  }
  export class PythonTargetLanguage extends TargetLanguage {
    protected makeRenderer(context: RenderContext, options: RendererOptions): JSONPythonRenderer;
  }
  export class JSONPythonRenderer {
    constructor(language: PythonTargetLanguage, context: RenderContext, options: LanguageOptions);
    protected forbiddenForObjectProperties(type: unknown, name: unknown): ForbiddenNames;
  }
  export interface JavaProperty {
    readonly isOptional: boolean;
    readonly type: { readonly kind: string };
  }
  export type JavaAccessor = [
    type: JavaClass,
    className: JavaName,
    propertyName: JavaName,
    jsonName: string,
    property: JavaProperty,
    isSetter: boolean,
  ];
  export class JavaTargetLanguage extends TargetLanguage {
    protected makeRenderer(context: RenderContext, options: RendererOptions): JacksonRenderer;
  }
  export class JacksonRenderer {
    constructor(language: JavaTargetLanguage, context: RenderContext, options: LanguageOptions);
    protected emitLine(line: string): void;
    protected emitClassAttributes(type: JavaClass, name: JavaName): void;
    protected annotationsForAccessor(...accessor: JavaAccessor): readonly string[];
  }
}
