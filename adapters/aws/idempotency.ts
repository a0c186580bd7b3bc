import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Idempotency } from '#shared/ports/idempotency.ts';

export interface DynamoIdempotencyOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/**
 * The DynamoDB layer of Powertools, with its own attribute names. So every function that uses Powertools can share the
 * table.
 */
export class DynamoIdempotency implements Idempotency {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor({ client, table }: DynamoIdempotencyOptions) {
    this.#client = client;
    this.#table = table;
  }

  async createLayer(): Promise<BasePersistenceLayer> {
    return new DynamoDBPersistenceLayer({ tableName: this.#table, awsSdkV3Client: this.#client });
  }
}
