import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '#shared/errors.ts';
import { folder, manifestFile } from '../entries/entry.ts';
import { addResources, eventOf, type Hooks, type Serverless } from '../osls.ts';
import { resourcesOf, type Template } from '../template.ts';
import { collectAgents } from './collect.ts';
import { manifestResource } from './resource.ts';

/**
 * The event `manifest: agents`: a function is called with the manifest of all agents of serverless.yml when a deployment
 * has changed it, and by standalone at its start.
 *
 * The manifest is packaged with the function. Listed after the entries, beside which it is written.
 */
export default class ManifestPlugin {
  readonly hooks: Hooks;
  readonly #serverless: Serverless;
  #manifest = '';

  constructor(serverless: Serverless) {
    this.#serverless = serverless;
    serverless.configSchemaHandler.defineFunctionEvent('aws', 'manifest', { enum: ['agents'] });
    this.hooks = {
      // Before anything is bundled: a schema that does not compile should show in a second.
      'before:package:initialize': () => this.#collect(),
      'before:package:createDeploymentArtifacts': () => this.#write(),
      'after:aws:package:finalize:mergeCustomProviderResources': () => this.#addResource(),
    };
  }

  async #collect(): Promise<void> {
    try {
      const agents = await collectAgents(this.#serverless);
      this.#manifest = JSON.stringify({ agents });
    } catch (error) {
      throw new this.#serverless.classes.Error(messageOf(error), 'INVALID_AGENT');
    }
  }

  #write(): void {
    for (const name of this.#functions()) {
      writeFileSync(join(this.#serverless.serviceDir, folder, manifestFile(name)), this.#manifest);
    }
  }

  #addResource(): void {
    const { naming } = this.#serverless.getProvider('aws');
    const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
    for (const name of this.#functions()) {
      const id = `${naming.getNormalizedFunctionName(name)}Manifest`;
      const resource = manifestResource(naming.getLambdaLogicalId(name), this.#manifest, listenersOf(template));
      addResources(this.#serverless, { [id]: resource });
    }
  }

  #functions(): string[] {
    return Object.entries(this.#serverless.service.functions).flatMap(([name, definition]) =>
      eventOf(definition, 'manifest') === undefined ? [] : [name],
    );
  }
}

/** What has to be there before agents are announced on the bus, so that everybody hears of them. */
function listenersOf(template: Template): string[] {
  return ['AWS::Events::Rule', 'AWS::SQS::QueuePolicy'].flatMap((type) =>
    resourcesOf(template, type).flatMap(([id, { Condition }]) => (Condition === undefined ? [id] : [])),
  );
}
