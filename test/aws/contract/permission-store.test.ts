import { afterAll, beforeAll } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { DynamoPermissionStore } from '#adapters/aws/permission-store.ts';
import { tableName } from '#adapters/aws/tables.ts';
import { permissionStoreContract } from '#test/contract/permission-store.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { createTables } from '../support/tables.ts';

const stage = randomStage();
const documents = dynamoDbDocumentClient(clientOptions);
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(documents, stage, ['registry']));
});
afterAll(async () => {
  await remove();
  documents.destroy();
});

permissionStoreContract('aws', async () => ({
  store: new DynamoPermissionStore({ documents, table: tableName(stage, 'registry') }),
  close: () => clearTable(documents, stage, 'registry'),
}));
