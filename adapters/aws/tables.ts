/** A table as CreateTable and serverless.yml define it: a test holds the two together. */
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
        // Sparse: the few tasks that the sweeper has to look at again bear `watch` (a shard) and `due` (milliseconds).
        name: 'watched',
        partitionKey: 'watch',
        sortKey: 'due',
        sortKeyType: 'N',
        projection: 'KEYS_ONLY',
      },
    ],
  },
  registry: {
    partitionKey: 'pk',
    sortKey: 'sk',
    indexes: [
      {
        // Sparse: only active agents and permissions bear `listed`, with the kind of list that they stand in.
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

/** The name of a table: scripts and policies of users rely on it. */
export function tableName(stage: string, name: TableName): string {
  return `starling-${stage}-${name}`;
}
