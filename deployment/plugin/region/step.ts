import { leaveOutTypes } from '../leave-out-types.ts';
import type { Step } from '../step.ts';

/** The types that some regions do not have, by the word for them in `custom.regionLacks`. The mesh works without them. */
const types: ReadonlyMap<string, readonly string[]> = new Map([
  ['archive', ['AWS::Events::Archive']],
  ['schemas', ['AWS::EventSchemas::Registry', 'AWS::EventSchemas::Schema']],
  ['streamPolicy', ['AWS::Kinesis::ResourcePolicy']],
]);

/**
 * Takes the types of `custom.regionLacks` (words with commas between them) out of the finished template. CloudFormation
 * refuses a template with a type that it does not know, whatever the condition of the resource.
 */
export const region: Step = (serverless) => {
  serverless.configSchemaHandler.defineCustomProperties({ properties: { regionLacks: { type: 'string' } } });
  return {
    finish() {
      const { custom, provider } = serverless.service;
      const words = String(custom?.regionLacks ?? '').split(/[\s,]+/);
      for (const word of words.filter((each) => each !== '')) {
        const lacking = types.get(word);
        if (lacking === undefined) {
          const message = `regionLacks: unknown word '${word}'. Use ${[...types.keys()].join(', ')}.`;
          throw new serverless.classes.Error(message, 'INVALID_REGION_LACKS');
        }
        leaveOutTypes(provider.compiledCloudFormationTemplate, lacking);
      }
    },
  };
};
