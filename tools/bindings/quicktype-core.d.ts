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
  export function quicktypeMultiFile(options: {
    readonly inputData: InputData;
    readonly lang: string;
    readonly rendererOptions: Readonly<Record<string, string>>;
  }): Promise<ReadonlyMap<string, { readonly lines: readonly string[] }>>;
}
