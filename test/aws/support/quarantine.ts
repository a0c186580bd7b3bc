import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { tableName } from '#adapters/aws/tables.ts';
import type { Deployment } from '#deployment/deployed/deployment.ts';
import { clientOptions } from './endpoint.ts';

/** What a deployed stack has quarantined, as an operator finds it. */
export function quarantineOf({ stage }: Deployment) {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions));
  return {
    /** Why the event that has this text in it is there; undefined while it is not. */
    async reasonOf(text: string): Promise<string | undefined> {
      for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName(stage, 'quarantine') })) {
        const found = Items.find(({ event }) => String(event).includes(text));
        if (found) return String(found.reason);
      }
      return undefined;
    },
    close: () => client.destroy(),
  };
}
