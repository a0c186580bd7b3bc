import { addResources, type Hooks, type Serverless } from '../osls.ts';
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
export default class TablesPlugin {
  readonly hooks: Hooks;

  constructor(serverless: Serverless) {
    serverless.configSchemaHandler.defineCustomProperties({
      properties: {
        tables: {
          type: 'object',
          properties: {
            deletionProtection: { type: 'boolean' },
            // What becomes of them when the stack is removed.
            onRemoval: { enum: ['Retain', 'RetainExceptOnCreate', 'Delete'] },
          },
          required: ['deletionProtection', 'onRemoval'],
          additionalProperties: false,
        },
      },
    });
    this.hooks = {
      'package:compileEvents': () => {
        const options = serverless.service.custom?.tables as TableOptions | undefined;
        if (options === undefined) {
          throw new serverless.classes.Error(
            'custom.tables is missing: say { deletionProtection, onRemoval }.',
            'TABLES_MISSING',
          );
        }
        addResources(serverless, tableResources(serverless.getProvider('aws').getStage(), options));
      },
    };
  }
}
