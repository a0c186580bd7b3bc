import { A2AError } from '#shared/a2a/errors.ts';
import { uuidv7 } from '#shared/ids.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { skillInputProblem } from '#shared/tasks/skill-input.ts';
import { type SkillResult, skillResult } from '#shared/tasks/skill-result.ts';
import { submit } from '#shared/tasks/submit.ts';
import type { Call } from './call.ts';
import type { Operations } from './operations.ts';

/**
 * Calls a skill by its name. The call makes a normal task. The result of the task is the result of the call.
 *
 * @throws A2AError INVALID_PARAMS before the task exists; the errors of `skillResult` after
 */
export async function callSkill(
  runtime: Runtime,
  operations: Operations,
  call: Call,
  { skillId, input }: { readonly skillId: string; readonly input: unknown },
): Promise<SkillResult> {
  const problem = skillInputProblem(call.agent, skillId, input);
  if (problem !== undefined)
    throw new A2AError('INVALID_PARAMS', `The params of ${skillId} are not valid: ${problem}.`);
  const submitted = await submit(runtime, {
    agent: call.agent,
    principal: call.principal,
    traceparent: call.traceparent,
    message: { messageId: uuidv7(runtime.clock.now()), role: 'ROLE_USER', parts: [{ data: input }] },
    skill: skillId,
  });
  return skillResult(await operations.settled(submitted, { waitMs: runtime.settings.waitMs, timeUp: call.timeUp }));
}
