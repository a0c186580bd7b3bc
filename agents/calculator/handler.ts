import { defineAgent, TaskRejected } from '#shared/agent/index.ts';
import { CalculationError } from './errors.ts';

/**
 * Calculates what strangers write, so serverless.yml has it in a thread of its own. The parser is imported when the first
 * expression comes: nothing else needs it.
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
    try {
      return evaluate(task.skill === 'calculate' ? (task.input as { expression: string }).expression : task.text);
    } catch (error) {
      if (error instanceof CalculationError) throw new TaskRejected(error.message, { cause: error });
      throw error;
    }
  },
});
