import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { AwsLeases } from '#adapters/aws/leases.ts';
import { tableName } from '#adapters/aws/tables.ts';
import { leasesContract } from '#test/contract/leases.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { createTables } from '../support/tables.ts';

const stage = randomStage();
const client = dynamoDbDocumentClient(clientOptions);
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(client, stage, ['positions']));
});
afterAll(async () => {
  await remove();
  client.destroy();
});

leasesContract('aws', async () => ({
  leases: new AwsLeases({ client, table: tableName(stage, 'positions') }),
  pass: (seconds) => sleep(seconds * 1000),
  close: async () => {},
}));
