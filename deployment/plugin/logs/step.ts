import type { Step } from '../step.ts';
import { resourcesOf } from '../template.ts';

/**
 * What happens to the log groups of the finished template when the stack, or their function, is removed. osls gives those of
 * functions no deletion policy.
 *
 * ```yaml
 * custom:
 *   logs:
 *     onRemoval: RetainExceptOnCreate
 * ```
 */
export const logs: Step = ({ service, configSchemaHandler, classes }) => {
  configSchemaHandler.defineCustomProperties({
    properties: {
      logs: {
        type: 'object',
        properties: { onRemoval: { enum: ['Retain', 'RetainExceptOnCreate', 'Delete'] } },
        required: ['onRemoval'],
        additionalProperties: false,
      },
    },
  });
  return {
    finish() {
      const options = service.custom?.logs as { readonly onRemoval: string } | undefined;
      if (options === undefined) {
        throw new classes.Error('custom.logs is missing. Add it with the key onRemoval.', 'LOGS_MISSING');
      }
      // RetainExceptOnCreate is no policy for replacements:
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html
      const UpdateReplacePolicy = options.onRemoval === 'Delete' ? 'Delete' : 'Retain';
      const { Resources } = service.provider.compiledCloudFormationTemplate;
      for (const [id, group] of resourcesOf({ Resources }, 'AWS::Logs::LogGroup')) {
        Resources[id] = { DeletionPolicy: options.onRemoval, UpdateReplacePolicy, ...group };
      }
    },
  };
};
