import { typesOf } from '../schemas/names.ts';
import { baseId, eventsOf, idOf, resolve, rootOf, type SchemaSet } from '../schemas/schema.ts';

export const languages = ['python', 'go', 'java', 'typescript'] as const;
export type Language = (typeof languages)[number];

export interface BindingFile {
  readonly name: string;
  readonly text: string;
}

interface Rendering {
  /** The file's name, where there is one for all types. */
  readonly file: string;
  readonly options: Readonly<Record<string, string>>;
}

const renderings: Readonly<Record<Language, Rendering>> = {
  // Data classes came with Python 3.7.
  python: { file: 'starling_events.py', options: { 'python-version': '3.7' } },
  // What an event does not say must not become null, which no schema of ours takes.
  go: { file: 'events.go', options: { package: 'starlingevents', 'omit-empty': 'true' } },
  java: { file: 'Events.java', options: { package: 'starling.events' } },
  typescript: { file: 'starling-events.ts', options: {} },
};

/** What quicktype calls the one file of a language that has one. */
const ONLY_FILE = 'stdout';

/**
 * Types for the `data` of every event, with functions that read and write them as JSON. They hold no event to its schema: that
 * is done where it is put.
 *
 * @throws the error of the import where quicktype-core is not installed.
 */
export async function generateBindings(set: SchemaSet, language: Language): Promise<readonly BindingFile[]> {
  // It takes a quarter of a second to load, which no other command should wait for.
  const { InputData, JSONSchemaInput, JSONSchemaStore, quicktypeMultiFile } = await import('quicktype-core');
  class Store extends JSONSchemaStore {
    async fetch(address: string): Promise<object | undefined> {
      const file = set.files.get(address.slice(baseId.length));
      return file && (withoutFormats(file.schema) as object);
    }
  }
  const input = new JSONSchemaInput(new Store());
  for (const [name, uri] of topLevels(set)) await input.addSource({ name, uris: [uri] });
  const inputData = new InputData();
  inputData.addInput(input);
  const { file, options } = renderings[language];
  const rendered = await quicktypeMultiFile({
    inputData,
    lang: language,
    leadingComments: ['Written by npx starling bindings from schemas/. Do not edit.'],
    rendererOptions: options,
  });
  return [...rendered].map(([name, { lines }]) => ({
    name: name === ONLY_FILE ? file : name,
    text: `${lines.join('\n').trimEnd()}\n`,
  }));
}

/** The types of the events by their names, each once: an event may share another's contract. */
function topLevels(set: SchemaSet): ReadonlyMap<string, string> {
  const types = typesOf(set);
  return new Map(
    eventsOf(set).map((file) => {
      const id = idOf(resolve(set, rootOf(file)));
      const name = types.get(id)?.name;
      if (name === undefined) throw new TypeError(`${file.path} has no type`);
      return [name, id];
    }),
  );
}

/** Times stay the text that they are: languages read them into types of their own, and write them differently. */
function withoutFormats(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutFormats);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { format, ...rest } = schema as { readonly format?: unknown };
  const kept = typeof format === 'string' ? rest : schema;
  return Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, withoutFormats(value)]));
}
