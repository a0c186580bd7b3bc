import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReceivedMessage } from '#shared/ports/queue.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { FifoModel } from './fifo-model.ts';

const groups = ['a', 'b', 'c'];
const maxReceiveCount = 3;

const step = fc.oneof(
  {
    weight: 50,
    arbitrary: fc.record({ do: fc.constant('send' as const), group: fc.constantFrom(...groups), id: fc.nat(15) }),
  },
  {
    weight: 50,
    arbitrary: fc.record({
      do: fc.constant('receive' as const),
      max: fc.integer({ min: 1, max: 4 }),
      timeout: fc.integer({ min: 0, max: 20 }),
    }),
  },
  { weight: 40, arbitrary: fc.record({ do: fc.constant('delete' as const), back: fc.nat(5) }) },
  { weight: 30, arbitrary: fc.record({ do: fc.constant('change' as const), back: fc.nat(5), timeout: fc.nat(20) }) },
  {
    weight: 20,
    arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(1, 5, 10, 60, 150) }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'release' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'reopen' as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A queue, its dead letters and the model of both, which are told the same. */
class Trial {
  readonly #name: string;
  readonly #delay: number;
  readonly #model: FifoModel;
  readonly #clock: TestClock;
  #sqlite: SqliteAdapters;
  readonly #received: ReceivedMessage[] = [];
  #sent = 0;

  /** @param delay of the queue, in seconds */
  constructor(name: string, delay: number, sqlite: SqliteAdapters, clock: TestClock) {
    this.#name = name;
    this.#delay = delay;
    this.#model = new FifoModel(maxReceiveCount, delay * 1000);
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  get sqlite(): SqliteAdapters {
    return this.#sqlite;
  }

  get #dead(): string {
    return `dead-${this.#name}`;
  }

  async create(): Promise<void> {
    const settings = { visibilityTimeout: 30, fifo: { contentBasedDeduplication: false, delay: this.#delay } };
    await this.#sqlite.queue.create(this.#dead, settings);
    await this.#sqlite.queue.create(this.#name, { ...settings, maxReceiveCount, deadLetterQueue: this.#dead });
  }

  async take(step: Step): Promise<void> {
    const { queue } = this.#sqlite;
    const now = this.#clock.now();
    switch (step.do) {
      case 'send': {
        const message = { groupId: step.group, deduplicationId: `${step.id}`, body: `${step.group}${this.#sent++}` };
        const [sent] = await queue.send(this.#name, [message]);
        if (sent === undefined) throw new Error('no answer');
        expect(this.#model.send(now, message, sent)).toEqual([]);
        break;
      }
      case 'receive': {
        const { max, timeout } = step;
        const received = await queue.receive(this.#name, { max, wait: 0, visibilityTimeout: timeout });
        expect(this.#model.receive(now, { max, timeout: timeout * 1000 }, received)).toEqual([]);
        this.#received.push(...received);
        break;
      }
      case 'delete': {
        const message = this.#received.at(-1 - step.back);
        if (message === undefined) break;
        await queue.delete(this.#name, [message.receiptHandle]);
        this.#model.delete(now, message);
        break;
      }
      case 'change': {
        const message = this.#received.at(-1 - step.back);
        if (message === undefined) break;
        await queue.changeVisibility(this.#name, message.receiptHandle, step.timeout);
        this.#model.changeVisibility(now, message, now + step.timeout * 1000);
        break;
      }
      case 'pass':
        this.#clock.advance(step.seconds);
        break;
      case 'release':
        await queue.releaseInFlight(this.#name);
        this.#model.releaseInFlight(now);
        break;
      case 'reopen':
        await this.#sqlite.close();
        this.#sqlite = await openSqlite(this.#clock, this.#sqlite.folder);
        await this.create();
        break;
      default:
        step satisfies never;
    }
    await this.#checkDepth();
    expect(this.#checkGroups()).toEqual([]);
  }

  /** Nothing was lost: what is left comes in order, and what is exhausted lies in the dead letters, in order. */
  async end(): Promise<void> {
    this.#clock.advance(3_600);
    const [left, dead] = [await this.#drain(this.#name), await this.#drain(this.#dead)];
    for (const group of groups) {
      const of = (bodies: readonly string[]) => bodies.filter((body) => body.startsWith(group));
      expect(of(left)).toEqual(this.#model.bodies('left', group));
      expect(of(dead)).toEqual(this.#model.bodies('dead', group));
    }
  }

  async #drain(from: string): Promise<string[]> {
    const bodies: string[] = [];
    for (;;) {
      const messages = await this.#sqlite.queue.receive(from, { max: 3, wait: 0 });
      if (messages.length === 0) return bodies;
      bodies.push(...messages.map(({ body }) => body));
      await this.#sqlite.queue.delete(
        from,
        messages.map(({ receiptHandle }) => receiptHandle),
      );
    }
  }

  async #checkDepth(): Promise<void> {
    const depths = [await this.#sqlite.queue.depth(this.#name), await this.#sqlite.queue.depth(this.#dead)];
    const all = depths.reduce((sum, { visible, inFlight, delayed }) => sum + visible + inFlight + delayed, 0);
    expect(all).toBe(this.#model.live);
  }

  /** Groups whose row says another thing than their messages do. */
  #checkGroups(): readonly unknown[] {
    const told = 'SELECT queue, message_group, free_at, head FROM fifo_groups';
    const are = `
      SELECT queue, message_group, coalesce(taken, visible_at), sequence
      FROM (SELECT *, min(sequence) OVER grouped AS head, max(visible_at) FILTER (WHERE receive_count > 0) OVER grouped AS taken
            FROM fifo_messages WINDOW grouped AS (PARTITION BY queue, message_group))
      WHERE sequence = head`;
    return this.#sqlite.database
      .prepare(`SELECT * FROM (${told} EXCEPT ${are}) UNION ALL SELECT * FROM (${are} EXCEPT ${told})`)
      .all();
  }
}

describe('FifoQueue', () => {
  const clock = new TestClock();
  let sqlite: SqliteAdapters;
  beforeAll(async () => {
    sqlite = await openSqlite(clock);
  });
  afterAll(() => sqlite.remove());

  it('does as the model, whatever is done in whichever order', async () => {
    let trials = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), fc.constantFrom(0, 7), async (steps, delay) => {
        const trial = new Trial(`trial-${++trials}.fifo`, delay, sqlite, clock);
        try {
          await trial.create();
          for (const each of steps) await trial.take(each);
          await trial.end();
        } finally {
          sqlite = trial.sqlite;
        }
      }),
      { numRuns: 100, endOnFailure: true },
    );
  }, 120_000);
});
