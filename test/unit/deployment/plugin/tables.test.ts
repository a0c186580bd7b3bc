import { describe, expect, it } from 'vitest';
import { type TableDefinition, tables } from '#adapters/aws/tables.ts';
import { tables as tablesStep } from '#deployment/plugin/tables/step.ts';
import { serverlessOf, silent } from './serverless.ts';

function resources(custom: Record<string, unknown>) {
  const serverless = serverlessOf({}, { custom });
  tablesStep(serverless, silent).compile?.();
  return serverless.service.provider.compiledCloudFormationTemplate.Resources;
}

const options = { tables: { deletionProtection: true, onRemoval: 'Retain' } };

describe('the tables of the template', () => {
  it.each<[string, TableDefinition]>(Object.entries(tables))(
    '%s is what its readers think it is',
    (name, definition) => {
      const table = resources(options)[`${name.charAt(0).toUpperCase()}${name.slice(1)}Table`];
      expect(table).toMatchObject({
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          TableName: `starling-dev-${name}`,
          BillingMode: 'PAY_PER_REQUEST',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEEnabled: true },
          DeletionProtectionEnabled: true,
        },
      });
      const { partitionKey, sortKey, timeToLive, indexes } = definition;
      const keys = (hash: string, range?: string) => [
        { AttributeName: hash, KeyType: 'HASH' },
        ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
      ];
      expect(table?.Properties.KeySchema).toEqual(keys(partitionKey, sortKey));
      expect(table?.Properties.TimeToLiveSpecification).toEqual(
        timeToLive === undefined ? undefined : { AttributeName: timeToLive, Enabled: true },
      );
      const globalIndexes = (table?.Properties.GlobalSecondaryIndexes ?? []) as {
        IndexName: string;
        KeySchema: object;
      }[];
      expect(globalIndexes.map(({ IndexName, KeySchema }) => [IndexName, KeySchema])).toEqual(
        indexes.map((index) => [index.name, keys(index.partitionKey, index.sortKey)]),
      );
      // DynamoDB refuses an attribute that is no key, a key that is no attribute, and one that is there twice.
      const declared = ((table?.Properties.AttributeDefinitions ?? []) as { AttributeName: string }[]).map(
        (a) => a.AttributeName,
      );
      const used = [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
      expect(declared.toSorted()).toEqual([...new Set(used.filter((key) => key !== undefined))].toSorted());
    },
  );

  it('may go with the stack', () => {
    const table = resources({ tables: { deletionProtection: false, onRemoval: 'Delete' } }).TasksTable;
    expect(table?.DeletionPolicy).toBe('Delete');
    expect(table?.Properties.DeletionProtectionEnabled).toBe(false);
  });

  it('are refused without a word on what becomes of them', () => {
    expect(() => resources({})).toThrow(/custom\.tables is missing/);
  });
});
