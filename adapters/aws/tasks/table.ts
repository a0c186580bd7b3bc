import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  paginateQuery,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { TaskId } from '#shared/ids.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { batches } from '../batches.ts';
import { conditionally } from '../conditionally.ts';
import { type AwsCall, calling } from '../errors.ts';
import { backoff, standardRetry } from '../retry.ts';
import { fromItem, isTaskId, STATE, type StoredTask, toItem } from './stored-task.ts';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Item = Key & Readonly<Record<string, unknown>>;

export type Replaced = { readonly done: true } | { readonly done: false; readonly current: StoredTask | undefined };

/** The limits of BatchGetItem and of BatchWriteItem. */
const MAX_GETS = 100;
const MAX_WRITES = 25;

/** The table of tasks. `get` reads are strongly consistent. Reads ignore items that have expired. */
export class TaskTable {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #clock: Clock;

  constructor(documents: DynamoDBDocumentClient, table: string, clock: Clock) {
    this.#documents = documents;
    this.#table = table;
    this.#clock = clock;
  }

  async get(id: TaskId): Promise<StoredTask | undefined> {
    const item = isTaskId(id) ? await this.getItem({ pk: id, sk: STATE }) : undefined;
    return item && fromItem(item);
  }

  async getItem(key: Key): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true });
    const { Item } = await this.#call('GetItem', () => this.#documents.send(command));
    return this.#isThere(Item) ? (Item as Item) : undefined;
  }

  /** The tasks of these ids that exist, in the order of the ids. */
  async getAll(ids: readonly TaskId[]): Promise<StoredTask[]> {
    // An index that changes while it is read can name a task twice, which BatchGetItem refuses.
    const distinct = [...new Set(ids)];
    const items = await this.getItems(distinct.map((id) => ({ pk: id, sk: STATE })));
    const found = new Map(items.map((item) => [item.pk, fromItem(item)]));
    return distinct.map((id) => found.get(id as string)).filter((stored) => stored !== undefined);
  }

  /**
   * The same at half the price. A task may be as it was some moments ago, so change it only under the condition of its version. A
   * task that an eventual read misses is read again.
   */
  async getAllEventually(ids: readonly TaskId[]): Promise<StoredTask[]> {
    const distinct = [...new Set(ids)];
    const items = await this.getItems(
      distinct.map((id) => ({ pk: id, sk: STATE })),
      { isEventual: true },
    );
    const found = new Map(items.map((item) => [item.pk, fromItem(item)]));
    for (const stored of await this.getAll(distinct.filter((id) => !found.has(id)))) found.set(stored.task.id, stored);
    return distinct.map((id) => found.get(id)).filter((stored) => stored !== undefined);
  }

  /** The items of these keys that exist, in no order. The keys are distinct. `attributes` names what to return of each. */
  async getItems(
    keys: readonly Key[],
    { attributes, isEventual = false }: { readonly attributes?: string; readonly isEventual?: boolean } = {},
  ): Promise<Item[]> {
    const found: Item[] = [];
    for (const batch of batches(keys, { count: MAX_GETS, bytes: Number.POSITIVE_INFINITY }, () => 0)) {
      await this.#untilDone(batch, async (rest) => {
        const request = {
          [this.#table]: {
            Keys: rest,
            ConsistentRead: !isEventual,
            ...(attributes !== undefined && { ProjectionExpression: attributes }),
          },
        };
        const answer = await this.#call('BatchGetItem', () =>
          this.#documents.send(new BatchGetCommand({ RequestItems: request })),
        );
        for (const item of answer.Responses?.[this.#table] ?? []) if (this.#isThere(item)) found.push(item as Item);
        return (answer.UnprocessedKeys?.[this.#table]?.Keys ?? []) as Key[];
      });
    }
    return found;
  }

  /** Writes `after` if the task has not changed since `before` was read. */
  async replace(before: StoredTask, after: StoredTask): Promise<Replaced> {
    const done = await this.putWhere({
      Item: toItem(after),
      ConditionExpression: 'version = :version',
      ExpressionAttributeValues: { ':version': before.version },
    });
    if (done) return { done };
    const current = await this.get(before.task.id);
    // The SDK retries when an answer is lost. The retry then fails on the SDK's own first write.
    return current?.version === after.version ? { done: true } : { done: false, current };
  }

  /** @returns false when the condition does not hold. */
  putWhere(input: Omit<PutCommandInput, 'TableName'>): Promise<boolean> {
    const command = new PutCommand({ ...input, TableName: this.#table } as PutCommandInput);
    return conditionally(this.#at('PutItem'), () => this.#documents.send(command));
  }

  /** @returns false when the item does not exist, or its `attribute` has another value. */
  deleteWhere(key: Key, attribute: string, value: string): Promise<boolean> {
    const command = new DeleteCommand({
      TableName: this.#table,
      Key: key,
      ConditionExpression: '#attribute = :value',
      ExpressionAttributeNames: { '#attribute': attribute },
      ExpressionAttributeValues: { ':value': value },
    });
    return conditionally(this.#at('DeleteItem'), () => this.#documents.send(command));
  }

  /** Puts each item, in no order and not together. */
  putAll(items: readonly Item[]): Promise<void> {
    return this.#writeAll(items.map((Item) => ({ PutRequest: { Item } })));
  }

  deleteAll(keys: readonly Key[]): Promise<void> {
    return this.#writeAll(keys.map((Key) => ({ DeleteRequest: { Key } })));
  }

  /** The pages of a query, in its order. */
  async *query(input: Omit<QueryCommandInput, 'TableName'>): AsyncIterable<readonly Item[]> {
    const pages = paginateQuery({ client: this.#documents }, { ...input, TableName: this.#table })[
      Symbol.asyncIterator
    ]();
    for (;;) {
      const page = await this.#call('Query', () => pages.next());
      if (page.done) return;
      yield (page.value.Items ?? []).filter((item) => this.#isThere(item)) as Item[];
    }
  }

  /** The first page of a query, and whether more pages follow. */
  async queryPage(
    input: Omit<QueryCommandInput, 'TableName'>,
  ): Promise<{ readonly items: readonly Item[]; readonly isCut: boolean }> {
    const command = new QueryCommand({ ...input, TableName: this.#table });
    const { Items = [], LastEvaluatedKey } = await this.#call('Query', () => this.#documents.send(command));
    return { items: Items.filter((item) => this.#isThere(item)) as Item[], isCut: LastEvaluatedKey !== undefined };
  }

  async #writeAll(requests: readonly object[]): Promise<void> {
    for (const batch of batches(requests, { count: MAX_WRITES, bytes: Number.POSITIVE_INFINITY }, () => 0)) {
      await this.#untilDone(batch, async (rest) => {
        const command = new BatchWriteCommand({ RequestItems: { [this.#table]: rest } });
        const answer = await this.#call('BatchWriteItem', () => this.#documents.send(command));
        return answer.UnprocessedItems?.[this.#table] ?? [];
      });
    }
  }

  /** DynamoDB may leave parts of a batch undone, for example when it throttles. */
  async #untilDone<Part>(parts: readonly Part[], work: (parts: Part[]) => Promise<Part[]>): Promise<void> {
    let rest = [...parts];
    for (let failures = 0; ; ) {
      rest = await work(rest);
      if (rest.length === 0) return;
      if (++failures === standardRetry.attempts) {
        throw new Error(
          `DynamoDB throttled the table ${this.#table}: ${rest.length} items were still undone after ${failures} tries. Send less at a time, or request a higher quota.`,
        );
      }
      await standardRetry.sleep(backoff(failures, standardRetry));
    }
  }

  /** DynamoDB deletes an expired item only after some days. */
  #isThere(item: Readonly<Record<string, unknown>> | undefined): item is Record<string, unknown> & Key {
    if (item === undefined) return false;
    return item.expiresAt === undefined || Number(item.expiresAt) > this.#clock.now() / 1_000;
  }

  #call<Output>(action: string, send: () => Promise<Output>): Promise<Output> {
    return calling(this.#at(action), send);
  }

  #at(action: string): AwsCall {
    return { action: `dynamodb:${action}`, resource: `the table ${this.#table}` };
  }
}
