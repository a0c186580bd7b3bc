import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '#shared/errors.ts';
import { folder, manifestFile } from '../entries/entry.ts';
import { addResources, eventOf, type Serverless } from '../osls.ts';
import type { Step } from '../step.ts';
import { resourcesOf, type Template } from '../template.ts';
import { collectAgents } from './collect.ts';
import { manifestResource } from './resource.ts';

/**
 * The event `manifest: agents`: a deployment calls the function with the manifest of all agents of serverless.yml when the
 * manifest has changed. Standalone calls it at its start.
 *
 * The manifest is packaged with the function, in a file beside the function's entry.
 */
export const manifest: Step = (serverless) => {
  serverless.configSchemaHandler.defineFunctionEvent('aws', 'manifest', { enum: ['agents'] });
  let collected: Promise<string> | undefined;
  const text = () => {
    collected ??= collect(serverless);
    return collected;
  };
  const functions = () =>
    Object.entries(serverless.service.functions).flatMap(([name, definition]) =>
      eventOf(definition, 'manifest') === undefined ? [] : [name],
    );
  return {
    // A skill's schema that does not compile shows before anything is bundled.
    prepare: async () => void (await text()),
    async bundle() {
      for (const name of functions()) {
        writeFileSync(join(serverless.serviceDir, folder, manifestFile(name)), await text());
      }
    },
    async finish() {
      const { naming } = serverless.getProvider('aws');
      const listeners = listenersOf(serverless.service.provider.compiledCloudFormationTemplate);
      for (const name of functions()) {
        const resource = manifestResource(naming.getLambdaLogicalId(name), await text(), listeners);
        addResources(serverless, { [`${naming.getNormalizedFunctionName(name)}Manifest`]: resource });
      }
    },
  };
};

async function collect(serverless: Serverless): Promise<string> {
  try {
    return JSON.stringify({ agents: await collectAgents(serverless) });
  } catch (error) {
    throw new serverless.classes.Error(messageOf(error), 'INVALID_AGENT');
  }
}

/** The resources that deliver events. They must exist before the function announces agents, or nobody hears of the agents. */
function listenersOf(template: Template): string[] {
  return ['AWS::Events::Rule', 'AWS::SQS::QueuePolicy'].flatMap((type) =>
    resourcesOf(template, type).flatMap(([id, { Condition }]) => (Condition === undefined ? [id] : [])),
  );
}
