/** Tasks as they are on the wire. */
export const TASK_ID = '019a9d3e-7b1c-7000-8a52-3f1c5e0d9b47';
export const CONTEXT_ID = '019a9d3e-7b1c-7001-9c11-aa1c5e0d9b48';
export const AT = '2026-11-21T09:10:00.123Z';

export function agentMessage(text: string) {
  return { messageId: 'm-1', role: 'ROLE_AGENT', parts: [{ text }], taskId: TASK_ID, contextId: CONTEXT_ID };
}

export function status(state: string, said?: string) {
  return {
    state: `TASK_STATE_${state}`,
    timestamp: AT,
    ...(said !== undefined && { message: agentMessage(said) }),
  };
}

export function task(state: string, options: { said?: string; parts?: object[]; artifacts?: object[] } = {}) {
  const artifacts = options.artifacts ?? (options.parts ? [{ artifactId: 'result', parts: options.parts }] : undefined);
  return {
    id: TASK_ID,
    contextId: CONTEXT_ID,
    status: status(state, options.said),
    ...(artifacts && { artifacts }),
  };
}

export function statusUpdate(state: string, said?: string) {
  return { statusUpdate: { taskId: TASK_ID, contextId: CONTEXT_ID, status: status(state, said) } };
}

export function artifactUpdate(text: string, append: boolean, lastChunk = false, artifactId = 'result') {
  const artifact = { artifactId, parts: [{ text }] };
  return { artifactUpdate: { taskId: TASK_ID, contextId: CONTEXT_ID, artifact, append, lastChunk } };
}
