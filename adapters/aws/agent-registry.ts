import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type AgentId, uuidv7 } from '#shared/ids.ts';
import type { AgentRecord, AgentRegistry, RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { EntryRefusedError } from '#shared/ports/errors.ts';
import type { BusEntry, EventBus } from '#shared/ports/event-bus.ts';
import { sleep } from '#shared/sleep.ts';
import { type AgentItem, agentOf, entryText, keyOf, type PendingChange, recordText } from './agent-registry-item.ts';
import { calling } from './errors.ts';
import { queryAll } from './query-all.ts';
import { ReadCache } from './read-cache.ts';

export interface DynamoAgentRegistryOptions {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  readonly bus: Pick<EventBus, 'put'>;
  readonly clock: Clock;
  /** Milliseconds that one change may take. After them, another process assumes that the writer is dead. */
  readonly lease?: number;
}

/** Milliseconds. Publishing one event takes about 20 ms. The SDK gives up after about 20 s. */
const LEASE = 30_000;
/** Milliseconds. Together with the lag of an eventually consistent read, this stays within the port's second. */
const FOUND_FOR = 900;
/** Milliseconds. Shorter, because an operator who registers an agent calls it next. */
const MISSED_FOR = 250;
/** Milliseconds between two looks at a change that another process is making. */
const LOOK_AGAIN = 50;

type Change = 'registered' | 'updated' | 'deregistered';

/**
 * The registry on DynamoDB. A change has three steps. The registry stores the change and its event beside the agent. It
 * publishes the event. Then the change takes effect. See docs/decisions/0007-registry-on-dynamodb.md.
 */
export class DynamoAgentRegistry implements AgentRegistry {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #bus: Pick<EventBus, 'put'>;
  readonly #clock: Clock;
  readonly #lease: number;
  readonly #cache: ReadCache<AgentId, RegisteredAgent>;
  /** The last change of each agent in this process. The next change waits for it. */
  readonly #changes = new Map<AgentId, Promise<unknown>>();

  constructor({ documents, table, bus, clock, lease = LEASE }: DynamoAgentRegistryOptions) {
    this.#documents = documents;
    this.#table = table;
    this.#bus = bus;
    this.#clock = clock;
    this.#lease = lease;
    this.#cache = new ReadCache({
      clock,
      read: async (id) => agentOf((await this.#read(id, false)) ?? {}),
      foundFor: FOUND_FOR,
      missedFor: MISSED_FOR,
    });
  }

  get(id: AgentId): Promise<RegisteredAgent | undefined> {
    return this.#cache.get(id);
  }

  async list(): Promise<readonly RegisteredAgent[]> {
    const { items } = await queryAll(this.#documents, {
      TableName: this.#table,
      IndexName: 'listed',
      KeyConditionExpression: 'listed = :agent',
      ExpressionAttributeValues: { ':agent': 'agent' satisfies AgentItem['listed'] },
    });
    return items.map((item) => agentOf(item as Partial<AgentItem>)).filter((agent) => agent !== undefined);
  }

  put(
    record: AgentRecord,
    event: (change: 'registered' | 'updated') => BusEntry,
  ): Promise<'registered' | 'updated' | 'unchanged'> {
    return this.#inTurn(record.id, async () => {
      const text = recordText(record);
      for (;;) {
        const { item, finished } = await this.#settled(record.id);
        if (item?.record === text) return finished === 'registered' || finished === 'updated' ? finished : 'unchanged';
        const change = item === undefined ? 'registered' : 'updated';
        if (await this.#change(record.id, item, { record: text, entry: entryText(event(change)) })) return change;
      }
    });
  }

  deactivate(id: AgentId, event: BusEntry): Promise<boolean> {
    return this.#inTurn(id, async () => {
      for (;;) {
        const { item, finished } = await this.#settled(id);
        if (item === undefined) return finished === 'deregistered';
        if (await this.#change(id, item, { entry: entryText(event) })) return true;
      }
    });
  }

  async #inTurn<T>(id: AgentId, change: () => Promise<T>): Promise<T> {
    const before = this.#changes.get(id);
    const mine = Promise.resolve(before?.catch(() => {})).then(change);
    this.#changes.set(id, mine);
    try {
      return await mine;
    } finally {
      if (this.#changes.get(id) === mine) this.#changes.delete(id);
    }
  }

  /** The agent without a pending change. Finishes a dead writer's change (`finished`), and waits for a living one's. */
  async #settled(id: AgentId): Promise<{ item: AgentItem | undefined; finished: Change | undefined }> {
    let finished: Change | undefined;
    for (;;) {
      const item = await this.#read(id, true);
      if (item?.pending === undefined) return { item, finished };
      if (this.#clock.now() <= item.pending.until) await sleep(LOOK_AGAIN);
      else if (await this.#change(id, item, item.pending)) finished = changeOf(item, item.pending);
    }
  }

  /** @returns false when the item has changed since it was read. Nothing is done then. */
  async #change(id: AgentId, item: AgentItem | undefined, change: Omit<PendingChange, 'until'>): Promise<boolean> {
    const pending: PendingChange = { ...change, until: this.#clock.now() + this.#lease };
    const begun: AgentItem = { ...item, ...keyOf(id), revision: this.#revision(), pending };
    if (!(await this.#replace(item, begun))) return false;
    const [result] = await this.#bus.put([JSON.parse(pending.entry) as BusEntry]);
    if (result === undefined || 'error' in result) {
      // After any other failure the event may be on the bus. The change stays pending, and the next run finishes it.
      if (result?.error instanceof EntryRefusedError) await this.#replace(begun, without(begun, this.#revision()));
      throw result?.error ?? new Error('the bus gave no answer for an entry');
    }
    const after = this.#after(id, pending);
    // This fails if the lease ran out. The process that took over then publishes again and writes the same.
    await this.#replace(begun, after);
    this.#cache.set(id, agentOf(after ?? {}));
    return true;
  }

  #after(id: AgentId, { record }: PendingChange): AgentItem | undefined {
    if (record === undefined) return undefined;
    return { ...keyOf(id), revision: this.#revision(), record, updatedAt: this.#clock.now(), listed: 'agent' };
  }

  #revision(): string {
    return uuidv7(this.#clock.now());
  }

  /** A write needs a consistent read. A reader may get a state that is some milliseconds old, at half the price. */
  async #read(id: AgentId, consistent: boolean): Promise<AgentItem | undefined> {
    const command = new GetCommand({ TableName: this.#table, Key: keyOf(id), ConsistentRead: consistent });
    const { Item } = await this.#calling('dynamodb:GetItem', () => this.#documents.send(command));
    return Item as AgentItem | undefined;
  }

  /** Writes or deletes the item if it has not changed since it was read. */
  async #replace(before: AgentItem | undefined, after: AgentItem | undefined): Promise<boolean> {
    const condition = {
      TableName: this.#table,
      ConditionExpression: before === undefined ? 'attribute_not_exists(pk)' : 'revision = :revision',
      ...(before !== undefined && { ExpressionAttributeValues: { ':revision': before.revision } }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    return this.#calling(after ? 'dynamodb:PutItem' : 'dynamodb:DeleteItem', async () => {
      try {
        if (after !== undefined) await this.#documents.send(new PutCommand({ ...condition, Item: after }));
        else if (before !== undefined) {
          const { pk, sk } = before;
          await this.#documents.send(new DeleteCommand({ ...condition, Key: { pk, sk } }));
        }
        return true;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // The SDK retries when an answer is lost. The retry then fails on the SDK's own first write.
        return after !== undefined && error.Item?.revision?.S === after.revision;
      }
    });
  }

  #calling<Output>(action: string, send: () => Promise<Output>): Promise<Output> {
    return calling({ action, resource: `the table ${this.#table}` }, send);
  }
}

function changeOf(before: AgentItem, { record }: PendingChange): Change {
  if (record === undefined) return 'deregistered';
  return before.record === undefined ? 'registered' : 'updated';
}

/** The item as it was before the change began. */
function without({ pending: _, ...item }: AgentItem, revision: string): AgentItem | undefined {
  return item.record === undefined ? undefined : { ...item, revision };
}
