export { textOf } from '#shared/a2a/parts.ts';
/** Everything that the author of an agent imports. */
export { defineAgent } from './define-agent.ts';
export { type AgentDefinition, type Handler, type SkillDefinition, skill } from './definition.ts';
export { TaskFailed, TaskRejected } from './errors.ts';
export { artifact, authRequired, chunk, completed, inputRequired, type Output, reply, working } from './outputs.ts';
export type { AgentTask } from './task.ts';
