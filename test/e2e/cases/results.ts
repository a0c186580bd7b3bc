import { describe, expect, it } from 'vitest';
import { type MeshClient, textMessage } from '#test/support/mesh-client.ts';
import type { Place } from './place.ts';

/** What a client gets for each kind of result that docs/concepts/agents.md lists. */
export function resultCases(mesh: () => MeshClient, { testAgents }: Place): void {
  const textOf = ({ status }: { status: { message?: { parts: { text: string }[] } } }) =>
    status.message?.parts.map(({ text }) => text).join('');

  describe.skipIf(!testAgents)('what a handler returns', () => {
    it.for([
      ['text', [{ parts: [{ text: 'a text' }] }]],
      ['value', [{ parts: [{ data: { sum: [1, null] } }] }]],
      ['nothing', []],
      [
        'artifact',
        [
          {
            artifactId: 'report',
            name: 'Report',
            parts: [{ text: 'a' }, { data: 1 }, { raw: 'AQI=', mediaType: 'image/png', filename: 'a.png' }],
          },
        ],
      ],
      ['chunks', [{ artifactId: 'log', parts: [{ text: 'one' }, { text: 'two' }] }]],
      ['completed', []],
    ] as const)('becomes the artifacts of a completed task: %s', async ([way, artifacts]) => {
      const task = await mesh().send('results', way);
      expect(task.status.state).toBe('TASK_STATE_COMPLETED');
      expect(task.artifacts ?? []).toEqual(artifacts.map((artifact) => expect.objectContaining(artifact)));
      expect(textOf(task)).toBe(way === 'completed' ? 'all done' : undefined);
    });

    it('joins the texts that a generator yields to one artifact', async () => {
      const { artifacts } = await mesh().send('results', 'words');
      expect(artifacts).toHaveLength(1);
      const texts = artifacts[0].parts.map(({ text }: { text: string }) => text);
      expect(texts.join('')).toBe('a b');
    });

    it.for([
      ['question', 'TASK_STATE_INPUT_REQUIRED', 'which one?'],
      ['sign in', 'TASK_STATE_AUTH_REQUIRED', 'sign in first'],
    ] as const)('ends the turn, and the next message begins another: %s', async ([way, state, asked]) => {
      const task = await mesh().send('results', way);
      expect([task.status.state, textOf(task)]).toEqual([state, asked]);
      const message = { ...textMessage('this one'), taskId: task.id };
      const { body } = await mesh().rpc('results', 'SendMessage', { message });
      expect(body.result.task.status.state).toBe('TASK_STATE_COMPLETED');
      expect(body.result.task.artifacts.at(-1).parts[0].text).toMatch(/^turn 2 after \d messages$/);
    });

    it.for([
      ['reject', 'TASK_STATE_REJECTED', 'not for you'],
      ['fail', 'TASK_STATE_FAILED', 'no way'],
    ] as const)('ends the task at its first attempt: %s', async ([way, state, reason]) => {
      const task = await mesh().send('results', way);
      expect(task.status.state).toBe(state);
      expect(textOf(task)).toContain(reason);
    });
  });
}
