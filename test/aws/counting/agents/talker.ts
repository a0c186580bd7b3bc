import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent } from '#shared/agent/index.ts';

/** Milliseconds between chunks: enough that each goes out by itself, as those of a model do. */
const PAUSE = 20;

/** Streams as many chunks of text as it is told. */
export const handler = defineAgent({
  name: 'Talker',
  description: 'Talks for a while.',
  version: '1.0.0',
  skills: [{ id: 'talk', name: 'Talk', description: 'Takes its time.', tags: ['test'] }],
  async *handler(task) {
    for (let chunk = 0; chunk < Number(task.text); chunk++) {
      await sleep(PAUSE);
      yield 'Some words of an answer. ';
    }
  },
});
