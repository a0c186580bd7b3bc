import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentEvent, LogEntry, TaskRecord } from '#shared/ports/task.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { artifactEvent, entryOf, newTask, statusEvent } from '#test/support/task-events.ts';

/** One event of an agent, before it has a task. */
type Step =
  | { readonly kind: 'working' }
  | { readonly kind: 'chunk'; readonly artifact: number; readonly append: boolean };

/** What the events of an attempt are: its steps, then its end. */
type Attempt = readonly Step[];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ kind: 'working' }),
  fc.record({ kind: fc.constant('chunk' as const), artifact: fc.nat(1), append: fc.boolean() }),
);
const attempt = fc.array(step, { maxLength: 6 });

/** Deliveries of all events of the attempts, in any order, each once to three times, as indexes into the list of events. */
function deliveries(attempts: readonly Attempt[]): fc.Arbitrary<number[]> {
  const count = attempts.reduce((sum, steps) => sum + steps.length + 1, 0);
  const times = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: count, maxLength: count });
  return times.chain((each) => {
    const all = each.flatMap((n, index) => Array.from({ length: n }, () => index));
    return fc.shuffledSubarray(all, { minLength: all.length });
  });
}
const scenario = (count: number) =>
  fc
    .array(attempt, { minLength: count, maxLength: count })
    .chain((attempts) => fc.record({ attempts: fc.constant(attempts), order: deliveries(attempts) }));

function eventsOf(task: TaskRecord, attempts: readonly Attempt[]): AgentEvent[] {
  return attempts.flatMap((steps, index) => {
    const at = (sequence: number) => ({ attempt: index + 1, sequence });
    const events: AgentEvent[] = steps.map((each, i) =>
      each.kind === 'working'
        ? statusEvent(task, at(i + 1), 'TASK_STATE_WORKING')
        : artifactEvent(task, at(i + 1), { artifactId: `a${each.artifact}`, append: each.append }),
    );
    return [...events, statusEvent(task, at(steps.length + 1), 'TASK_STATE_COMPLETED')];
  });
}

/**
 * The log that deliveries in this order have to give, told in another way than the fold does: what has come is a set, an
 * attempt is taken on when its first event comes, and only the newest is read on.
 */
function expectedLog(delivered: readonly AgentEvent[], last: readonly number[]): string[] {
  const come = new Set<string>();
  const log: string[] = [];
  let current = 0;
  let done = 0;
  let begun = new Set<string>();
  for (const event of delivered) {
    const { attempt: number, sequence } = event.data;
    come.add(`${number}.${sequence}`);
    if (number > current && sequence === 1) {
      current = number;
      done = 0;
      begun = new Set();
    }
    for (; come.has(`${current}.${done + 1}`); done++) {
      const next = delivered.find(({ data }) => data.attempt === current && data.sequence === done + 1) as AgentEvent;
      if (next.detailType === 'TaskArtifact.v1') {
        const { artifactId } = next.data.artifact;
        log.push(
          `${current}.${done + 1} ${next.data.append && begun.has(artifactId) ? 'append' : 'replace'} ${artifactId}`,
        );
        begun.add(artifactId);
      } else {
        log.push(`${current}.${done + 1} ${next.data.status.state}`);
      }
      if (done + 1 === last[current - 1]) return log;
    }
  }
  return log;
}

function brief(entry: LogEntry): string {
  if (entry.kind === 'message') return 'message';
  if (entry.kind === 'status') {
    const sequence = new Date(entry.status.timestamp).getMilliseconds();
    return `${entry.attempt}.${sequence} ${entry.status.state}`;
  }
  const { artifact, append } = entry;
  return `${(artifact.parts[0] as { text: string }).text} ${append ? 'append' : 'replace'} ${artifact.artifactId}`;
}

describe('a task’s log', () => {
  let sqlite: SqliteAdapters;
  beforeAll(async () => {
    sqlite = await openSqlite(new TestClock());
  });
  afterAll(() => sqlite.remove());

  const ways = {
    'by the projector, one by one': async (events: readonly AgentEvent[]) => {
      for (const event of events) await sqlite.tasks.apply(event);
    },
    'by the projector, at once': async (events: readonly AgentEvent[]) => {
      await Promise.all(events.map((event) => sqlite.tasks.apply(event)));
    },
    'by the bus, in one put': async (events: readonly AgentEvent[]) => {
      await sqlite.bus.put(events.map(entryOf));
    },
    'by the bus and the projector, in turns': async (events: readonly AgentEvent[]) => {
      await Promise.all(
        events.map((event, i) => (i % 2 === 0 ? sqlite.bus.put([entryOf(event)]) : sqlite.tasks.apply(event))),
      );
    },
  };

  for (const [name, deliver] of Object.entries(ways)) {
    it(`is that of the events in order, however they come: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(scenario(1), scenario(2), scenario(3)), async ({ attempts, order }) => {
          const { tasks, database, quarantine } = sqlite;
          const created = await tasks.create(newTask());
          if (!created.created) throw new Error('the task was there already');
          const { task } = created;
          const events = eventsOf(task, attempts);
          const delivered = order.map((index) => events[index] as AgentEvent);

          const tailed: LogEntry[] = [];
          const tail = (async () => {
            for await (const entries of tasks.tail(task.id, 0, new AbortController().signal)) tailed.push(...entries);
          })();
          await deliver(delivered);
          await tail;

          const log = await entriesOf(tasks, task.id, 0);
          const lengths = attempts.map((steps) => steps.length + 1);
          expect(log.map(brief)).toEqual(['message', ...expectedLog(delivered, lengths)]);
          expect(log.map(({ position }) => position)).toEqual(log.map((_, i) => i + 1));
          expect(tailed).toStrictEqual(log);

          const ended = log.filter(
            ({ kind }, i) => kind === 'status' && brief(log[i] as LogEntry).endsWith('COMPLETED'),
          );
          expect(ended).toEqual([log.at(-1)]);
          expect(await tasks.get(task.id)).toMatchObject({ state: 'TASK_STATE_COMPLETED', position: log.length });

          const parked = await database.read(() => database.prepare('SELECT count(*) AS n FROM task_parked').get());
          expect(parked).toEqual({ n: 0 });
          expect(await quarantine.count()).toBe(0);
        }),
        { numRuns: 120 },
      );
    });
  }

  it('of one attempt is always whole', async () => {
    await fc.assert(
      fc.asyncProperty(scenario(1), async ({ attempts, order }) => {
        const created = await sqlite.tasks.create(newTask());
        if (!created.created) throw new Error('the task was there already');
        const events = eventsOf(created.task, attempts);
        await sqlite.bus.put(order.map((index) => entryOf(events[index] as AgentEvent)));
        expect(await entriesOf(sqlite.tasks, created.task.id, 1)).toHaveLength(events.length);
      }),
      { numRuns: 50 },
    );
  });
});
