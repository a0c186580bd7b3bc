import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type TableName, tables } from '#adapters/aws/tables.ts';
import { type Index, type Item, indexWriteUnits, itemSize, readUnits, sum, writeUnits } from '#tools/cost/units.ts';
import { clientOptions } from '../support/endpoint.ts';
import type { Meter } from './meter.ts';

interface Key {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
}

interface Reads {
  readonly ConsistentRead?: boolean;
}

interface Body extends Key {
  readonly ConsistentRead?: boolean;
  readonly IndexName?: string;
  readonly TransactItems?: readonly Record<string, Key>[];
  /** Of a batch, by table: a BatchWriteItem has lists of writes here, a BatchGetItem how to read the keys. */
  readonly RequestItems?: Readonly<Record<string, readonly Record<string, Omit<Key, 'TableName'>>[] | Reads>>;
}

/** A transaction's writes count twice, and a cancelled one as if it had been made. */
const TRANSACTION = 2;

/** Counts what DynamoDB meters of a request, from the items as they were before it and are after it. */
export class DynamoDbMeter {
  readonly #client = new DynamoDBClient(clientOptions);
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** Called before the request; what it returns, after it. */
  async observe(operation: string, text: string): Promise<(answer: string) => Promise<void>> {
    const body: Body = JSON.parse(text);
    switch (operation) {
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return this.#writes([body], 1);
      case 'TransactWriteItems':
        return this.#writes(
          (body.TransactItems ?? []).map((item) => onlyValue(item)),
          TRANSACTION,
        );
      case 'BatchWriteItem':
        return this.#writes(
          Object.entries(body.RequestItems ?? {}).flatMap(([TableName, writes]) =>
            Array.isArray(writes) ? writes.map((write) => ({ ...onlyValue(write), TableName })) : [],
          ),
          1,
        );
      case 'GetItem':
        return async (answer) => {
          const { Item } = JSON.parse(answer) as { Item?: Item };
          this.#read(body, Item === undefined ? [] : [Item]);
        };
      case 'BatchGetItem':
        return async (answer) => {
          const { Responses = {} } = JSON.parse(answer) as { Responses?: Record<string, Item[]> };
          for (const [TableName, items] of Object.entries(Responses)) {
            const { ConsistentRead = false } = (body.RequestItems?.[TableName] ?? {}) as Reads;
            for (const item of items) this.#read({ TableName, ConsistentRead }, [item]);
          }
        };
      case 'Query':
        return async (answer) => {
          const { Items = [] } = JSON.parse(answer) as { Items?: Item[] };
          this.#read(body, Items);
        };
      default:
        throw new Error(`DynamoDB's ${operation} is not counted yet: say in test/aws/counting/dynamodb.ts how.`);
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #writes(writes: readonly Key[], factor: number): Promise<() => Promise<void>> {
    const before = await Promise.all(writes.map((write) => this.#get(write)));
    return async () => {
      const after = await Promise.all(writes.map((write) => this.#get(write)));
      for (const [at, write] of writes.entries()) this.#written(write, before[at], after[at], factor);
    };
  }

  #written({ TableName }: Key, before: Item | undefined, after: Item | undefined, factor: number): void {
    const what = describe(TableName, after ?? before ?? {});
    this.#meter.row('write', what, writeUnits(before, after) * factor);
    for (const [name, index] of indexesOf(TableName)) {
      const units = indexWriteUnits(before, after, index);
      if (units > 0) this.#meter.row('index write', `${what} in ${name}`, units);
    }
    this.#meter.stored((after ? itemSize(after) : 0) - (before ? itemSize(before) : 0), !before && !!after);
  }

  #read({ TableName, IndexName, ConsistentRead = false }: Body, items: readonly Item[]): void {
    const [first] = items;
    const kind = first === undefined ? suffixOf(TableName) : describe(TableName, first);
    const what = IndexName === undefined ? kind : `${kind} by ${IndexName}`;
    const units = readUnits(sum(items.map(itemSize)), ConsistentRead);
    this.#meter.row(ConsistentRead ? 'newest read' : 'read', what, units);
  }

  async #get({ TableName, Key, Item }: Key): Promise<Item | undefined> {
    const key = Key ?? keyOf(TableName, Item ?? {});
    const got = await this.#client.send(new GetItemCommand({ TableName, Key: key as never, ConsistentRead: true }));
    return got.Item as Item | undefined;
  }
}

function onlyValue<Value>(item: Readonly<Record<string, Value>>): Value {
  const [value] = Object.values(item);
  if (value === undefined) throw new Error('a write of a batch is empty');
  return value;
}

function definitionOf(table: string) {
  return tables[suffixOf(table)];
}

/** `starling-{stage}-tasks` → tasks. */
function suffixOf(table: string): TableName {
  return table.slice(table.lastIndexOf('-') + 1) as TableName;
}

function keyNames(table: string): string[] {
  const { partitionKey, sortKey } = definitionOf(table);
  return sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
}

function keyOf(table: string, item: Item): Item {
  return Object.fromEntries(keyNames(table).map((name) => [name, item[name]])) as Item;
}

function indexesOf(table: string): [string, Index][] {
  return definitionOf(table).indexes.map((index) => {
    const keys = [index.partitionKey, index.sortKey];
    const projected = index.projection === 'KEYS_ONLY' ? [] : index.projection.include;
    return [index.name, { keys, attributes: [...new Set([...keyNames(table), ...keys, ...projected])] }];
  });
}

/** The kind of an item by the letters that its keys begin with: `tasks task/log`. */
function describe(table: string, item: Item): string {
  const kinds = keyNames(table).map((name) => {
    const value = item[name];
    return /^[A-Za-z]*/.exec(value !== undefined && 'S' in value ? value.S : '')?.[0] ?? '';
  });
  return `${suffixOf(table)} ${kinds.join('/')}`;
}
