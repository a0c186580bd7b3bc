import { namingSkill } from '#shared/a2a/skill-extension.ts';
import { uuidv7 } from '#shared/ids.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { type SkillResult, skillResult } from '#shared/tasks/skill-result.ts';
import { submit } from '#shared/tasks/submit.ts';
import type { Call } from './call.ts';
import type { Operations } from './operations.ts';
import type { Params } from './params.ts';

export interface SkillCall {
  readonly skillId: string;
  readonly input: unknown;
}

/**
 * Calls a skill by its name. The call makes a normal task. The result of the task is the result of the call.
 *
 * @throws A2AError INVALID_PARAMS before the task exists; the errors of `skillResult` after
 */
export async function callSkill(
  runtime: Runtime,
  operations: Operations,
  call: Call,
  skill: SkillCall,
): Promise<SkillResult> {
  const submitted = await submit(runtime, {
    agent: call.agent,
    principal: call.principal,
    traceparent: call.traceparent,
    idempotencyKey: call.idempotencyKey,
    isFollowed: runtime.settings.waitMs > 0,
    ...messageTo(runtime, call, skill),
  });
  return skillResult(await operations.settled(submitted, { waitMs: runtime.settings.waitMs, timeUp: call.timeUp }));
}

/** The params of an operation that sends the message of a call of a skill. A call that comes again has the same message. */
export function messageTo(
  { clock }: Pick<Runtime, 'clock'>,
  { idempotencyKey }: Pick<Call, 'idempotencyKey'>,
  { skillId, input }: SkillCall,
): Params & { message: object } {
  return {
    message: {
      messageId: idempotencyKey ?? uuidv7(clock.now()),
      role: 'ROLE_USER',
      parts: [{ data: input }],
      ...namingSkill(skillId),
    },
  };
}
