import { describe, expect, it } from 'vitest';
import type { LogEntry } from '#shared/ports/task.ts';
import { artifactEvent, statusEvent } from '#test/support/task-events.ts';
import type { TaskStoreSetting } from './setting.ts';

/** What is large, or odd, and comes back whole. */
export function largeCases({ subject, tasks, create, deliver, log, end }: TaskStoreSetting): void {
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
      const text = '\u0000\u0001"\\\ud83d' + '\u{1f426}\u2028 end';
      const task = await create({ text });
      await deliver(artifactEvent(task, { sequence: 1 }, { text }));
      expect(await log(task)).toMatchObject([{ message: { parts: [{ text }] } }, { artifact: { parts: [{ text }] } }]);
    });
  });
}
