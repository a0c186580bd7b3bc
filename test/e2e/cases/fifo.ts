import { describe, expect, it } from 'vitest';
import type { MeshClient } from '#test/support/mesh-client.ts';
import { brief, type Noted, notesOf, putStep, type Step } from '#test/support/order-steps.ts';
import type { Place } from './place.ts';

/** After how many deliveries the fixture `ledger` has its messages dead-letter. */
const LAST = 3;

/** Events that are worked on in the order of their message groups, by a function with a FIFO queue. */
export function fifoCases(mesh: () => MeshClient, { patience, testAgents, sideBySide }: Place): void {
  describe.skipIf(!testAgents)('a function with a FIFO queue (a test function)', { timeout: patience }, () => {
    /** Puts steps on the bus one after the other, and gives what was noted until so many of them had ended for good. */
    async function noted(ended: number, ...steps: readonly Step[]): Promise<readonly Noted[]> {
      const run = crypto.randomUUID();
      for (const step of steps) await putStep(mesh(), run, step);
      const isOver = ({ what, delivery }: Noted) => what === 'done' || (what === 'failed' && delivery === LAST);
      return notesOf(await mesh().events(run, (events) => notesOf(events).filter(isOver).length === ended));
    }
    const newOrder = () => `order-${crypto.randomUUID()}`;

    it('gets the events of a group one after the other, in the order in which they came to its queue', async () => {
      const order = newOrder();
      const steps = [1, 2, 3, 4, 5];
      const notes = await noted(5, ...steps.map((step) => ({ order, step, work: 20 })));
      expect(brief(notes)).toEqual(steps.flatMap((step) => [`begin ${step}`, `done ${step}`]));
      const sequences = notes.map(({ sequence }) => sequence);
      expect(sequences).toEqual(sequences.toSorted());
      expect(new Set(notes.map(({ group }) => group))).toEqual(new Set([order]));
    });

    it('gets an event that failed again before those behind it', async () => {
      const order = newOrder();
      const notes = await noted(3, { order, step: 1 }, { order, step: 2, failures: 2 }, { order, step: 3 });
      expect(brief(notes)).toEqual([
        ...['begin 1', 'done 1'],
        ...['begin 2', 'failed 2', 'begin 2', 'failed 2', 'begin 2', 'done 2'],
        ...['begin 3', 'done 3'],
      ]);
    });

    it('goes on behind an event that is a dead letter in the end', async () => {
      const order = newOrder();
      const before = await mesh().deadLetters('ledger');
      const notes = await noted(2, { order, step: 1, failures: LAST }, { order, step: 2 });
      expect(brief(notes).slice(-3)).toEqual(['failed 1', 'begin 2', 'done 2']);
      expect(await mesh().deadLetters('ledger')).toBe(before + 1);
    });

    it.skipIf(!sideBySide)('works on groups side by side (not on an emulator)', async () => {
      const [slow, quick] = [newOrder(), newOrder()];
      const steps = [
        { order: slow, step: 1, work: 2_000 },
        { order: slow, step: 2 },
        { order: quick, step: 3 },
      ];
      const notes = await noted(3, ...steps);
      expect(brief(notes.filter(({ order }) => order === slow))).toEqual(['begin 1', 'done 1', 'begin 2', 'done 2']);
      const all = brief(notes);
      expect(all.indexOf('done 3')).toBeLessThan(all.indexOf('done 1'));
    });
  });
}
