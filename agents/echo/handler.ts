import { artifact, defineAgent } from '#shared/agent/index.ts';

/** Says what it is told, part by part: the shortest agent there is, and the one that the benchmark calls. */
export const handler = defineAgent({
  name: 'Echo',
  description: 'Returns what it is sent.',
  version: '1.0.0',
  public: true,
  skills: [
    {
      id: 'echo',
      name: 'Echo',
      description: 'Returns the parts that it is sent.',
      tags: ['test', 'example'],
      examples: ['hello'],
    },
  ],
  handler: (task) => artifact({ parts: task.message.parts }),
});
