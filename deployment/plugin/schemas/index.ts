import { join } from 'node:path';
import { busName } from '#wiring/names.ts';
import { addResources, type Hooks, type Serverless } from '../osls.ts';
import { openApiSchemas } from './openapi.ts';
import { schemaResources } from './resources.ts';

/** Every event schema of schemas/ in EventBridge's registry, where other teams find them and generate code from them. */
export default class SchemasPlugin {
  readonly hooks: Hooks;

  constructor(serverless: Serverless) {
    this.hooks = {
      'package:compileEvents': () =>
        addResources(
          serverless,
          schemaResources(
            busName(serverless.getProvider('aws').getStage()),
            openApiSchemas(join(serverless.serviceDir, 'schemas')),
          ),
        ),
    };
  }
}
