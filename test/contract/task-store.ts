import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentId, TaskId } from '../../shared/ids.ts';
import { TurnConflictError } from '../../shared/ports/errors.ts';
import type { BusEvent } from '../../shared/ports/event-bus.ts';
import type { NewTask, TaskStore } from '../../shared/ports/task-store.ts';
import type { AgentEvent } from '../../shared/tasks/fold.ts';
import type { LogEntry } from '../../shared/tasks/log.ts';
import type { TaskRecord } from '../../shared/tasks/state.ts';
import { artifactEvent, entry, newTask, nextTurn, noon, statusEvent } from '../support/task-events.ts';

export interface TaskStoreSubject {
  readonly tasks: TaskStore;
  /** Brings an agent's event to the fold, by whichever way the suite runs for. */
  deliver(event: AgentEvent): Promise<void>;
  /** How many events were put aside so far. */
  quarantined(): Promise<number>;
  /** What the store has published so far, the oldest first. */
  published(): Promise<readonly BusEvent[]>;
  /** Moves the store's clock on, by seconds. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** What every TaskStore does. */
export function taskStoreContract(name: string, open: () => Promise<TaskStoreSubject>): void {
  describe(`TaskStore: ${name}`, () => {
    let subject: TaskStoreSubject;
    let tasks: TaskStore;

    beforeEach(async () => {
      subject = await open();
      tasks = subject.tasks;
    });
    afterEach(() => subject.close());

    async function create(changes: Parameters<typeof newTask>[0] = {}): Promise<TaskRecord> {
      const created = await tasks.create(newTask(changes));
      if (!created.created) throw new Error('the task was there already');
      return created.task;
    }
    async function get(task: Pick<TaskRecord, 'id'>): Promise<TaskRecord> {
      const found = await tasks.get(task.id);
      if (found === undefined) throw new Error('the task is gone');
      return found;
    }
    const deliver = async (...events: AgentEvent[]) => {
      for (const event of events) await subject.deliver(event);
    };
    const log = (task: Pick<TaskRecord, 'id'>, after = 0) => tasks.read(task.id, after);
    const brief = (entries: readonly LogEntry[]) => entries.map(briefly);
    const publishedOf = async (task: Pick<TaskRecord, 'id'>, type: string) =>
      (await subject.published()).filter(
        (event) =>
          event['detail-type'] === type && (event.detail as { data: { taskId: string } }).data.taskId === task.id,
      );
    /** The events of an agent that says it works, makes an artifact of three chunks, and is done. */
    const turnOf = (task: TaskRecord, attempt = 1, turn = 1): AgentEvent[] => [
      statusEvent(task, { turn, attempt, sequence: 1 }, 'TASK_STATE_WORKING'),
      artifactEvent(task, { turn, attempt, sequence: 2 }, { lastChunk: false }),
      artifactEvent(task, { turn, attempt, sequence: 3 }, { append: true, lastChunk: false }),
      artifactEvent(task, { turn, attempt, sequence: 4 }, { append: true }),
      statusEvent(task, { turn, attempt, sequence: 5 }, 'TASK_STATE_COMPLETED', 'done'),
    ];
    const end = (task: TaskRecord, state: TaskRecord['state'] = 'TASK_STATE_CANCELED', at = noon) =>
      tasks.end({
        taskId: task.id,
        status: { state, timestamp: new Date(at).toISOString() },
        events: ({ id, contextId, agentId, turn, attempt }) => [
          entry('starling.tasks', 'TaskCancelRequested.v1', {
            taskId: id,
            contextId,
            agentId,
            turn,
            reason: `${attempt}`,
          }),
        ],
      });

    describe('create', () => {
      it('stores the task, its first log entry and the request together', async () => {
        const fresh = newTask({ text: 'hello' });
        const created = await tasks.create(fresh);
        const expected: TaskRecord = {
          id: fresh.id,
          contextId: fresh.contextId,
          agentId: fresh.agentId,
          owner: 'app',
          state: 'TASK_STATE_SUBMITTED',
          statusAt: noon,
          createdAt: noon,
          deadline: fresh.deadline,
          turn: 1,
          attempt: 0,
          sequence: 0,
          attemptBase: 0,
          position: 1,
          artifacts: [],
        };
        expect(created).toMatchObject({
          created: true,
          task: expected,
          entry: { kind: 'message', position: 1, turn: 1 },
        });
        expect(await get(fresh)).toEqual(expected);
        expect(await log(fresh)).toMatchObject([
          {
            kind: 'message',
            position: 1,
            turn: 1,
            attempt: 0,
            message: { messageId: fresh.messageId, parts: [{ text: 'hello' }] },
            status: { state: 'TASK_STATE_SUBMITTED', timestamp: new Date(noon).toISOString() },
          },
        ]);
        expect(await publishedOf(fresh, 'TaskRequested.v1')).toMatchObject([{ detail: fresh.request.detail }]);
      });

      it('makes one task of one message, however often and at once it comes', async () => {
        const first = newTask();
        const again = () => newTask({ messageId: first.messageId });
        const answers = await Promise.all([tasks.create(first), tasks.create(again()), tasks.create(again())]);
        const later = again();
        answers.push(await tasks.create(later));
        const made = answers.filter(({ created }) => created);
        expect(made).toHaveLength(1);
        const ids = answers.map((answer) => (answer.created ? answer.task.id : answer.taskId));
        expect(new Set(ids).size).toBe(1);
        expect(await tasks.get(later.id)).toBeUndefined();
        expect(await publishedOf(later, 'TaskRequested.v1')).toEqual([]);
        expect((await tasks.list({ limit: 10 })).tasks).toHaveLength(1);
      });

      it('makes another task of the same message of another owner, or to another agent', async () => {
        const { messageId } = newTask();
        await create({ messageId });
        await create({ messageId, owner: 'someone-else' });
        await create({ messageId, agentId: 'calculator' as AgentId });
        expect((await tasks.list({ limit: 10 })).tasks).toHaveLength(3);
      });

      it('makes another task of a message that made one more than an hour ago', async () => {
        const { messageId } = newTask();
        const { id } = await create({ messageId });
        await subject.pass(3_500);
        expect(await tasks.create(newTask({ messageId }))).toEqual({ created: false, taskId: id });
        await subject.pass(200);
        expect((await create({ messageId })).id).not.toBe(id);
      });

      it('leaves nothing behind when the request cannot be published', async () => {
        const broken = newTask();
        const request = { ...broken.request, source: '' };
        await expect(tasks.create({ ...broken, request })).rejects.toThrow();
        expect(await tasks.get(broken.id)).toBeUndefined();
        expect(await log(broken)).toEqual([]);
        // The message's key is free too.
        expect((await tasks.create(broken)).created).toBe(true);
      });
    });

    describe('apply', () => {
      it('folds a turn into the log, in order', async () => {
        const task = await create();
        await deliver(...turnOf(task));
        expect(brief(await log(task))).toEqual([
          '1 message hello',
          '2 working',
          '3 artifact-1-1 = 1.2 …',
          '4 artifact-1-1 + 1.3 …',
          '5 artifact-1-1 + 1.4',
          '6 completed done',
        ]);
        expect(await get(task)).toMatchObject({
          state: 'TASK_STATE_COMPLETED',
          statusAt: noon + 5,
          turn: 1,
          attempt: 1,
          sequence: 5,
          position: 6,
        });
      });

      it('gives the same log for events that come backwards', async () => {
        const [task, other] = [await create(), await create()];
        await deliver(...turnOf(task));
        await deliver(...turnOf(other).toReversed());
        expect(brief(await log(other))).toEqual(brief(await log(task)));
        expect(await get(other)).toEqual({ ...(await get(task)), id: other.id, contextId: other.contextId });
      });

      it('ends the task only when all before the end have come', async () => {
        const task = await create();
        const [working, first, second, third, completed] = turnOf(task) as [
          AgentEvent,
          AgentEvent,
          AgentEvent,
          AgentEvent,
          AgentEvent,
        ];
        await deliver(completed, working, third, first);
        expect(await get(task)).toMatchObject({ state: 'TASK_STATE_WORKING', position: 3 });
        await deliver(second);
        expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED', position: 6 });
      });

      it('drops what comes again, before and after the end', async () => {
        const task = await create();
        const events = turnOf(task);
        for (const event of events) await deliver(event, event);
        await deliver(...events);
        expect((await log(task)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
        expect(await subject.quarantined()).toBe(0);
      });

      it('replaces, with the first chunk of a later attempt, what an earlier one had made', async () => {
        const task = await create();
        await deliver(...turnOf(task).slice(0, 3));
        const [working, , second, third, completed] = turnOf(task, 2) as [
          AgentEvent,
          AgentEvent,
          AgentEvent,
          AgentEvent,
          AgentEvent,
        ];
        // The second attempt appends from its start, as if it had gone on where the first broke off.
        const first = artifactEvent(task, { attempt: 2, sequence: 2 }, { append: true, lastChunk: false });
        await deliver(working, first, second, third, completed);
        expect(brief(await log(task, 4))).toEqual([
          '5 working',
          '6 artifact-1-1 = 2.2 …',
          '7 artifact-1-1 + 2.3 …',
          '8 artifact-1-1 + 2.4',
          '9 completed done',
        ]);
      });

      it('fences the lower attempt with the first event of a higher', async () => {
        const task = await create();
        const [lost, , , , late] = turnOf(task) as [AgentEvent, AgentEvent, AgentEvent, AgentEvent, AgentEvent];
        await deliver(statusEvent(task, { attempt: 3, sequence: 1 }, 'TASK_STATE_WORKING'), lost, late);
        expect(brief(await log(task))).toEqual(['1 message hello', '2 working']);
        expect(await get(task)).toMatchObject({ attempt: 3, sequence: 1, state: 'TASK_STATE_WORKING' });
        await deliver(statusEvent(task, { attempt: 3, sequence: 2 }, 'TASK_STATE_FAILED'));
        expect(await get(task)).toMatchObject({ state: 'TASK_STATE_FAILED', position: 3 });
        expect(await subject.quarantined()).toBe(0);
      });

      it('takes a higher attempt from its first event on, and no sooner', async () => {
        const task = await create();
        await deliver(statusEvent(task, { attempt: 2, sequence: 2 }, 'TASK_STATE_COMPLETED'));
        await deliver(...turnOf(task).slice(0, 2));
        expect(await get(task)).toMatchObject({ attempt: 1, sequence: 2 });
        await deliver(statusEvent(task, { attempt: 2, sequence: 1 }, 'TASK_STATE_WORKING'));
        expect(await get(task)).toMatchObject({ attempt: 2, sequence: 2, state: 'TASK_STATE_COMPLETED' });
      });

      it.each([
        ['the source of another agent', { source: 'starling.agents.other' }, {}],
        ['a source that only begins like its own', { source: 'starling.agents.echo2' }, {}],
        ['its own source, for another agent', {}, { agentId: 'other' }],
        ['another context', {}, { contextId: 'another' }],
        ['a turn that is not yet', {}, { turn: 2 }],
      ])('puts a completed with %s aside and changes nothing', async (_, envelope, data) => {
        const task = await create();
        await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'));
        const before = await get(task);
        const completed = statusEvent(task, { sequence: 2 }, 'TASK_STATE_COMPLETED', 'forged');
        await deliver({ ...completed, ...envelope, data: { ...completed.data, ...data } });
        expect(await get(task)).toEqual(before);
        expect(await log(task)).toHaveLength(2);
        expect(await subject.quarantined()).toBe(1);
        await deliver(completed);
        expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED', position: 3 });
      });

      it('puts an agent’s submitted aside and goes on behind it', async () => {
        const task = await create();
        await deliver(
          statusEvent(task, { sequence: 2 }, 'TASK_STATE_COMPLETED'),
          statusEvent(task, { sequence: 1 }, 'TASK_STATE_SUBMITTED'),
        );
        expect(brief(await log(task))).toEqual(['1 message hello', '2 completed']);
        expect(await subject.quarantined()).toBe(1);
      });

      it('puts artifacts aside where an attempt has too many, and goes on behind them', async () => {
        const task = await create();
        const count = 1_700;
        const ids = Array.from({ length: count }, (_, i) => `${i}`.padStart(256, 'x'));
        const events = ids.map((artifactId, i) => artifactEvent(task, { sequence: i + 1 }, { artifactId }));
        await Promise.all(events.map((event) => subject.deliver(event)));
        await deliver(statusEvent(task, { sequence: count + 1 }, 'TASK_STATE_COMPLETED'));
        const entries = await log(task, 1);
        expect(entries.map(({ position }) => position)).toEqual(entries.map((_, index) => index + 2));
        expect(entries.at(-1)).toMatchObject({ kind: 'status' });
        expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED', sequence: count + 1 });
        expect(entries.length - 1 + (await subject.quarantined())).toBe(count);
        expect(entries.length).toBeGreaterThan(1_000);
      });

      it('puts events of a task that does not exist aside', async () => {
        const task = { ...(await create()), id: 'no-such-task' as TaskId };
        await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'));
        expect(await tasks.get(task.id)).toBeUndefined();
        expect(await subject.quarantined()).toBe(1);
      });

      it('keeps tasks apart', async () => {
        const [one, two] = [await create({ text: 'one' }), await create({ text: 'two' })];
        const [first, second] = [turnOf(one), turnOf(two)];
        for (let i = 4; i >= 0; i--) await deliver(first[i] as AgentEvent, second[4 - i] as AgentEvent);
        expect(brief(await log(one))[0]).toBe('1 message one');
        expect(brief(await log(one)).slice(1)).toEqual(brief(await log(two)).slice(1));
      });

      it('survives many events of many tasks at once', async () => {
        const all = await Promise.all(Array.from({ length: 10 }, (_, i) => create({ text: `${i}` })));
        const events = all.flatMap((task) => turnOf(task));
        // Every third first, so that neighbours overtake each other.
        const mixed = [0, 1, 2].flatMap((rest) => events.filter((_, i) => i % 3 === rest));
        await Promise.all([...mixed, ...mixed].map((event) => subject.deliver(event)));
        for (const task of all) {
          expect((await log(task)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
          expect((await get(task)).state).toBe('TASK_STATE_COMPLETED');
        }
      });
    });

    describe('large entries', () => {
      const kilobytes = (count: number) => 'ä'.repeat(count * 512);

      it('keeps messages and artifacts of hundreds of kilobytes, whole', async () => {
        const task = await create({ text: kilobytes(300) });
        const events = [
          artifactEvent(task, { sequence: 1 }, { text: kilobytes(900) }),
          statusEvent(task, { sequence: 2 }, 'TASK_STATE_COMPLETED', kilobytes(300)),
        ];
        await deliver(...events.toReversed());
        const entries = await log(task);
        expect(entries).toMatchObject([
          { kind: 'message', message: { parts: [{ text: kilobytes(300) }] } },
          { kind: 'artifact', artifact: { parts: [{ text: kilobytes(900) }] } },
          { kind: 'status', status: { message: { parts: [{ text: kilobytes(300) }] } } },
        ]);
        expect(await log(task, 1)).toStrictEqual(entries.slice(1));
        expect(await log(task, 2)).toStrictEqual(entries.slice(2));
      });

      it('keeps a log of megabytes', async () => {
        const task = await create();
        const chunks = Array.from({ length: 40 }, (_, i) =>
          artifactEvent(task, { sequence: i + 1 }, { append: true, lastChunk: i === 39, text: kilobytes(80) }),
        );
        await Promise.all(chunks.map((event) => subject.deliver(event)));
        expect((await log(task)).map(({ position }) => position)).toEqual(Array.from({ length: 41 }, (_, i) => i + 1));
        expect(await log(task, 40)).toHaveLength(1);
        await end(task);
        const seen: LogEntry[] = [];
        for await (const entries of tasks.tail(task.id, 20, new AbortController().signal)) seen.push(...entries);
        expect(seen).toStrictEqual(await log(task, 20));
      });

      it('keeps every character', async () => {
        const text = '\u0000\u0001"\\\ud83d\u{1f426}\u2028 end';
        const task = await create({ text });
        await deliver(artifactEvent(task, { sequence: 1 }, { text }));
        expect(await log(task)).toMatchObject([
          { message: { parts: [{ text }] } },
          { artifact: { parts: [{ text }] } },
        ]);
      });
    });

    describe('recover', () => {
      it('publishes nothing again where all was published', async () => {
        const waits = await create();
        await deliver(statusEvent(waits, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
        await tasks.begin(nextTurn(waits, 1));
        const canceled = await create();
        await end(canceled);
        await create();
        const before = (await subject.published()).length;
        expect(await tasks.recover(noon + 3_600_000)).toBe(0);
        expect(await subject.published()).toHaveLength(before);
      });

      it('leaves deadlines alone', async () => {
        const task = await create();
        await tasks.recover(noon + 60_000);
        expect(await tasks.overdue(task.deadline - 1, 10)).toEqual([]);
        await expect.poll(() => tasks.overdue(task.deadline, 10)).toMatchObject([{ id: task.id }]);
      });
    });

    describe('begin', () => {
      const waiting = async () => {
        const task = await create();
        await deliver(
          statusEvent(task, { attempt: 2, sequence: 1 }, 'TASK_STATE_WORKING'),
          statusEvent(task, { attempt: 2, sequence: 2 }, 'TASK_STATE_INPUT_REQUIRED', 'which?'),
        );
        return get(task);
      };

      it('begins the next turn of a task that waits, with the message and the request', async () => {
        const task = await waiting();
        const turn = nextTurn(task, 1);
        const begun = await tasks.begin(turn);
        expect(begun).toEqual({
          ...task,
          state: 'TASK_STATE_SUBMITTED',
          statusAt: turn.at,
          deadline: turn.deadline,
          turn: 2,
          attempt: 0,
          sequence: 0,
          position: 4,
          artifacts: [],
        });
        expect(await get(task)).toEqual(begun);
        expect(brief(await log(task, 2))).toEqual(['3 input_required which?', '4 message more']);
        expect(await publishedOf(task, 'TaskRequested.v1')).toMatchObject([{}, { detail: turn.request.detail }]);
      });

      it('folds the new turn’s events and puts those of the turn before aside', async () => {
        const task = await waiting();
        await tasks.begin(nextTurn(task, 1));
        await deliver(statusEvent(task, { turn: 1, attempt: 9, sequence: 1 }, 'TASK_STATE_FAILED'));
        expect(await subject.quarantined()).toBe(1);
        await deliver(...turnOf(task, 1, 2).toReversed());
        expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED', turn: 2, attempt: 1, position: 9 });
      });

      it('begins one turn of one message', async () => {
        const task = await waiting();
        const turn = nextTurn(task, 1);
        const [first, second] = await Promise.all([tasks.begin(turn), tasks.begin(turn)]);
        expect(second).toEqual(first);
        expect(await tasks.begin(turn)).toEqual(first);
        expect(await publishedOf(task, 'TaskRequested.v1')).toHaveLength(2);
        expect((await log(task)).map(({ position }) => position)).toEqual([1, 2, 3, 4]);
      });

      it('lets one of two messages begin the turn', async () => {
        const task = await waiting();
        const answers = await Promise.allSettled([tasks.begin(nextTurn(task, 1)), tasks.begin(nextTurn(task, 1))]);
        expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        const refused = answers.find(({ status }) => status === 'rejected');
        expect(refused).toMatchObject({ reason: { code: 'TURN_CONFLICT' } });
        expect(await publishedOf(task, 'TaskRequested.v1')).toHaveLength(2);
      });

      it('does not take the message of another task for one of this', async () => {
        const [task, other] = [await waiting(), newTask()];
        await tasks.create(other);
        expect(await tasks.begin(nextTurn(task, 1, { messageId: other.messageId }))).toMatchObject({ turn: 2 });
      });

      it('begins no turn with a message of an earlier turn', async () => {
        const task = await waiting();
        const turn = nextTurn(task, 1);
        await tasks.begin(turn);
        await deliver(statusEvent(task, { turn: 2, sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
        const before = await get(task);
        expect(await tasks.begin(nextTurn(task, 2, { messageId: turn.messageId }))).toEqual(before);
        expect(await log(task)).toHaveLength(before.position);
      });

      it('begins no turn with the message that made the task', async () => {
        const fresh = newTask();
        await tasks.create(fresh);
        await deliver(statusEvent(fresh, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
        const before = await get(fresh);
        expect(await tasks.begin(nextTurn(fresh, 1, { messageId: fresh.messageId }))).toEqual(before);
        expect(await log(fresh)).toHaveLength(2);
      });

      it('leaves the message to make a task of its own, which is known then', async () => {
        const task = await waiting();
        const turn = nextTurn(task, 1);
        await tasks.begin(turn);
        const made = await create({ messageId: turn.messageId });
        expect(made.id).not.toBe(task.id);
        expect(await tasks.create(newTask({ messageId: turn.messageId }))).toEqual({ created: false, taskId: made.id });
        expect(await tasks.begin(turn)).toMatchObject({ id: task.id, turn: 2 });
      });

      it.each([
        ['works', 'TASK_STATE_WORKING'],
        ['has ended', 'TASK_STATE_COMPLETED'],
      ] as const)('refuses a message to a task that %s', async (_, state) => {
        const task = await create();
        await deliver(statusEvent(task, { sequence: 1 }, state));
        await expect(tasks.begin(nextTurn(task, 1))).rejects.toBeInstanceOf(TurnConflictError);
        expect(await log(task)).toHaveLength(2);
        expect(await publishedOf(task, 'TaskRequested.v1')).toHaveLength(1);
      });
    });

    describe('end', () => {
      it('is final at once, and publishes', async () => {
        const task = await create();
        await deliver(...turnOf(task).slice(0, 2));
        expect(await end(task, 'TASK_STATE_CANCELED', noon + 99)).toBe(true);
        expect(await get(task)).toMatchObject({ state: 'TASK_STATE_CANCELED', statusAt: noon + 99, position: 4 });
        expect(brief(await log(task, 3))).toEqual(['4 canceled']);
        expect(await publishedOf(task, 'TaskCancelRequested.v1')).toMatchObject([
          { detail: { data: { reason: '1' } } },
        ]);
      });

      it('lets nothing that comes later change it', async () => {
        const task = await create();
        await deliver(turnOf(task)[4] as AgentEvent);
        await end(task);
        const ended = await get(task);
        await deliver(...turnOf(task), ...turnOf(task, 2));
        await expect(tasks.begin(nextTurn(task, 1))).rejects.toBeInstanceOf(TurnConflictError);
        expect(await get(task)).toEqual(ended);
        expect(await log(task)).toHaveLength(2);
        expect(await subject.quarantined()).toBe(0);
      });

      it('happens once', async () => {
        const task = await create();
        expect((await Promise.all([end(task), end(task)])).sort()).toEqual([false, true]);
        expect(await end(task, 'TASK_STATE_FAILED')).toBe(false);
        expect((await get(task)).state).toBe('TASK_STATE_CANCELED');
        expect(await publishedOf(task, 'TaskCancelRequested.v1')).toHaveLength(1);
      });

      it('comes too late for a task that its agent ended', async () => {
        const task = await create();
        await deliver(...turnOf(task));
        expect(await end(task)).toBe(false);
        expect(await log(task)).toHaveLength(6);
        expect(await publishedOf(task, 'TaskCancelRequested.v1')).toEqual([]);
      });

      it('ends a task that waits for its client', async () => {
        const task = await create();
        await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_AUTH_REQUIRED'));
        expect(await end(task, 'TASK_STATE_FAILED')).toBe(true);
        expect((await get(task)).state).toBe('TASK_STATE_FAILED');
      });
    });

    describe('tail', () => {
      const never = new AbortController().signal;
      const collect = async (task: Pick<TaskRecord, 'id'>, after = 0, signal: AbortSignal = never) => {
        const seen: LogEntry[] = [];
        for await (const entries of tasks.tail(task.id, after, signal)) {
          expect(entries.length).toBeGreaterThan(0);
          seen.push(...entries);
        }
        return seen;
      };

      it('gives every entry once and in order, whenever it began, and the same as a later read', async () => {
        const task = await create();
        const events = turnOf(task);
        const tails = [collect(task)];
        for (const event of events) {
          const delivered = subject.deliver(event);
          tails.push(collect(task));
          await delivered;
          tails.push(collect(task));
        }
        tails.push(collect(task));
        const expected = await log(task);
        expect(expected).toHaveLength(6);
        for (const seen of await Promise.all(tails)) expect(seen).toStrictEqual(expected);
      });

      it('gives what overtook each other in the order of the log', async () => {
        const task = await create();
        const tail = collect(task);
        await deliver(...turnOf(task).toReversed());
        expect(await tail).toStrictEqual(await log(task));
      });

      it('begins after a position', async () => {
        const task = await create();
        const tail = collect(task, 3);
        await deliver(...turnOf(task));
        expect((await tail).map(({ position }) => position)).toEqual([4, 5, 6]);
        expect((await collect(task, 5)).map(({ position }) => position)).toEqual([6]);
      });

      it('ends at once behind the end', async () => {
        const task = await create();
        await end(task);
        expect(await collect(task, 2)).toEqual([]);
      });

      it('ends at once for a task that does not exist', async () => {
        expect(await collect({ id: 'no-such-task' as TaskId })).toEqual([]);
      });

      it('shows an end from outside', async () => {
        const task = await create();
        const tail = collect(task);
        await end(task);
        expect(brief(await tail)).toEqual(['1 message hello', '2 canceled']);
      });

      it('goes on over turns', async () => {
        const task = await create();
        const tail = collect(task);
        await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED', 'which?'));
        await tasks.begin(nextTurn(task, 1));
        await deliver(statusEvent(task, { turn: 2, sequence: 1 }, 'TASK_STATE_COMPLETED'));
        const seen = await tail;
        expect(brief(seen)).toEqual(['1 message hello', '2 input_required which?', '3 message more', '4 completed']);
        expect(seen).toStrictEqual(await log(task));
      });

      it('waits for its reader and misses nothing meanwhile', async () => {
        const task = await create();
        const tail = tasks.tail(task.id, 0, never)[Symbol.asyncIterator]();
        const seen: LogEntry[] = [...((await tail.next()).value ?? [])];
        await deliver(...turnOf(task));
        for (let next = await tail.next(); !next.done; next = await tail.next()) seen.push(...next.value);
        expect(seen.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
      });

      it('ends at the abort', async () => {
        const task = await create();
        const stop = new AbortController();
        const tail = tasks.tail(task.id, 0, stop.signal)[Symbol.asyncIterator]();
        await tail.next();
        const next = tail.next();
        stop.abort();
        expect(await next).toMatchObject({ done: true });
        expect(await collect(task, 0, stop.signal)).toEqual([]);
      });
    });

    describe('read', () => {
      it('gives the entries after a position', async () => {
        const task = await create();
        await deliver(...turnOf(task));
        expect((await log(task, 4)).map(({ position }) => position)).toEqual([5, 6]);
        expect(await log(task, 6)).toEqual([]);
      });

      it('gives none of a task that does not exist', async () => {
        expect(await tasks.read('no-such-task' as TaskId, 0)).toEqual([]);
        expect(await tasks.get('no-such-task' as TaskId)).toBeUndefined();
      });
    });

    describe('list', () => {
      it('gives the newest first, by owner, agent and state', async () => {
        const mine = await create({ owner: 'me' });
        const done = await create({ owner: 'me' });
        const other = await create({ owner: 'me', agentId: 'calculator' as AgentId });
        await create({ owner: 'you' });
        await end(done);
        const ids = async (query: Omit<Parameters<TaskStore['list']>[0], 'limit'>) =>
          (await tasks.list({ ...query, limit: 10 })).tasks.map(({ id }) => id);
        expect(await ids({ owner: 'me' })).toEqual([other.id, done.id, mine.id]);
        expect(await ids({ owner: 'me', agentId: 'echo' as AgentId })).toEqual([done.id, mine.id]);
        expect(await ids({ owner: 'me', state: 'TASK_STATE_CANCELED' })).toEqual([done.id]);
        expect(await ids({ owner: 'nobody' })).toEqual([]);
      });

      it('gives whole records', async () => {
        const task = await create();
        await deliver(...turnOf(task).slice(0, 2));
        expect(await tasks.list({ limit: 10 })).toEqual({ tasks: [await get(task)] });
      });

      it('gives pages without gaps or doubles', async () => {
        const made: NewTask['id'][] = [];
        for (let i = 0; i < 5; i++) made.push((await create()).id);
        const seen: TaskId[] = [];
        let cursor: string | undefined;
        do {
          const page = await tasks.list({ limit: 2, ...(cursor !== undefined && { cursor }) });
          expect(page.tasks.length).toBeLessThanOrEqual(2);
          seen.push(...page.tasks.map(({ id }) => id));
          cursor = page.next;
          await create({ owner: 'later' });
        } while (cursor !== undefined);
        expect(seen).toEqual(made.toReversed());
      });
    });

    describe('overdue', () => {
      it('gives what has not ended and whose deadline has come, the oldest deadline first', async () => {
        const late = await create({ deadline: noon + 2 });
        const later = await create({ deadline: noon + 3 });
        const ended = await create({ deadline: noon + 1 });
        await end(ended);
        await create({ deadline: noon + 4 });
        const ids = async (now: number, limit = 10) => (await tasks.overdue(now, limit)).map(({ id }) => id);
        // An index may lag behind.
        await expect.poll(() => ids(noon + 3)).toEqual([late.id, later.id]);
        expect(await ids(noon + 1)).toEqual([]);
        expect(await ids(noon + 2)).toEqual([late.id]);
        expect(await ids(noon + 3, 1)).toEqual([late.id]);
      });

      it('goes by the deadline of the current turn', async () => {
        const task = await create({ deadline: noon + 1 });
        await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
        const { deadline } = await tasks.begin(nextTurn(task, 1));
        await expect.poll(() => tasks.overdue(deadline, 10)).toHaveLength(1);
        expect(await tasks.overdue(deadline - 1, 10)).toEqual([]);
      });
    });
  });
}

/** An entry in a line: `4 artifact-1-1 + 1.3 …`, where `+` appends, `=` replaces and `…` has more to come. */
function briefly(entry: LogEntry): string {
  const text = (parts: readonly unknown[] | undefined) =>
    (parts ?? []).map((part) => (part as { text: string }).text).join();
  switch (entry.kind) {
    case 'message':
      return `${entry.position} message ${text(entry.message.parts)}`;
    case 'status': {
      const state = entry.status.state.replace('TASK_STATE_', '').toLowerCase();
      return `${entry.position} ${state} ${text(entry.status.message?.parts)}`.trimEnd();
    }
    case 'artifact': {
      const { position, artifact, append, lastChunk } = entry;
      return `${position} ${artifact.artifactId} ${append ? '+' : '='} ${text(artifact.parts)}${lastChunk ? '' : ' …'}`;
    }
    default:
      return entry satisfies never;
  }
}
