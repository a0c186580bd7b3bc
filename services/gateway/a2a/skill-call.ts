import { namingSkill } from '#shared/a2a/skill-extension.ts';
import { uuidv7 } from '#shared/ids.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
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
  const submitted = await submit(runtime, {
    agent: call.agent,
    principal: call.principal,
    traceparent: call.traceparent,
    message: {
      messageId: uuidv7(runtime.clock.now()),
      role: 'ROLE_USER',
      parts: [{ data: input }],
      ...namingSkill(skillId),
    },
  });
  return skillResult(await operations.settled(submitted, { waitMs: runtime.settings.waitMs, timeUp: call.timeUp }));
}
