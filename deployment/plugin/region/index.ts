import { leaveOutTypes } from '../leave-out-types.ts';
import type { Hooks, Serverless } from '../osls.ts';

/** What some regions do not have, by the word for it in `custom.regionLacks`. The mesh does its work without. */
const types: ReadonlyMap<string, readonly string[]> = new Map([
  ['archive', ['AWS::Events::Archive']],
  ['schemas', ['AWS::EventSchemas::Registry', 'AWS::EventSchemas::Schema']],
]);

/**
 * Takes out of the finished template what the region does not have, as `custom.regionLacks` says (words with commas between
 * them): CloudFormation refuses a template with a type that it does not know, whatever its condition.
 */
export default class RegionPlugin {
  readonly hooks: Hooks;

  constructor(serverless: Serverless) {
    serverless.configSchemaHandler.defineCustomProperties({ properties: { regionLacks: { type: 'string' } } });
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { custom, provider } = serverless.service;
        const words = String(custom?.regionLacks ?? '').split(/[\s,]+/);
        for (const word of words.filter((each) => each !== '')) {
          const lacking = types.get(word);
          if (lacking === undefined) {
            const message = `regionLacks: '${word}' is nothing to leave out. It takes ${[...types.keys()].join(', ')}.`;
            throw new serverless.classes.Error(message, 'INVALID_REGION_LACKS');
          }
          leaveOutTypes(provider.compiledCloudFormationTemplate, lacking);
        }
      },
    };
  }
}
