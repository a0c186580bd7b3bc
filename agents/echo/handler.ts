import { artifact, defineAgent } from '#shared/agent/index.ts';

/** Returns the parts of the message. It is the shortest agent, and the benchmark calls it. */
export const handler = defineAgent({
  name: 'Echo',
  description: 'Returns what it is sent.',
  version: '1.0.0',
  public: true,
  inputModes: ['*/*'],
  outputModes: ['*/*'],
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
