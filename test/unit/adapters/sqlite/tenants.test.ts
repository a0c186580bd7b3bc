import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '#adapters/sqlite/database.ts';
import { MessageRows } from '#adapters/sqlite/message-rows.ts';
import type { ReceivedMessage } from '#shared/ports/queue.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';

const settings = { visibilityTimeout: 30, maxReceiveCount: 3, deadLetterQueue: 'agent-dlq' };
const rule = {
  name: 'agent',
  pattern: { 'detail-type': ['Asked'] },
  queue: 'agent',
  tenantBy: 'detail.data.principal.id',
};

let clock: TestClock;
let sqlite: SqliteAdapters;

async function create(): Promise<void> {
  await sqlite.queue.create('agent-dlq', settings);
  await sqlite.queue.create('agent', settings);
  await sqlite.bus.putRule(rule);
}
async function open(): Promise<void> {
  clock = new TestClock();
  sqlite = await openSqlite(clock);
  await create();
}
async function reopen(): Promise<void> {
  await sqlite.close();
  sqlite = await openSqlite(clock, sqlite.folder);
  await create();
}

/** Each tenant asks in the order of the list. Undefined: an event without a principal. */
const ask = (...tenants: readonly (string | undefined)[]) =>
  sqlite.bus.put(
    tenants.map((id) => ({
      source: 'shop',
      detailType: 'Asked',
      detail: { data: id === undefined ? {} : { principal: { id } } },
    })),
  );
const flood = (tenant: string, count: number) => ask(...Array<string>(count).fill(tenant));
const receive = (max: number, inFlight?: ReadonlyMap<string, number>) =>
  sqlite.queue.receive('agent', { max, wait: 0, ...(inFlight && { inFlight }) });
const tenantsOf = (messages: readonly ReceivedMessage[]) => messages.map(({ tenant }) => tenant);
async function oneByOne(count: number): Promise<(string | undefined)[]> {
  const tenants: (string | undefined)[] = [];
  for (let at = 0; at < count; at++) tenants.push(...tenantsOf(await receive(1)));
  return tenants;
}

describe('the tenants of a queue', () => {
  beforeEach(open);
  afterEach(() => sqlite.remove());

  it('take turns, however many messages one of them has', async () => {
    await flood('a', 5_000);
    expect(await oneByOne(2)).toEqual(['a', 'a']);
    await ask('b');
    expect(await oneByOne(3)).toContain('b');
    expect(await sqlite.queue.depth('agent')).toEqual({ visible: 4_996, inFlight: 5, delayed: 0 });
  });

  it('share one receive of several messages', async () => {
    await flood('a', 10);
    await ask('b', 'c', 'c');
    expect(tenantsOf(await receive(6))).toEqual(['a', 'b', 'c', 'a', 'c', 'a']);
    expect(tenantsOf(await receive(10))).toEqual(Array(7).fill('a'));
  });

  it('get their own messages in the order in which they were sent', async () => {
    await sqlite.bus.put(
      ['1', '2', '3', '4'].flatMap((number) =>
        ['a', 'b'].map((id) => ({
          source: 'shop',
          detailType: 'Asked',
          detail: { number, data: { principal: { id } } },
        })),
      ),
    );
    const numbers = (await receive(8)).map(({ tenant, body }) => `${tenant}${JSON.parse(body).detail.number}`);
    expect(numbers.filter((each) => each.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(numbers.filter((each) => each.startsWith('b'))).toEqual(['b1', 'b2', 'b3', 'b4']);
  });

  it('include the common tenant of messages without a principal', async () => {
    await flood('a', 10);
    await ask(undefined, undefined);
    await sqlite.queue.send('agent', [{ body: 'from a client', groupId: 'b' }]);
    expect(await oneByOne(6)).toEqual(['a', undefined, 'a', undefined, 'a', undefined]);
  });

  it('with the fewest messages in flight come first', async () => {
    await flood('slow', 5);
    await ask('idle', 'quick', 'quick', 'quick');
    const inFlight = new Map([
      ['slow', 4],
      ['quick', 2],
    ]);
    expect(tenantsOf(await receive(4, inFlight))).toEqual(['idle', 'quick', 'quick', 'slow']);
  });

  it('take turns over a restart', async () => {
    await flood('a', 50);
    await ask('b', 'b');
    expect(await oneByOne(1)).toEqual(['a']);
    await reopen();
    expect((await oneByOne(4)).sort()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('take turns with messages that failed', async () => {
    await flood('a', 20);
    const failed = await receive(20);
    await ask('b');
    clock.advance(31);
    expect(await oneByOne(2)).toEqual(['b', 'a']);
    await sqlite.queue.changeVisibility('agent', failed[5]?.receiptHandle ?? '', 0);
    for (let attempt = 0; attempt < 3; attempt++) {
      await receive(30);
      clock.advance(31);
    }
    await ask('c');
    expect(await oneByOne(1)).toEqual(['c']);
    expect(await receive(30)).toEqual([]);
    expect((await sqlite.queue.depth('agent-dlq')).visible).toBe(21);
  });

  it('get a message back whose receiver gave no sign, also if it was handed over when it was sent', async () => {
    const waiting = sqlite.queue.receive('agent', { max: 5, wait: 3_600 });
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    await ask('a');
    expect(tenantsOf(await waiting)).toEqual(['a']);
    clock.advance(31);
    expect(tenantsOf(await receive(5))).toEqual(['a']);
  });

  it('lose no message when a transaction is rolled back', async () => {
    await ask('a', 'b');
    const received = receive(5);
    const failed = sqlite.database.write(() => {
      sqlite.quarantine.putWithin('never', '{}');
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(tenantsOf(await received)).toEqual(['a', 'b']);
    expect(await receive(5)).toEqual([]);
  });
});

/** SQLite's plan shows the work: a sort, or a search without each column, costs more with each message that waits. */
it('a receive, or a page of a move, costs the same however many messages wait', async () => {
  await open();
  const { database } = sqlite;
  const statements: string[] = [];
  const recording = {
    prepare(sql: string) {
      statements.push(sql);
      return database.prepare(sql);
    },
  };
  new MessageRows(recording as unknown as Database);
  const plans = statements
    .filter((sql) => sql.includes('tenant') && sql.startsWith('SELECT'))
    .map((sql) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail)),
    );
  expect(plans.map(([search]) => search)).toEqual([
    'SEARCH messages USING INDEX messages_by_tenant (queue=? AND tenant=? AND visible_at<?)',
    'SEARCH messages USING COVERING INDEX messages_by_tenant (queue=? AND tenant=?)',
    'SEARCH messages USING COVERING INDEX messages_by_tenant (queue=? AND tenant>?)',
    // Of a move of dead letters: each page begins where the queue does, because the page before is gone.
    'SEARCH messages USING INDEX messages_by_tenant (queue=?)',
  ]);
  expect(plans.flat().join()).not.toContain('TEMP B-TREE');
  await sqlite.remove();
});

type Command =
  | { readonly kind: 'ask'; readonly tenant: string; readonly count: number }
  | { readonly kind: 'receive' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'give back'; readonly seconds: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'roll back' };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      tenant: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      count: fc.constantFrom(1, 1, 2, 30),
    }),
  },
  { weight: 8, arbitrary: fc.constant<Command>({ kind: 'receive' }) },
  { weight: 3, arbitrary: fc.constant<Command>({ kind: 'delete' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('give back' as const), seconds: fc.constantFrom(0, 5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(6, 31) }) },
  { weight: 1, arbitrary: fc.constant<Command>({ kind: 'roll back' }) },
);

/** Runs commands, and checks that no tenant with a visible message waits longer than the tenants of one round. */
class Rounds {
  readonly #received: ReceivedMessage[] = [];
  /** Of each tenant that waits: the messages of others that were received meanwhile, and the most tenants that waited. */
  readonly #waits = new Map<string, { readonly others: number; readonly most: number }>();

  async run(each: Command): Promise<void> {
    switch (each.kind) {
      case 'ask':
        await flood(each.tenant, each.count);
        break;
      case 'receive':
        await this.#receive();
        break;
      case 'delete': {
        // An expired message can be deleted while it is visible. Its tenant then keeps its turn.
        const message = this.#received.shift();
        if (message !== undefined && (await this.#isInFlight(message))) {
          await sqlite.queue.delete('agent', [message.receiptHandle]);
        }
        break;
      }
      case 'give back':
        await sqlite.queue.changeVisibility('agent', this.#received.shift()?.receiptHandle ?? '1.1', each.seconds);
        break;
      case 'wait':
        clock.advance(each.seconds);
        break;
      case 'roll back': {
        // The whole batch runs again without the transaction that throws.
        const failing = sqlite.database.write(() => {
          sqlite.quarantine.putWithin('never', '{}');
          throw new Error('no');
        });
        await Promise.all([expect(failing).rejects.toThrow('no'), this.#receive()]);
        break;
      }
      default:
        each satisfies never;
    }
    this.#note();
  }

  /** Receives each visible message. */
  async drain(): Promise<void> {
    while (await this.#receive());
  }

  async #receive(): Promise<boolean> {
    this.#note();
    const [message] = await receive(1);
    if (message === undefined) {
      expect(this.#visible()).toEqual(new Set());
      return false;
    }
    this.#received.push(message);
    expect(this.#waits.delete(message.tenant ?? '')).toBe(true);
    for (const [tenant, { others, most }] of this.#waits) {
      expect(others + 1).toBeLessThan(most);
      this.#waits.set(tenant, { others: others + 1, most });
    }
    return true;
  }

  #note(): void {
    const visible = this.#visible();
    for (const tenant of this.#waits.keys()) if (!visible.has(tenant)) this.#waits.delete(tenant);
    for (const tenant of visible) {
      const { others, most } = this.#waits.get(tenant) ?? { others: 0, most: 0 };
      this.#waits.set(tenant, { others, most: Math.max(most, visible.size) });
    }
  }

  async #isInFlight({ receiptHandle }: ReceivedMessage): Promise<boolean> {
    return (await sqlite.queue.receiptState('agent', receiptHandle)) === 'inFlight';
  }

  #visible(): ReadonlySet<string> {
    const sql = "SELECT DISTINCT tenant FROM messages WHERE queue = 'agent' AND visible_at <= ? AND receive_count < 3";
    return new Set(
      sqlite.database
        .prepare(sql)
        .all(clock.now())
        .map(({ tenant }) => String(tenant)),
    );
  }
}

describe('whatever is sent, received, deleted and given back', () => {
  it('each tenant with a visible message is served within a round of as many messages as there are tenants', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 80 }), async (commands) => {
        await open();
        try {
          const rounds = new Rounds();
          for (const each of commands) await rounds.run(each);
          await rounds.drain();
        } finally {
          await sqlite.remove();
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });
});
