import { type IndexDefinition, type TableDefinition, type TableName, tableName, tables } from '#adapters/aws/tables.ts';
import type { Resource, ResourceMap } from '../template.ts';

export interface TableOptions {
  readonly deletionProtection: boolean;
  /** `Retain`, `RetainExceptOnCreate` or `Delete`. */
  readonly onRemoval: string;
}

/** `TasksTable` for `tasks`. */
export function tableId(name: TableName): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Table`;
}

export function tableResources(stage: string, options: TableOptions): ResourceMap {
  const entries = Object.entries(tables) as [TableName, TableDefinition][];
  return Object.fromEntries(
    entries.map(([name, table]) => [tableId(name), tableResource(stage, name, table, options)]),
  );
}

function tableResource(stage: string, name: TableName, table: TableDefinition, options: TableOptions): Resource {
  return {
    Type: 'AWS::DynamoDB::Table',
    DeletionPolicy: options.onRemoval,
    // A change that replaces the table must not delete the old table's data.
    UpdateReplacePolicy: 'Retain',
    Properties: {
      TableName: tableName(stage, name),
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: attributesOf(table),
      KeySchema: keySchema(table.partitionKey, table.sortKey),
      ...(table.indexes.length > 0 && { GlobalSecondaryIndexes: table.indexes.map(indexOf) }),
      ...(table.timeToLive !== undefined && {
        TimeToLiveSpecification: { AttributeName: table.timeToLive, Enabled: true },
      }),
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      DeletionProtectionEnabled: options.deletionProtection,
    },
  };
}

function indexOf({ name, partitionKey, sortKey, projection }: IndexDefinition): Record<string, unknown> {
  return {
    IndexName: name,
    KeySchema: keySchema(partitionKey, sortKey),
    Projection:
      projection === 'KEYS_ONLY'
        ? { ProjectionType: 'KEYS_ONLY' }
        : { ProjectionType: 'INCLUDE', NonKeyAttributes: projection.include },
  };
}

function keySchema(partitionKey: string, sortKey: string | undefined): Record<string, string>[] {
  const hash = { AttributeName: partitionKey, KeyType: 'HASH' };
  return sortKey === undefined ? [hash] : [hash, { AttributeName: sortKey, KeyType: 'RANGE' }];
}

/** CloudFormation wants each key attribute once, and no other attributes. */
function attributesOf(table: TableDefinition): Record<string, string>[] {
  const types = new Map<string, string>([[table.partitionKey, 'S']]);
  if (table.sortKey !== undefined) types.set(table.sortKey, 'S');
  for (const { partitionKey, sortKey, sortKeyType } of table.indexes) {
    if (!types.has(partitionKey)) types.set(partitionKey, 'S');
    if (!types.has(sortKey)) types.set(sortKey, sortKeyType);
  }
  return [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
}
