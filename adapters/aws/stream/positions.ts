import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { conditionally } from '../conditionally.ts';
import { calling } from '../errors.ts';

/** Digits of the longest sequence number (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html). */
const DIGITS = 129;

/** The positions of consumers, in the table `positions`. A row is the position of one consumer in one shard. */
export class StreamPositions {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async get(consumer: string, stream: string, shard: string): Promise<string | undefined> {
    // A consistent read, once when a consumer starts. From an old position, all later records would be delivered again.
    const command = new GetCommand({
      TableName: this.#table,
      Key: keyOf(consumer, stream, shard),
      ConsistentRead: true,
    });
    const { Item } = await calling(this.#call('dynamodb:GetItem'), () => this.#client.send(command));
    return typeof Item?.sequenceNumber === 'string' ? Item.sequenceNumber : undefined;
  }

  /** Stores the position unless the stored one is further on. */
  async advance(consumer: string, stream: string, shard: string, sequenceNumber: string): Promise<void> {
    const command = new PutCommand({
      TableName: this.#table,
      Item: { ...keyOf(consumer, stream, shard), sequenceNumber, place: placeOf(sequenceNumber) },
      ConditionExpression: 'attribute_not_exists(pk) OR #place < :place',
      ExpressionAttributeNames: { '#place': 'place' },
      ExpressionAttributeValues: { ':place': placeOf(sequenceNumber) },
    });
    await conditionally(this.#call('dynamodb:PutItem'), () => this.#client.send(command));
  }

  #call(action: string) {
    return { action, resource: `the table ${this.#table}` };
  }
}

function keyOf(consumer: string, stream: string, shard: string): { pk: string; sk: string } {
  return { pk: `${consumer}#${stream}`, sk: shard };
}

/**
 * In this form, text order is number order. Sequence numbers differ in length and have more digits than DynamoDB's
 * numbers.
 */
function placeOf(sequenceNumber: string): string {
  return sequenceNumber.padStart(DIGITS, '0');
}
