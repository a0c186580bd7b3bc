import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '#shared/ports/clock.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { Leases } from '#shared/ports/leases.ts';
import { conditionally } from './conditionally.ts';
import type { AwsCall } from './errors.ts';

export interface AwsLeasesOptions {
  readonly client: DynamoDBDocumentClient;
  /** The table `positions`. */
  readonly table: string;
  readonly clock?: Clock;
}

/** Leases in the table `positions`. Each lease is a row, changed by conditional writes. */
export class AwsLeases implements Leases {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #clock: Clock;

  constructor({ client, table, clock = systemClock }: AwsLeasesOptions) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
  }

  async take(name: string, owner: string, milliseconds: number): Promise<boolean> {
    const now = this.#clock.now();
    const command = new PutCommand({
      TableName: this.#table,
      Item: { ...keyOf(name), owner, until: now + milliseconds },
      ConditionExpression: 'attribute_not_exists(pk) OR #owner = :owner OR #until <= :now',
      ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
      ExpressionAttributeValues: { ':owner': owner, ':now': now },
    });
    return conditionally(this.#call('dynamodb:PutItem'), () => this.#client.send(command));
  }

  async release(name: string, owner: string): Promise<void> {
    const command = new DeleteCommand({
      TableName: this.#table,
      Key: keyOf(name),
      ConditionExpression: '#owner = :owner',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':owner': owner },
    });
    await conditionally(this.#call('dynamodb:DeleteItem'), () => this.#client.send(command));
  }

  #call(action: string): AwsCall {
    return { action, resource: `the table ${this.#table}` };
  }
}

function keyOf(name: string): { pk: string; sk: string } {
  return { pk: `lease#${name}`, sk: 'lease' };
}
