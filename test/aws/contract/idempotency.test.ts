import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamoDbClient, dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { DynamoIdempotency } from '#adapters/aws/idempotency.ts';
import { tableName } from '#adapters/aws/tables.ts';
import { agentTask } from '#shared/agent/task.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import { idempotencyContract } from '#test/contract/idempotency.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { createTables } from '../support/tables.ts';

const stage = randomStage();
const client = dynamoDbClient(clientOptions);
const documents = dynamoDbDocumentClient(clientOptions);
const idempotency = new DynamoIdempotency({ client, table: tableName(stage, 'idempotency') });
const clear = () => clearTable(documents, stage, 'idempotency');
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(client, stage, ['idempotency']));
});
afterAll(async () => {
  await remove();
  client.destroy();
  documents.destroy();
});

idempotencyContract('aws', async () => ({ idempotency, close: clear }));

it('gives a later attempt of task.once what DynamoDB itself could not hold', async () => {
  const request: TaskRequestedV1 = {
    taskId: '0198c5c6-7d1c-7b3a-8f00-000000000001',
    contextId: '0198c5c6-7d1c-7b3a-8f00-000000000002',
    agentId: 'shop',
    turn: 1,
    attemptBase: 0,
    deadline: '2026-01-01T00:05:00.000Z',
    principal: { id: 'app', scopes: [] },
    message: { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'buy' }] },
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const { signal } = new AbortController();
  const attempt = (number: number) =>
    agentTask(request, { attempt: number, signal, log, idempotency, timeLeft: () => 10_000, reportUsage() {} });
  let deep: unknown = { large: 1e300, '': 'no name', text: 'é'.repeat(100_000) };
  for (let i = 0; i < 100; i++) deep = [deep];
  let calls = 0;
  const work = () => {
    calls++;
    return deep;
  };
  expect(await attempt(1).once('charge', work)).toEqual(deep);
  expect(await attempt(2).once('charge', work)).toEqual(deep);
  expect(calls).toBe(1);
  await clear();
});
