import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type TableDefinition, type TableName, tableName, tables } from '#adapters/aws/tables.ts';

/** Seconds that a table may take until it can be used. */
const MAX_WAIT = 60;

export interface TablesOptions {
  /** False where a suite's clock stands in the past: DynamoDB would delete what it writes. */
  readonly expire?: boolean;
}

/** Makes tables of a stage as adapters/aws/tables.ts defines them, and resolves when they can be used. */
export async function createTables(
  client: DynamoDBClient,
  stage: string,
  names: readonly TableName[],
  { expire = true }: TablesOptions = {},
): Promise<{ remove(): Promise<void> }> {
  await Promise.all(names.map((name) => createTable(client, tableName(stage, name), tables[name], expire)));
  return {
    remove: async () => {
      await Promise.all(names.map((name) => deleteTable(client, tableName(stage, name))));
    },
  };
}

/** A table's definition as CreateTable takes it. */
export function createTableInput(table: string, definition: TableDefinition): CreateTableCommandInput {
  const { partitionKey, sortKey, indexes } = definition;
  const types = new Map<string, 'N' | 'S'>([[partitionKey, 'S']]);
  if (sortKey !== undefined) types.set(sortKey, 'S');
  for (const index of indexes) types.set(index.partitionKey, 'S').set(index.sortKey, index.sortKeyType);
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: keySchema(partitionKey, sortKey),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.partitionKey, index.sortKey),
        Projection:
          index.projection === 'KEYS_ONLY'
            ? { ProjectionType: 'KEYS_ONLY' as const }
            : { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...index.projection.include] },
      })),
    }),
  };
}

async function createTable(
  client: DynamoDBClient,
  table: string,
  definition: TableDefinition,
  expire: boolean,
): Promise<void> {
  await client.send(new CreateTableCommand(createTableInput(table, definition)));
  await waitUntilTableExists({ client, maxWaitTime: MAX_WAIT, minDelay: 1, maxDelay: 2 }, { TableName: table });
  if (definition.timeToLive === undefined || !expire) return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: table,
      TimeToLiveSpecification: { Enabled: true, AttributeName: definition.timeToLive },
    }),
  );
}

async function deleteTable(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(new DeleteTableCommand({ TableName: table }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}

function keySchema(partitionKey: string, sortKey: string | undefined) {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' as const },
    ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' as const }]),
  ];
}
