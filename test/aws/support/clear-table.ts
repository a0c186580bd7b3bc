import { DeleteCommand, type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { type TableName, tableName, tables } from '#adapters/aws/tables.ts';

/** Empties a table between two tests: making another takes AWS some ten seconds. */
export async function clearTable(documents: DynamoDBDocumentClient, stage: string, name: TableName): Promise<void> {
  const table = tableName(stage, name);
  const { partitionKey, sortKey } = tables[name];
  const keys = [partitionKey, ...(sortKey === undefined ? [] : [sortKey])];
  const pages = paginateScan({ client: documents }, { TableName: table, AttributesToGet: keys, ConsistentRead: true });
  for await (const { Items = [] } of pages) {
    await Promise.all(Items.map((Key) => documents.send(new DeleteCommand({ TableName: table, Key }))));
  }
}
