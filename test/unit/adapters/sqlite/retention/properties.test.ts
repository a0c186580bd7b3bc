import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskId } from '#shared/ids.ts';
import type { AgentEvent, LogEntry, TaskRecord } from '#shared/ports/task.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { isTerminal, isWaitingForClient } from '#shared/tasks/state.ts';
import { artifactEvent, entry, entryOf, newTask, nextTurn, statusEvent } from '#test/support/task-events.ts';
import { DAY, ForwardClock, HOUR, openStore, type Store } from './store.ts';

type Act =
  | 'work'
  | 'artifact'
  /** By the stream: the log's entry is stored itself. */
  | 'chunk'
  /** An event that comes before the one that it follows. */
  | 'early'
  | 'ask'
  | 'answer'
  | 'complete'
  | 'cancel';

type Command =
  | { readonly kind: 'create' }
  | { readonly kind: 'act'; readonly act: Act; readonly task: number }
  | { readonly kind: 'publish' }
  | { readonly kind: 'receive'; readonly fifo: boolean; readonly remove: boolean }
  | { readonly kind: 'wait'; readonly hours: number }
  | { readonly kind: 'prune'; readonly by: 'age' | 'size' };

const acts = fc.constantFrom<Act>(
  'work',
  'artifact',
  'chunk',
  'early',
  'ask',
  'answer',
  'complete',
  'complete',
  'cancel',
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Command>({ kind: 'create' }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('act' as const), act: acts, task: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.constant<Command>({ kind: 'publish' }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('receive' as const), fifo: fc.boolean(), remove: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 30 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('prune' as const), by: fc.constantFrom('age' as const, 'size' as const) }),
  },
);

const clock = new ForwardClock();

/** What was done, and what must therefore be found. */
class Model {
  readonly #store: Store;
  readonly #ids: TaskId[] = [];
  readonly #logs = new Map<TaskId, readonly LogEntry[]>();
  readonly #createdAt = new Map<TaskId, number>();
  readonly #endedAt = new Map<TaskId, number>();
  readonly #bodies = new Map<string, string>();
  /** The time before which passes by age were allowed to delete. */
  #cutoff = 0;
  #bySize = false;
  #passes: Promise<void>[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  async run(command: Command): Promise<void> {
    clock.advance(1_000);
    switch (command.kind) {
      case 'create':
        return this.#create();
      case 'act': {
        const id = this.#ids[command.task % Math.max(1, this.#ids.length)];
        const task = id && (await this.#store.tasks.get(id));
        if (!task || isTerminal(task.state)) return;
        await this.#act(command.act, task);
        return this.#note(task.id);
      }
      case 'publish':
        await this.#store.bus.put([entry('shop', 'Ordered.v1', { order: this.#bodies.size })]);
        return this.#noteBodies();
      case 'receive': {
        const queue = command.fifo ? 'shop.fifo' : 'shop';
        const received = await this.#store.queue.receive(queue, { max: 3, wait: 0, visibilityTimeout: 0 });
        for (const { messageId, body } of received) expect(body).toBe(this.#bodies.get(messageId));
        if (command.remove)
          await this.#store.queue.delete(
            queue,
            received.map(({ receiptHandle }) => receiptHandle),
          );
        return;
      }
      case 'wait':
        clock.advance(command.hours * HOUR);
        return;
      case 'prune': {
        const aged = command.by === 'age';
        if (aged) this.#cutoff = clock.now() - DAY;
        else this.#bySize = true;
        // Not awaited: what follows happens between its transactions.
        this.#passes.push(this.#store.keeping(aged ? {} : { age: 1_000 * DAY, maxStore: 1 }).look());
        return;
      }
      default:
        command satisfies never;
    }
  }

  async check(): Promise<void> {
    await Promise.all(this.#passes);
    this.#passes = [];
    expect(this.#store.lines.filter(({ fields }) => 'error' in fields)).toEqual([]);
    for (const [id, log] of this.#logs) {
      const found = await this.#store.tasks.get(id);
      if (found === undefined) {
        expect(this.#endedAt.get(id) ?? Number.POSITIVE_INFINITY).toBeLessThan(clock.now());
        if (!this.#bySize) expect(this.#createdAt.get(id)).toBeLessThan(this.#cutoff);
      }
      expect(await entriesOf(this.#store.tasks, id, 0)).toStrictEqual(found === undefined ? [] : log);
    }
    this.#checkBodies();
  }

  /** After a pass by age that nothing came between. */
  async checkGone(): Promise<void> {
    for (const [id, endedAt] of this.#endedAt) {
      const createdAt = this.#createdAt.get(id) ?? Number.POSITIVE_INFINITY;
      // A task that ended a moment ago stays.
      if (createdAt < this.#cutoff && endedAt < clock.now() - HOUR)
        expect(await this.#store.tasks.get(id)).toBeUndefined();
    }
    const times = this.#store.database.prepare('SELECT event FROM events ORDER BY position').all();
    // The newest stays in any case.
    for (const { event } of times.slice(0, -1)) {
      const { id } = JSON.parse(String(event));
      expect(Number.parseInt(id.slice(0, 13).replace('-', ''), 16)).toBeGreaterThanOrEqual(this.#cutoff);
    }
  }

  async #create(): Promise<void> {
    const now = clock.now();
    const created = await this.#store.tasks.create(newTask({ createdAt: now, deadline: now + 40 * HOUR }));
    if (!created.created) throw new Error('the task was there already');
    this.#createdAt.set(created.task.id, now);
    this.#ids.push(created.task.id);
    await this.#note(created.task.id);
  }

  async #act(act: Act, task: TaskRecord): Promise<void> {
    const { tasks, bus } = this.#store;
    const place = { turn: task.turn, attempt: 1, sequence: task.attempt === 1 ? task.sequence + 1 : 1 };
    const status = (state: TaskRecord['state'], sequence = place.sequence) =>
      entryOf(atNow(statusEvent(task, { ...place, sequence }, state, 'so')));
    const waits = isWaitingForClient(task.state);
    switch (act) {
      case 'work':
        if (!waits) await bus.put([status('TASK_STATE_WORKING')]);
        break;
      case 'artifact':
        if (!waits) await bus.put([entryOf(artifactEvent(task, place, { append: true, lastChunk: false }))]);
        break;
      case 'chunk':
        if (!waits) await tasks.apply(artifactEvent(task, place, { append: true, lastChunk: false }));
        break;
      case 'early':
        if (waits) break;
        await bus.put([status('TASK_STATE_WORKING', place.sequence + 1)]);
        await bus.put([status('TASK_STATE_WORKING')]);
        break;
      case 'ask':
        if (!waits) await bus.put([status('TASK_STATE_INPUT_REQUIRED')]);
        break;
      case 'answer':
        if (waits)
          await tasks.begin({ ...nextTurn(task, task.turn), at: clock.now(), deadline: clock.now() + 40 * HOUR });
        break;
      case 'complete':
        if (!waits) await bus.put([status('TASK_STATE_COMPLETED')]);
        break;
      case 'cancel':
        await tasks.end({
          taskId: task.id,
          status: { state: 'TASK_STATE_CANCELED', timestamp: new Date(clock.now()).toISOString() },
          events: () => [],
        });
        break;
      default:
        act satisfies never;
    }
  }

  async #note(id: TaskId): Promise<void> {
    const task = await this.#store.tasks.get(id);
    const log = await entriesOf(this.#store.tasks, id, 0);
    // A pass may have taken it right after its end.
    if (task === undefined) return;
    expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
    expect(log.slice(0, this.#logs.get(id)?.length ?? 0)).toStrictEqual(this.#logs.get(id) ?? []);
    this.#logs.set(id, log);
    if (isTerminal(task.state)) this.#endedAt.set(id, clock.now());
  }

  #messages(): readonly { readonly messageId: string; readonly body: unknown }[] {
    return ['messages', 'fifo_messages'].flatMap((table) =>
      this.#store.database
        .prepare(
          `SELECT message_id AS messageId, coalesce(body, events.event) AS body FROM ${table} AS m
           LEFT JOIN events ON position = m.event`,
        )
        .all()
        .map(({ messageId, body }) => ({ messageId: String(messageId), body })),
    );
  }

  #noteBodies(): void {
    for (const { messageId, body } of this.#messages()) {
      if (!this.#bodies.has(messageId)) this.#bodies.set(messageId, String(body));
    }
  }

  #checkBodies(): void {
    for (const { messageId, body } of this.#messages()) expect(body).toBe(this.#bodies.get(messageId));
  }
}

function atNow<Event extends AgentEvent & { detailType: 'TaskStatusChanged.v1' }>(event: Event): Event {
  const status = { ...event.data.status, timestamp: new Date(clock.now()).toISOString() };
  return { ...event, data: { ...event.data, status } };
}

async function openShop(): Promise<Store> {
  const store = await openStore(clock);
  const dead = { visibilityTimeout: 0 };
  const fifo = { fifo: { contentBasedDeduplication: false } };
  await store.queue.create('shop-dlq', dead);
  await store.queue.create('shop-dlq.fifo', { ...dead, ...fifo });
  await store.queue.create('shop', { visibilityTimeout: 0, maxReceiveCount: 2, deadLetterQueue: 'shop-dlq' });
  await store.queue.create('shop.fifo', {
    visibilityTimeout: 0,
    maxReceiveCount: 2,
    deadLetterQueue: 'shop-dlq.fifo',
    ...fifo,
  });
  const pattern = { source: ['shop'] };
  await store.bus.putRule({ name: 'shop', pattern, queue: 'shop' });
  await store.bus.putRule({ name: 'shop-fifo', pattern, queue: 'shop.fifo', fifo: { group: 'all' } });
  return store;
}

describe('retention, whatever happened before and while it works', () => {
  it('leaves every task that it may not take with a log that is whole, and every message with its body', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 60 }), async (commands) => {
        const store = await openShop();
        try {
          const model = new Model(store);
          for (const each of commands) await model.run(each);
          await model.check();
          await model.run({ kind: 'create' });
          await model.run({ kind: 'prune', by: 'age' });
          await model.check();
          await model.checkGone();
          await model.run({ kind: 'prune', by: 'size' });
          await model.check();
        } finally {
          await store.remove();
        }
      }),
      // Shrinking a failure takes longer than a test may take, so that it would end without telling its seed. A run that
      // hangs tells its seed too.
      { numRuns: 40, endOnFailure: true, timeout: 60_000 },
    );
  });
});
