/** A table in the terms of CreateTable and CloudFormation. A test compares both. */
export interface TableDefinition {
  readonly partitionKey: string;
  readonly sortKey?: string;
  readonly timeToLive?: string;
  readonly indexes: readonly IndexDefinition[];
}

export interface IndexDefinition {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  /** N or S. */
  readonly sortKeyType: 'N' | 'S';
  readonly projection: 'KEYS_ONLY' | { readonly include: readonly string[] };
}

export type TableName = 'tasks' | 'registry' | 'idempotency' | 'quarantine' | 'positions';

/** The tables of a stage, by the last part of their names. This is the only list of tables. Keys are strings. */
export const tables: Readonly<Record<TableName, TableDefinition>> = {
  tasks: {
    partitionKey: 'pk',
    sortKey: 'sk',
    timeToLive: 'expiresAt',
    indexes: [
      {
        // A sparse index: only the few tasks that the sweeper must look at again have `watch` (a shard) and `due`
        // (milliseconds).
        name: 'watched',
        partitionKey: 'watch',
        sortKey: 'due',
        sortKeyType: 'N',
        projection: 'KEYS_ONLY',
      },
      {
        // The lists of clients, by client, agent and shard (`client`), and by the time of the status (`clientAt`).
        name: 'ofClient',
        partitionKey: 'client',
        sortKey: 'clientAt',
        sortKeyType: 'S',
        projection: { include: ['contextId', 'state', 'expiresAt'] },
      },
    ],
  },
  registry: {
    partitionKey: 'pk',
    sortKey: 'sk',
    indexes: [
      {
        // A sparse index: only active agents and permissions have `listed`, the kind of list that contains them.
        name: 'listed',
        partitionKey: 'listed',
        sortKey: 'pk',
        sortKeyType: 'S',
        projection: { include: ['record', 'updatedAt'] },
      },
    ],
  },
  idempotency: { partitionKey: 'id', timeToLive: 'expiration', indexes: [] },
  quarantine: { partitionKey: 'pk', sortKey: 'sk', timeToLive: 'expiresAt', indexes: [] },
  positions: { partitionKey: 'pk', sortKey: 'sk', indexes: [] },
};

/** The name of a table. Scripts and policies of users rely on it. */
export function tableName(stage: string, name: TableName): string {
  return `starling-${stage}-${name}`;
}
