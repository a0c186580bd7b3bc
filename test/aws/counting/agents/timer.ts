import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent } from '#shared/agent/index.ts';

/** Works for as many seconds as it is told, then answers with a text. */
export const handler = defineAgent({
  name: 'Timer',
  description: 'Works for a while.',
  version: '1.0.0',
  skills: [{ id: 'work', name: 'Work', description: 'Takes its time.', tags: ['test'] }],
  handler: async (task) => {
    await sleep(Number(task.text) * 1000);
    return 'The answer to what was asked, of some eighty characters, which is not very much.';
  },
});
