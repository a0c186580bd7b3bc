import { join } from 'node:path';
import { busName } from '#wiring/names.ts';
import { addResources } from '../osls.ts';
import type { Step } from '../step.ts';
import { openApiSchemas } from './openapi.ts';
import { schemaResources } from './resources.ts';

/** Puts every event schema of schemas/ into EventBridge's registry, where other teams find them and generate code from them. */
export const schemas: Step = (serverless) => ({
  compile() {
    const registry = busName(serverless.getProvider('aws').getStage());
    addResources(serverless, schemaResources(registry, openApiSchemas(join(serverless.serviceDir, 'schemas'))));
  },
});
