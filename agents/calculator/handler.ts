import { defineAgent } from '#shared/agent/index.ts';

/**
 * Calculates expressions of strangers. So serverless.yml runs it in a thread that can be terminated. The import of
 * mathjs takes long, so the handler imports it at the first expression.
 */
export const handler = defineAgent({
  name: 'Calculator',
  description: 'Works out arithmetic exactly: + - * / ^ %, parentheses, functions and constants, on real numbers.',
  version: '1.0.0',
  public: true,
  skills: [
    {
      id: 'calculate',
      name: 'Calculate',
      description: 'Gives the result of an arithmetic expression.',
      tags: ['arithmetic', 'mathematics', 'example'],
      examples: ['(3 + 4) * 5 - 2^3', 'sqrt(2) / 2', '0.1 + 0.2'],
      input: {
        type: 'object',
        properties: { expression: { type: 'string', description: 'Such as "(3 + 4) * 5 - 2^3".' } },
        required: ['expression'],
        additionalProperties: false,
      },
    },
  ],
  async handler(task) {
    const { evaluate } = await import('./evaluate.ts');
    return evaluate(task.skill === 'calculate' ? (task.input as { expression: string }).expression : task.text);
  },
});
