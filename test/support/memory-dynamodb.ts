import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { type IndexDefinition, tables } from '#adapters/aws/tables.ts';

type Item = Record<string, unknown> & { readonly pk: string; readonly sk: string };
type Values = Readonly<Record<string, unknown>>;

/** Bytes that a page of a query reads (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.html). */
const PAGE_BYTES = 1024 * 1024;

interface QueryInput {
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: Values;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly FilterExpression?: string;
  readonly IndexName?: string;
  readonly Limit?: number;
  readonly ScanIndexForward?: boolean;
  readonly ExclusiveStartKey?: Item;
}

/**
 * A table of DynamoDB in memory, as far as the task store uses one, and what its calls read and write. It makes the work
 * of the adapter countable without an emulator. The contract suites run against an emulator too.
 */
export class MemoryDynamoDb {
  readonly client: DynamoDBDocumentClient;
  readonly items = new Map<string, Item>();
  readonly work = { calls: 0, read: 0, bytesRead: 0, written: 0, bytesWritten: 0 };
  /** Bytes of items that the largest page of a query had. */
  largestPage = 0;

  constructor() {
    this.client = dynamoDbDocumentClient({
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const send = async (command: { readonly input: never; readonly constructor: { readonly name: string } }) => {
      this.work.calls++;
      // The SDK gives back what it has read from the network, never the caller's own objects.
      return structuredClone(this.#answer(command.constructor.name, structuredClone(command.input)));
    };
    Object.assign(this.client, { send });
  }

  #answer(command: string, input: never): object {
    switch (command) {
      case 'GetCommand':
        return this.#get(input);
      case 'BatchGetCommand':
        return this.#batchGet(input);
      case 'PutCommand':
        return this.#put(input);
      case 'DeleteCommand':
        return this.#delete(input);
      case 'BatchWriteCommand':
        return this.#batchWrite(input);
      case 'QueryCommand':
        return this.#query(input);
      default:
        throw new Error(`the table in memory does not know ${command}`);
    }
  }

  #get({ Key }: { readonly Key: Item }) {
    const Item = this.items.get(keyOf(Key));
    return Item ? { Item: this.#read(Item) } : {};
  }

  #batchGet({ RequestItems }: { readonly RequestItems: Record<string, { readonly Keys: readonly Item[] }> }) {
    const answers = Object.entries(RequestItems).map(([table, { Keys }]) => {
      if (Keys.length > 100 || new Set(Keys.map(keyOf)).size < Keys.length) throw new Error('ValidationException');
      const found = Keys.map((key) => this.items.get(keyOf(key))).filter((item) => item !== undefined);
      return [table, found.map((item) => this.#read(item))];
    });
    return { Responses: Object.fromEntries(answers) };
  }

  #put(input: {
    readonly Item: Item;
    readonly ConditionExpression?: string;
    readonly ExpressionAttributeValues?: Values;
  }) {
    this.#check(input.ConditionExpression, input.ExpressionAttributeValues, {}, input.Item);
    this.#write(input.Item);
    return {};
  }

  #delete(input: {
    readonly Key: Item;
    readonly ConditionExpression?: string;
    readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
    readonly ExpressionAttributeValues?: Values;
  }) {
    this.#check(
      input.ConditionExpression,
      input.ExpressionAttributeValues,
      input.ExpressionAttributeNames ?? {},
      input.Key,
    );
    this.items.delete(keyOf(input.Key));
    return {};
  }

  #batchWrite({
    RequestItems,
  }: {
    readonly RequestItems: Record<string, { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]>;
  }) {
    for (const requests of Object.values(RequestItems)) {
      const keys = requests.map(({ PutRequest, DeleteRequest }) =>
        keyOf(PutRequest?.Item ?? (DeleteRequest?.Key as Item)),
      );
      if (keys.length > 25 || new Set(keys).size < keys.length) throw new Error('ValidationException');
      for (const { PutRequest, DeleteRequest } of requests) {
        if (PutRequest) this.#write(PutRequest.Item);
        if (DeleteRequest) this.items.delete(keyOf(DeleteRequest.Key));
      }
    }
    return {};
  }

  #query({ KeyConditionExpression, ExpressionAttributeValues, IndexName, Limit, ...input }: QueryInput) {
    const { partitionKey: hash, sortKey: range } =
      IndexName === undefined
        ? { partitionKey: 'pk', sortKey: 'sk' }
        : (tables.tasks.indexes.find(({ name }) => name === IndexName) as IndexDefinition);
    const names = input.ExpressionAttributeNames ?? {};
    const isForward = input.ScanIndexForward ?? true;
    const matching = [...this.items.values()]
      .filter(
        (item) => item[hash] !== undefined && holds(KeyConditionExpression, ExpressionAttributeValues, names, item),
      )
      .sort((a, b) => ((a[range] as string) < (b[range] as string) ? -1 : 1) * (isForward ? 1 : -1));
    const start = input.ExclusiveStartKey;
    const from = start ? matching.findIndex((item) => keyOf(item) === keyOf(start)) + 1 : 0;
    const Items: Item[] = [];
    let bytes = 0;
    for (const item of matching.slice(from)) {
      if (Items.length === Limit || bytes > PAGE_BYTES) break;
      Items.push(this.#read(item));
      bytes += sizeOf(item);
    }
    this.largestPage = Math.max(this.largestPage, bytes);
    const last = Items.at(-1);
    const isCut = last !== undefined && from + Items.length < matching.length;
    // DynamoDB filters what it has read.
    const filter = input.FilterExpression;
    const shown = filter ? Items.filter((item) => holds(filter, ExpressionAttributeValues, names, item)) : Items;
    return { Items: shown, Count: shown.length, ...(isCut && { LastEvaluatedKey: { pk: last.pk, sk: last.sk } }) };
  }

  #check(
    expression: string | undefined,
    values: Values = {},
    names: Readonly<Record<string, string>>,
    key: Item,
  ): void {
    if (expression === undefined || holds(expression, values, names, this.items.get(keyOf(key)) ?? {})) return;
    throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
  }

  #read(item: Item): Item {
    this.work.read++;
    this.work.bytesRead += sizeOf(item);
    return item;
  }

  #write(item: Item): void {
    const size = sizeOf(item);
    if (size > 400 * 1024) throw new Error('ValidationException: Item size has exceeded the maximum allowed size');
    this.work.written++;
    this.work.bytesWritten += size;
    // The SDK leaves out undefined members.
    this.items.set(keyOf(item), JSON.parse(JSON.stringify(item)));
  }
}

function keyOf({ pk, sk }: Item): string {
  return `${pk}\n${sk}`;
}

function sizeOf(item: Values): number {
  return Buffer.byteLength(JSON.stringify(item));
}

/** The forms of conditions that the adapter uses. */
function holds(expression: string, values: Values, names: Readonly<Record<string, string>>, item: Values): boolean {
  if (expression.includes(' OR ')) return expression.split(' OR ').some((part) => holds(part, values, names, item));
  const between = /^(.*) AND (#?\w+) BETWEEN (:\w+) AND (:\w+)$/.exec(expression);
  if (between) {
    const [, rest = '', name = '', low = '', high = ''] = between;
    const value = item[names[name] ?? name] as string;
    const isWithin = value >= (values[low] as string) && value <= (values[high] as string);
    return isWithin && holds(rest, values, names, item);
  }
  if (expression.includes(' AND ')) return expression.split(' AND ').every((part) => holds(part, values, names, item));
  const absent = /^attribute_not_exists\((\w+)\)$/.exec(expression);
  if (absent) return item[absent[1] ?? ''] === undefined;
  const begins = /^begins_with\((\w+), (:\w+)\)$/.exec(expression);
  if (begins) return String(item[begins[1] ?? '']).startsWith(String(values[begins[2] ?? '']));
  const oneOf = /^(\w+) IN \((.*)\)$/.exec(expression);
  if (oneOf) return (oneOf[2] ?? '').split(', ').some((name) => values[name] === item[oneOf[1] ?? '']);
  const compared = /^(#?\w+) (=|<|<=|>|>=) (:\w+)$/.exec(expression);
  if (!compared) throw new Error(`the table in memory does not know the condition ${expression}`);
  const [, name = '', operator, value = ''] = compared;
  const left = item[names[name] ?? name] as string | undefined;
  const right = values[value] as string;
  if (left === undefined) return false;
  if (operator === '=') return left === right;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}
