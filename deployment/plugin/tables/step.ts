import { addResources } from '../osls.ts';
import type { Step } from '../step.ts';
import { type TableOptions, tableResources } from './resources.ts';

/**
 * The DynamoDB tables of the mesh, as adapters/aws/tables.ts defines them for the code that reads and writes them.
 *
 * ```yaml
 * custom:
 *   tables:
 *     deletionProtection: true
 *     onRemoval: RetainExceptOnCreate
 * ```
 */
export const tables: Step = (serverless) => {
  serverless.configSchemaHandler.defineCustomProperties({
    properties: {
      tables: {
        type: 'object',
        properties: {
          deletionProtection: { type: 'boolean' },
          // The deletion policy of CloudFormation, for when the stack is removed.
          onRemoval: { enum: ['Retain', 'RetainExceptOnCreate', 'Delete'] },
        },
        required: ['deletionProtection', 'onRemoval'],
        additionalProperties: false,
      },
    },
  });
  return {
    compile() {
      const options = serverless.service.custom?.tables as TableOptions | undefined;
      if (options === undefined) {
        throw new serverless.classes.Error(
          'custom.tables is missing. Add it with the keys deletionProtection and onRemoval.',
          'TABLES_MISSING',
        );
      }
      addResources(serverless, tableResources(serverless.getProvider('aws').getStage(), options));
    },
  };
};
