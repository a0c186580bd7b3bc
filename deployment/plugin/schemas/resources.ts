import { attributeOf, type Resource, type ResourceMap } from '../template.ts';
import type { RegistrySchema } from './openapi.ts';

const registryId = 'SchemaRegistry';

/** @param registry the registry's name: its stage's bus has the same */
export function schemaResources(registry: string, schemas: readonly RegistrySchema[]): ResourceMap {
  const resources: ResourceMap = {
    [registryId]: {
      Type: 'AWS::EventSchemas::Registry',
      Properties: { RegistryName: registry, Description: `The events on the bus ${registry}` },
    },
  };
  for (const schema of schemas) resources[logicalId(schema.name)] = schemaResource(schema);
  return resources;
}

function schemaResource({ name, description, content }: RegistrySchema): Resource {
  return {
    Type: 'AWS::EventSchemas::Schema',
    Properties: {
      RegistryName: attributeOf(registryId, 'RegistryName'),
      SchemaName: name,
      Type: 'OpenApi3',
      Description: description,
      Content: content,
    },
  };
}

/** `starling.tasks@TaskRequested.v1` becomes `SchemaStarlingTasksTaskRequestedV1`. */
function logicalId(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/);
  return `Schema${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}
