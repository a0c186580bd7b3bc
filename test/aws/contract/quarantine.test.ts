import { rmSync } from 'node:fs';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { DynamoQuarantine } from '#adapters/aws/quarantine.ts';
import { tableName } from '#adapters/aws/tables.ts';
import { SqliteBlobStore } from '#adapters/sqlite/blob-store.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { quarantineContract } from '#test/contract/quarantine.ts';
import { TestClock, temporaryFolder } from '#test/support/fixtures.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { createTables } from '../support/tables.ts';

const stage = randomStage();
const table = tableName(stage, 'quarantine');
const documents = dynamoDbDocumentClient(clientOptions);
const folder = temporaryFolder();
/** Which store the large ones go to is nothing to the quarantine. */
const blobs = new SqliteBlobStore(folder);
const clear = () => clearTable(documents, stage, 'quarantine');
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(documents, stage, ['quarantine']));
});
afterAll(async () => {
  await remove();
  documents.destroy();
  rmSync(folder, { recursive: true, force: true });
});

quarantineContract('aws', async () => ({
  quarantine: new DynamoQuarantine({ documents, table, blobs, clock: systemClock, retentionMs }),
  close: clear,
}));

/** 14 days. */
const retentionMs = 14 * 86_400_000;

describe('the quarantine on DynamoDB', () => {
  afterEach(clear);

  async function items(): Promise<Record<string, unknown>[]> {
    const { Items = [] } = await documents.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
    return Items;
  }

  it('keeps the event beside its reason, and a large one in a blob', async () => {
    const quarantine = new DynamoQuarantine({ documents, table, blobs, clock: new TestClock(), retentionMs });
    await quarantine.put('no such agent', '{"a":1}');
    const [small] = await items();
    expect(small).toMatchObject({ reason: 'no such agent', event: '{"a":1}' });
    expect(small?.pk).toMatch(/^2025-01-01#[0-7]$/);
    expect(small?.expiresAt).toBe(Date.UTC(2025, 0, 15) / 1_000);
    await clear();

    const text = 'é'.repeat(110_000);
    await quarantine.put('too long', text);
    const [large] = await items();
    expect(large).not.toHaveProperty('event');
    const blob = await blobs.get(String(large?.blob));
    expect(Buffer.from(blob ?? []).toString()).toBe(text);
  });

  it('spreads the events of a day', async () => {
    const quarantine = new DynamoQuarantine({ documents, table, blobs, clock: new TestClock(), retentionMs });
    await Promise.all(Array.from({ length: 100 }, () => quarantine.put('bad', '{}')));
    expect(new Set((await items()).map(({ pk }) => pk)).size).toBe(8);
    expect(await quarantine.count()).toBe(100);
  });

  it('lists over its days and shards, and not what has expired', async () => {
    const clock = new TestClock();
    const quarantine = new DynamoQuarantine({ documents, table, blobs, clock, retentionMs });
    const day = 86_400;
    for (let index = 0; index < 30; index++) {
      await quarantine.put(`number ${index}`, '{}');
      if (index % 10 === 9) clock.advance(day);
    }
    const all = async (limit: number) => {
      const numbers: number[] = [];
      let cursor: string | undefined;
      do {
        const { events, next } = await quarantine.list({ limit, ...(cursor !== undefined && { cursor }) });
        numbers.push(...events.map(({ reason }) => Number(reason.replace('number ', ''))));
        cursor = next;
      } while (cursor !== undefined);
      return numbers;
    };
    const newestFirst = Array.from({ length: 30 }, (_, index) => 29 - index);
    for (const limit of [1, 7, 10, 30]) expect(await all(limit)).toEqual(newestFirst);
    const [first] = (await quarantine.list({ limit: 1 })).events;
    expect(first?.at).toBe(clock.now() - day * 1_000);
    clock.advance(12 * day);
    expect(await all(7)).toEqual(newestFirst.slice(0, 10));
  });

  it('counts what is kept, over all its days, and not what has expired', async () => {
    const clock = new TestClock();
    const quarantine = new DynamoQuarantine({ documents, table, blobs, clock, retentionMs });
    const day = 86_400;
    for (const wait of [0, day, 12 * day]) {
      clock.advance(wait);
      await quarantine.put('bad', '{}');
    }
    expect(await quarantine.count()).toBe(3);
    clock.advance(day);
    expect(await quarantine.count()).toBe(2);
    clock.advance(12 * day);
    expect(await quarantine.count()).toBe(1);
    clock.advance(day);
    expect(await quarantine.count()).toBe(0);
  });
});
