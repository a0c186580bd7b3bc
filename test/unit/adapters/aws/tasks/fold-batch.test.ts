import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FoldReads, foldBatch } from '#adapters/aws/tasks/fold-batch.ts';
import type { AgentEvent } from '#shared/ports/task.ts';
import { firstTurn } from '#shared/tasks/transitions.ts';
import { artifactEvent, newTask, statusEvent } from '#test/support/task-events.ts';

const task = firstTurn(newTask());
const turnOf = (attempt: number): AgentEvent[] => [
  statusEvent(task, { attempt, sequence: 1 }, 'TASK_STATE_WORKING'),
  artifactEvent(task, { attempt, sequence: 2 }, { append: true, lastChunk: false }),
  artifactEvent(task, { attempt, sequence: 3 }, { append: true }),
  statusEvent(task, { attempt, sequence: 4 }, 'TASK_STATE_COMPLETED'),
];
const none: FoldReads = {
  parked: async () => ({ events: [], isCut: false }),
  begun: async () => new Map(),
};
/** Reads that find these parked events. */
const parking = (events: readonly AgentEvent[], isCut = false): FoldReads => ({
  ...none,
  parked: async () => ({ events: events.map((event) => ({ event, bytes: 10 })), isCut }),
});
const kinds = (events: readonly AgentEvent[], outcomes: ReadonlyMap<AgentEvent, { kind: string }>) =>
  events.map((event) => outcomes.get(event)?.kind);

describe('foldBatch', () => {
  it('folds a turn in whatever order it came', async () => {
    const expected = await foldBatch(task, turnOf(1), none);
    expect(expected.task).toMatchObject({ state: 'TASK_STATE_COMPLETED', position: 5 });
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(turnOf(1), { minLength: 4 }), async (events) => {
        const folded = await foldBatch(task, events, none);
        expect(folded).toMatchObject({ task: expected.task, entries: expected.entries });
        expect(kinds(events, folded.outcomes)).toEqual(Array(4).fill('applied'));
      }),
    );
  });

  it('goes on with what is parked, which may take turns with what came early', async () => {
    const [working, first, second, completed] = turnOf(1) as [AgentEvent, AgentEvent, AgentEvent, AgentEvent];
    const asked: number[] = [];
    const folded = await foldBatch(task, [completed, working, first], {
      ...none,
      async parked({ sequence }) {
        asked.push(sequence);
        return { events: [{ event: second, bytes: 10 }], isCut: false };
      },
    });
    expect(folded.unparked).toEqual({ events: 1, bytes: 10 });
    expect(asked).toEqual([2]);
    expect(folded.entries.map(({ position }) => position)).toEqual([2, 3, 4, 5]);
    expect(kinds([completed, working, first, second], folded.outcomes)).toEqual(Array(4).fill('applied'));
  });

  it('does not ask for what is parked when nothing moved', async () => {
    const [, first] = turnOf(1) as [AgentEvent, AgentEvent];
    const folded = await foldBatch(task, [first], {
      ...none,
      parked() {
        throw new Error('asked');
      },
    });
    expect(folded.task).toBe(task);
    expect(kinds([first], folded.outcomes)).toEqual(['parked']);
  });

  it('parks what is still early, and drops what the end or a higher attempt has overtaken', async () => {
    const [working, , third, completed] = turnOf(1) as [AgentEvent, AgentEvent, AgentEvent, AgentEvent];
    const [again] = turnOf(2) as [AgentEvent];
    expect(kinds([third, working], (await foldBatch(task, [third, working], none)).outcomes)).toEqual([
      'parked',
      'applied',
    ]);
    expect(kinds([completed, again], (await foldBatch(task, [completed, again], none)).outcomes)).toEqual([
      'dropped',
      'applied',
    ]);
    const failed = statusEvent(task, { sequence: 1 }, 'TASK_STATE_FAILED');
    const late = statusEvent(task, { attempt: 2, sequence: 2 }, 'TASK_STATE_WORKING');
    expect(kinds([late, failed], (await foldBatch(task, [late, failed], none)).outcomes)).toEqual([
      'dropped',
      'applied',
    ]);
  });

  it('names what is to be put aside, also of what was parked', async () => {
    const forged = { ...statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'), source: 'starling.agents.other' };
    const working = statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING');
    const submitted = statusEvent(task, { sequence: 2 }, 'TASK_STATE_SUBMITTED');
    const folded = await foldBatch(task, [forged, working], parking([submitted]));
    expect(folded.quarantined.map(({ event }) => event)).toEqual([forged, submitted]);
    expect(folded.task).toMatchObject({ sequence: 2, position: 2 });
  });
});
