import { loadSchemas } from '#shared/schemas/load.ts';
import { type NamedType, typeOfEvent, typesOf } from '#shared/schemas/names.ts';
import { SchemaError } from '#shared/schemas/problems.ts';
import { type EventFile, eventsOf, idOf, rootOf, type SchemaSet, whereIs } from '#shared/schemas/schema.ts';
import { awsEvent, cloudEvent } from './openapi-envelope.ts';
import { componentRef, type OpenApiSchema, toOpenApi } from './openapi-schema.ts';

/** A schema as EventBridge's registry takes it (`AWS::EventSchemas::Schema` of type OpenApi3). */
export interface RegistrySchema {
  /** The name that the discovery of the registry gives: `starling.tasks@TaskRequested.v1`. */
  readonly name: string;
  /** At most 256 characters. */
  readonly description: string;
  /** An OpenAPI 3.0 document as JSON, at most 100,000 characters. */
  readonly content: string;
}

/** https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname.html */
const limits = { description: 256, content: 100_000 } as const;

/** The components of the envelope. */
const envelopeNames = ['AWSEvent', 'CloudEvent'] as const;

/**
 * Every event's schema for EventBridge's registry, which takes no JSON Schema 2020-12: the event as a rule delivers it,
 * the CloudEvent in its detail, and the data in that.
 *
 * @param folder the folder schemas/ of the project
 * @throws SchemaError when the schemas are not of the subset, or one is too large for the registry.
 */
export function openApiSchemas(folder: string): RegistrySchema[] {
  const set = loadSchemas(folder, 'schemas');
  const types = typesOf(set);
  checkNames(set, types);
  return eventsOf(set).map((event) => registrySchema(set, types, event));
}

function registrySchema(set: SchemaSet, types: ReadonlyMap<string, NamedType>, event: EventFile): RegistrySchema {
  const { source, detailType, schema } = event;
  const content = JSON.stringify(documentOf(set, types, event));
  if (content.length > limits.content) {
    const message = `In OpenAPI it has ${content.length} characters, and EventBridge's registry takes ${limits.content}: split the event, or shorten descriptions.`;
    throw new SchemaError([{ where: whereIs(set, rootOf(event)), message }]);
  }
  return {
    name: `${source}@${detailType}`,
    description: shorten(schema.description ?? '', limits.description),
    content,
  };
}

function documentOf(set: SchemaSet, types: ReadonlyMap<string, NamedType>, event: EventFile): object {
  const { detailType, schema } = event;
  const data = typeOfEvent(set, types, rootOf(event));
  // The description of an event that shares the contract of another event.
  const { title, description } = schema;
  const shared = idOf(data) !== idOf(rootOf(event));
  const dataSchema = shared ? { allOf: [componentRef(data)], title, description } : componentRef(data);
  return {
    openapi: '3.0.0',
    info: { version: majorOf(detailType), title: detailType, description },
    paths: {},
    components: {
      schemas: {
        AWSEvent: awsEvent(event, componentRef({ name: 'CloudEvent' })),
        CloudEvent: cloudEvent(event, dataSchema),
        ...componentsOf(set, types, data),
      },
    },
  };
}

/** A type and all that it refers to, by name, in the order in which they are met. */
function componentsOf(
  set: SchemaSet,
  types: ReadonlyMap<string, NamedType>,
  first: NamedType,
): Record<string, OpenApiSchema> {
  const met = new Set([first]);
  const components: Record<string, OpenApiSchema> = {};
  for (const type of met) components[type.name] = toOpenApi(set, types, type, (referred) => met.add(referred));
  return components;
}

/** `1.0.0` of `TaskRequested.v1`: within a major version a contract only grows. */
function majorOf(detailType: string): string {
  return `${/\d+$/.exec(detailType)?.[0] ?? '1'}.0.0`;
}

function checkNames(set: SchemaSet, types: ReadonlyMap<string, NamedType>): void {
  const taken = [...types.values()].filter(({ name }) => envelopeNames.some((reserved) => reserved === name));
  if (taken.length === 0) return;
  const problems = taken.map((type) => ({
    where: whereIs(set, type),
    message: `${type.name} is the name of a part of the envelope in EventBridge's registry: rename the definition.`,
  }));
  throw new SchemaError(problems);
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}
