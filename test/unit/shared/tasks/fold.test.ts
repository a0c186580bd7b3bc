import { describe, expect, it } from 'vitest';
import type { AgentId, ContextId, TaskId } from '#shared/ids.ts';
import type { Outcome, TaskRecord } from '#shared/ports/task.ts';
import { fold } from '#shared/tasks/fold.ts';
import { isTerminal, isWaitingForClient } from '#shared/tasks/state.ts';
import { artifactEvent, noon, statusEvent } from '#test/support/task-events.ts';

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
  artifacts: ['artifact-2-1'],
};
const at = (sequence: number, attempt = 3, turn = 2) => ({ turn, attempt, sequence });
const working = (place: ReturnType<typeof at>) => statusEvent(task, place, 'TASK_STATE_WORKING');

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
      task: { ...task, sequence: 5, position: 11, state: 'TASK_STATE_INPUT_REQUIRED', statusAt: noon + 5 },
      entry: { kind: 'status', position: 11, turn: 2, attempt: 3, status },
    });
  });

  it('applies the next artifact and leaves the state', () => {
    const event = artifactEvent(task, at(5), { artifactId: 'new', lastChunk: false });
    const { artifact } = event.data;
    expect(fold(task, event)).toEqual({
      kind: 'applied',
      task: { ...task, sequence: 5, position: 11, artifacts: ['artifact-2-1', 'new'] },
      entry: { kind: 'artifact', position: 11, turn: 2, attempt: 3, artifact, append: false, lastChunk: false },
    });
  });

  it.each([
    ['appends to what this attempt has begun', at(5), 'artifact-2-1', true, true],
    ['replaces it where the agent says so', at(5), 'artifact-2-1', false, false],
    ['begins an artifact that it appends to first', at(5), 'other', true, false],
    ['begins anew in a higher attempt', at(1, 4), 'artifact-2-1', true, false],
  ] as const)('%s', (_, place, artifactId, append, expected) => {
    const { entry, task: after } = applied(fold(task, artifactEvent(task, place, { artifactId, append })));
    expect(entry).toMatchObject({ append: expected });
    expect(after.artifacts).toContain(artifactId);
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
