import { describe, expect, it } from 'vitest';
import type { AgentId, ContextId, TaskId } from '#shared/ids.ts';
import type { AgentEvent, Outcome, TaskRecord } from '#shared/ports/task.ts';
import { jsonBytes, passedParkedBound } from '#shared/tasks/bounds.ts';
import { fold as foldWith } from '#shared/tasks/fold.ts';
import { isTerminal, isWaitingForClient } from '#shared/tasks/state.ts';
import { artifactEvent, noon, resultEvent, statusEvent } from '#test/support/task-events.ts';

const task: TaskRecord = {
  id: 'task-1' as TaskId,
  contextId: 'context-1' as ContextId,
  agentId: 'echo' as AgentId,
  owner: 'app',
  state: 'TASK_STATE_WORKING',
  statusAt: noon,
  createdAt: noon,
  deadline: noon + 300_000,
  turn: 2,
  attempt: 3,
  sequence: 4,
  attemptBase: 0,
  position: 10,
  bytes: 1_000,
  artifacts: ['artifact-2-1'],
  artifactCount: 1,
};
const at = (sequence: number, attempt = 3, turn = 2) => ({ turn, attempt, sequence });
const working = (place: ReturnType<typeof at>) => statusEvent(task, place, 'TASK_STATE_WORKING');

/** Of a task whose record has every id. */
const fold = (before: TaskRecord, event: AgentEvent) =>
  foldWith(before, event, () => {
    throw new Error('asked for an id');
  });

function applied(outcome: Outcome): Extract<Outcome, { kind: 'applied' }> {
  if (outcome.kind !== 'applied') throw new Error(`it was ${outcome.kind}`);
  return outcome;
}

describe('fold', () => {
  it('applies the next status', () => {
    const event = statusEvent(task, at(5), 'TASK_STATE_INPUT_REQUIRED', 'which?');
    const { status } = event.data;
    expect(fold(task, event)).toEqual({
      kind: 'applied',
      task: {
        ...task,
        sequence: 5,
        position: 11,
        bytes: 1_000 + jsonBytes(status),
        state: 'TASK_STATE_INPUT_REQUIRED',
        statusAt: noon + 5,
      },
      entries: [{ kind: 'status', position: 11, turn: 2, attempt: 3, status }],
    });
  });

  it('applies the next artifact and leaves the state', () => {
    const event = artifactEvent(task, at(5), { artifactId: 'new', lastChunk: false });
    const { artifact } = event.data;
    expect(fold(task, event)).toEqual({
      kind: 'applied',
      task: {
        ...task,
        sequence: 5,
        position: 11,
        bytes: 1_000 + jsonBytes(artifact),
        artifacts: ['artifact-2-1', 'new'],
        artifactCount: 2,
      },
      entries: [{ kind: 'artifact', position: 11, turn: 2, attempt: 3, artifact, append: false, lastChunk: false }],
    });
  });

  it.each([
    ['appends to what this attempt has begun', at(5), 'artifact-2-1', true, true],
    ['replaces it where the agent says so', at(5), 'artifact-2-1', false, false],
    ['begins an artifact that it appends to first', at(5), 'other', true, false],
    ['begins anew in a higher attempt', at(1, 4), 'artifact-2-1', true, false],
  ] as const)('%s', (_, place, artifactId, append, expected) => {
    const { entries, task: after } = applied(fold(task, artifactEvent(task, place, { artifactId, append })));
    expect(entries).toMatchObject([{ append: expected }]);
    expect(after.artifacts).toContain(artifactId);
  });

  describe('the end of a turn', () => {
    const brief = (outcome: Outcome) =>
      applied(outcome).entries.map((entry) =>
        entry.kind === 'artifact'
          ? `${entry.position} ${entry.artifact.artifactId} ${entry.append} ${entry.lastChunk}`
          : `${entry.position} ${entry.kind}`,
      );

    it('takes the artifacts that it carries, each before the status', () => {
      const outcome = fold(task, resultEvent(task, at(5), ['one', 'two']));
      expect(brief(outcome)).toEqual(['11 one false true', '12 two false true', '13 status']);
      expect(applied(outcome).task).toMatchObject({
        position: 13,
        sequence: 5,
        state: 'TASK_STATE_COMPLETED',
        artifacts: ['artifact-2-1', 'one', 'two'],
        artifactCount: 3,
      });
    });

    it('takes no artifact again that came as progress, or twice in the event', () => {
      const outcome = fold(task, resultEvent(task, at(5), ['artifact-2-1', 'new', 'new']));
      expect(brief(outcome)).toEqual(['11 new false true', '12 status']);
    });

    it('takes all of them in a higher attempt, which replaces what came before', () => {
      const outcome = fold(task, resultEvent(task, at(1, 4), ['artifact-2-1']));
      expect(brief(outcome)).toEqual(['11 artifact-2-1 false true', '12 status']);
    });

    it('is the same with and without the fields, for an older agent', () => {
      const event = statusEvent(task, at(5), 'TASK_STATE_COMPLETED');
      expect(brief(fold(task, event))).toEqual(['11 status']);
      expect(brief(fold(task, resultEvent(task, at(5), [])))).toEqual(['11 status']);
    });

    it('takes no artifacts of a status that ends no turn', () => {
      const event = resultEvent(task, at(5), ['one'], 'TASK_STATE_WORKING');
      expect(brief(fold(task, event))).toEqual(['11 status']);
    });

    it('carries them also where it asks the client', () => {
      const event = resultEvent(task, at(5), ['one'], 'TASK_STATE_INPUT_REQUIRED');
      expect(brief(fold(task, event))).toEqual(['11 one false true', '12 status']);
    });

    it('fails the task at a bound that its artifacts pass', () => {
      const full = { ...task, position: 99_999 };
      expect(fold(full, resultEvent(task, at(5), ['one', 'two'])).kind).toBe('exceeded');
      expect(fold(full, resultEvent(task, at(5), ['one'])).kind).toBe('applied');
    });

    it('asks the store for the ids that the record lacks, and gives it those that it begins', () => {
      const artifacts = Array.from({ length: 32 }, (_, i) => `artifact-${i}`);
      const more = { ...task, artifacts, artifactCount: 33 };
      const outcome = foldWith(more, resultEvent(task, at(5), ['kept', 'new']), (id) => id === 'kept');
      expect(brief(outcome)).toEqual(['11 new false true', '12 status']);
      expect(applied(outcome).began).toEqual(['new']);
    });
  });

  it('forgets the artifacts of the attempt that is fenced', () => {
    const { task: after } = applied(fold(task, working(at(1, 4))));
    expect(after).toMatchObject({ attempt: 4, sequence: 1, artifacts: [] });
  });

  it.each([
    ['the last again', at(4), 'duplicate'],
    ['an earlier again', at(1), 'duplicate'],
    ['the next of a lower attempt', at(5, 2), 'fenced'],
    ['the first of a lower attempt', at(1, 1), 'fenced'],
  ] as const)('drops %s', (_, place, why) => {
    expect(fold(task, working(place))).toEqual({ kind: 'dropped', why });
  });

  it.each([
    ['one behind a hole', at(6)],
    ['one far behind', at(600)],
    ['one of a higher attempt that has not begun', at(2, 4)],
  ])('parks %s', (_, place) => {
    expect(fold(task, working(place))).toEqual({ kind: 'parked' });
  });

  it('parks a terminal event whose predecessors have not come', () => {
    expect(fold(task, statusEvent(task, at(6), 'TASK_STATE_COMPLETED'))).toEqual({ kind: 'parked' });
  });

  it.each(['TASK_STATE_COMPLETED', 'TASK_STATE_FAILED', 'TASK_STATE_CANCELED', 'TASK_STATE_REJECTED'] as const)(
    'lets nothing move a task out of %s',
    (state) => {
      const ended = { ...task, state };
      const dropped = { kind: 'dropped', why: 'ended' };
      expect(fold(ended, working(at(5)))).toEqual(dropped);
      expect(fold(ended, artifactEvent(task, at(5)))).toEqual(dropped);
      expect(fold(ended, statusEvent(task, at(1, 9), 'TASK_STATE_COMPLETED'))).toEqual(dropped);
      expect(fold(ended, working(at(5, 3, 1)))).toEqual(dropped);
    },
  );

  const completed = statusEvent(task, at(5), 'TASK_STATE_COMPLETED');
  it.each([
    ['the source of another agent', { ...completed, source: 'starling.agents.other' }],
    ['the mesh’s own source', { ...completed, source: 'starling.tasks' }],
    ['a source without an agent', { ...completed, source: 'starling.agents' }],
    ['a source that begins like its own', { ...completed, source: 'starling.agents.echoo' }],
    ['another agent in its data', { ...completed, data: { ...completed.data, agentId: 'other' } }],
    ['another context', { ...completed, data: { ...completed.data, contextId: 'other' } }],
    ['an earlier turn', { ...completed, data: { ...completed.data, turn: 1 } }],
    ['a later turn', { ...completed, data: { ...completed.data, turn: 3 } }],
    ['no attempt', { ...completed, data: { ...completed.data, attempt: 0 } }],
    ['no sequence', { ...completed, data: { ...completed.data, sequence: 0 } }],
  ])('puts an event with %s aside', (_, event) => {
    expect(fold(task, event)).toEqual({ kind: 'quarantined', reason: expect.any(String) });
  });

  it('tells a forger nothing of the state of the task', () => {
    const forged = { ...completed, source: 'starling.agents.other' };
    expect(fold({ ...task, state: 'TASK_STATE_COMPLETED' }, forged)).toEqual(fold(task, forged));
  });

  it('moves on past an agent’s submitted', () => {
    const outcome = fold(task, statusEvent(task, at(5), 'TASK_STATE_SUBMITTED'));
    expect(outcome).toMatchObject({ kind: 'quarantined', task: { ...task, sequence: 5 } });
  });

  describe('bounds', () => {
    const exceeded = (bound: string) => ({
      kind: 'exceeded',
      reason: `The task reached a bound: it would have ${bound}.`,
    });
    const entries = 'more than 100,000 messages, status changes, artifacts and chunks';
    const kept = (before: TaskRecord, event: AgentEvent) => foldWith(before, event, () => true);

    it.each([
      ['entries', { position: 99_999 }, { position: 100_000 }, entries],
      ['bytes', { bytes: 63 * 1024 * 1024 }, { bytes: 64 * 1024 * 1024 }, 'more than 64 MB'],
      ['artifacts', { artifactCount: 19_999 }, { artifactCount: 20_000 }, 'more than 20,000 artifacts in one attempt'],
    ])('let a task have so many %s, and no more', (_, below, full, bound) => {
      const event = artifactEvent(task, at(5), { artifactId: 'new' });
      expect(foldWith({ ...task, ...below }, event, () => false)).toMatchObject({ kind: 'applied' });
      expect(foldWith({ ...task, ...full }, event, () => false)).toEqual(exceeded(bound));
    });

    it('let a full attempt go on with the artifacts that it has', () => {
      const full = { ...task, artifactCount: 20_000 };
      expect(kept(full, artifactEvent(task, at(5), { artifactId: 'old', append: true }))).toMatchObject({
        kind: 'applied',
        entries: [{ append: true }],
        task: { artifactCount: 20_000 },
      });
    });

    it('let a full task end, but not work on', () => {
      const full = { ...task, position: 100_000, bytes: 64 * 1024 * 1024 };
      expect(fold(full, statusEvent(task, at(5), 'TASK_STATE_COMPLETED'))).toMatchObject({ kind: 'applied' });
      expect(fold(full, working(at(5)))).toEqual(exceeded(entries));
    });

    it('refuse an event that can never be next', () => {
      expect(fold(task, working(at(100_001)))).toEqual(exceeded(entries));
      expect(fold(task, working(at(1, 2_000_000_000)))).toMatchObject({ kind: 'quarantined' });
    });

    it.each([
      [{ events: 20_000, bytes: 10 }, undefined],
      [{ events: 20_001, bytes: 10 }, 'more than 20,000 events that wait for an earlier one'],
      [{ events: 1, bytes: 64 * 1024 * 1024 }, undefined],
      [{ events: 1, bytes: 64 * 1024 * 1024 + 1 }, 'more than 64 MB of events that wait for an earlier one'],
    ])('of parked events: %j', (parked, bound) => {
      expect(passedParkedBound(parked)).toBe(bound);
    });
  });

  describe('an attempt with many artifacts', () => {
    const ids = Array.from({ length: 32 }, (_, i) => `artifact-${i}`);
    const many: TaskRecord = { ...task, artifacts: ids, artifactCount: 32 };

    it('has the ids of the first in its record, and the store keeps the others', () => {
      const outcome = applied(fold(many, artifactEvent(task, at(5), { artifactId: 'new', append: true })));
      expect(outcome).toMatchObject({ began: ['new'], entries: [{ append: false }] });
      expect(outcome.task).toMatchObject({ artifacts: ids, artifactCount: 33 });
    });

    it('asks the store only for ids that the record lacks', () => {
      const more = { ...many, artifactCount: 33 };
      expect(
        applied(fold(more, artifactEvent(task, at(5), { artifactId: 'artifact-7', append: true }))).entries,
      ).toMatchObject([{ append: true }]);
      const asked: string[] = [];
      const outcome = foldWith(more, artifactEvent(task, at(5), { artifactId: 'new', append: true }), (artifactId) => {
        asked.push(artifactId);
        return true;
      });
      expect(asked).toEqual(['new']);
      expect(outcome).toMatchObject({ kind: 'applied', entries: [{ append: true }], task: { artifactCount: 33 } });
      expect(outcome).not.toHaveProperty('began');
    });

    it('begins anew in a higher attempt', () => {
      const outcome = applied(
        fold({ ...many, artifactCount: 40 }, artifactEvent(task, at(1, 4), { artifactId: 'new', append: true })),
      );
      expect(outcome).toMatchObject({ entries: [{ append: false }], task: { artifacts: ['new'], artifactCount: 1 } });
    });
  });

  it('changes nothing that it was given', () => {
    const frozen = Object.freeze({ ...task, artifacts: Object.freeze([...task.artifacts]) });
    const event = artifactEvent(task, at(5), { artifactId: 'new' });
    const copy = structuredClone(event);
    fold(frozen, event);
    expect(event).toEqual(copy);
  });
});

describe('a task’s state', () => {
  it.each([
    ['TASK_STATE_SUBMITTED', false, false],
    ['TASK_STATE_WORKING', false, false],
    ['TASK_STATE_INPUT_REQUIRED', false, true],
    ['TASK_STATE_AUTH_REQUIRED', false, true],
    ['TASK_STATE_COMPLETED', true, false],
    ['TASK_STATE_FAILED', true, false],
    ['TASK_STATE_CANCELED', true, false],
    ['TASK_STATE_REJECTED', true, false],
  ] as const)('%s: terminal %s, waits for its client %s', (state, terminal, waits) => {
    expect(isTerminal(state)).toBe(terminal);
    expect(isWaitingForClient(state)).toBe(waits);
  });
});
