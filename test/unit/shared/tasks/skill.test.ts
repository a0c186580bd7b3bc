import { describe, expect, it } from 'vitest';
import type { Part, Task, TaskState } from '#shared/a2a/types.ts';
import { skillInputProblem } from '#shared/tasks/skill-input.ts';
import { skillResult } from '#shared/tasks/skill-result.ts';
import { agentNamed } from './mesh.ts';

function task(state: TaskState, { said, artifacts }: { said?: string; artifacts?: Part[][] } = {}): Task {
  const timestamp = '2026-01-01T00:00:00.000Z';
  return {
    id: 't1',
    contextId: 'c1',
    status: {
      state,
      timestamp,
      ...(said !== undefined && { message: { messageId: 'm', role: 'ROLE_AGENT', parts: [{ text: said }] } }),
    },
    ...(artifacts && {
      artifacts: artifacts.map((parts, index) => ({ artifactId: `a${index}`, parts: parts as [Part, ...Part[]] })),
    }),
  };
}

describe('the result of a completed task', () => {
  it.each<[string, Parameters<typeof task>[1], unknown]>([
    ['nothing', {}, ''],
    ['what the agent said', { said: 'done' }, 'done'],
    ['text', { artifacts: [[{ text: '4' }]] }, '4'],
    ['the chunks of one text', { artifacts: [[{ text: 'a' }, { text: 'b' }]] }, 'ab'],
    ['several texts', { artifacts: [[{ text: 'a' }], [{ text: 'b' }]] }, 'a\nb'],
    ['data', { artifacts: [[{ text: 'a' }], [{ data: { sum: 4 } }]] }, { sum: 4 }],
    ['data that is null', { artifacts: [[{ data: null } as Part]] }, null],
    ['an artifact before what the agent said', { said: 'done', artifacts: [[{ text: '4' }]] }, '4'],
  ])('is %s', (_what, parts, result) => {
    expect(skillResult(task('TASK_STATE_COMPLETED', parts))).toEqual({ taskId: 't1', result });
  });
});

describe('the error of any other task', () => {
  it.each<[TaskState, string, string]>([
    ['TASK_STATE_FAILED', 'TASK_FAILED', 'Task t1 failed: why'],
    ['TASK_STATE_REJECTED', 'TASK_REJECTED', 'Task t1 was rejected: why'],
    ['TASK_STATE_CANCELED', 'TASK_CANCELED', 'Task t1 was canceled: why'],
    ['TASK_STATE_INPUT_REQUIRED', 'TASK_WAITS_FOR_CLIENT', 'Task t1 asks for more: why.'],
    ['TASK_STATE_AUTH_REQUIRED', 'TASK_WAITS_FOR_CLIENT', 'Task t1 asks for more: why.'],
    ['TASK_STATE_SUBMITTED', 'WAIT_ENDED', 'Task t1 goes on'],
    ['TASK_STATE_WORKING', 'WAIT_ENDED', 'Task t1 goes on'],
  ])('%s: %s', (state, code, message) => {
    let thrown: unknown;
    try {
      skillResult(task(state, { said: 'why', artifacts: [[{ text: 'half' }]] }));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code,
      message: expect.stringContaining(message),
      metadata: { taskId: 't1' },
    });
  });

  it('has no text where the agent said nothing', () => {
    expect(() => skillResult(task('TASK_STATE_FAILED'))).toThrow(/^Task t1 failed$/);
  });
});

describe('the input of a skill', () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string', minLength: 1 }, days: { type: 'integer' } },
    required: ['city'],
    additionalProperties: false,
  };
  it.each<[unknown, RegExp | undefined]>([
    [{ city: 'Oslo' }, undefined],
    [{ city: 'Oslo', days: 3 }, undefined],
    [{}, /^city is missing$/],
    [[], /^params must be an object$/],
    [{ city: 7 }, /^city must be a string$/],
    [{ city: 'Oslo', days: 1.5 }, /^days must be a whole number$/],
    [{ city: 'Oslo', wind: true }, /^wind is not allowed$/],
  ])('%j', (input, problem) => {
    const said = skillInputProblem(agentNamed('echo', schema), 'echo', input);
    if (problem === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(problem);
  });

  it('is anything where the skill has no schema', () => {
    expect(skillInputProblem(agentNamed('echo'), 'echo', [1])).toBeUndefined();
  });

  it('is checked by the newest record of its agent', () => {
    expect(skillInputProblem(agentNamed('echo', schema), 'echo', {})).toBeDefined();
    expect(skillInputProblem(agentNamed('echo', { type: 'object' }), 'echo', {})).toBeUndefined();
  });
});
