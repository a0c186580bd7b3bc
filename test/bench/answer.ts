/** A blocking SendMessage of a text, as JSON-RPC; the text doubles as the message's id, so it has to be unique. */
export function sendMessage(text: string): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'SendMessage',
    params: { message: { messageId: text, role: 'ROLE_USER', parts: [{ text }] } },
  });
}

interface Answer {
  readonly result?: {
    readonly task?: {
      readonly status?: { readonly state?: string };
      readonly artifacts?: readonly { readonly parts?: readonly { readonly text?: string }[] }[];
    };
  };
}

/** Whether a body is the completed task of this very call: an echo server that mixes up its callers would fail here. */
export function isEcho(body: string, text: string): boolean {
  let answer: Answer | null;
  try {
    answer = JSON.parse(body);
  } catch {
    return false;
  }
  const task = answer?.result?.task;
  return task?.status?.state === 'TASK_STATE_COMPLETED' && task.artifacts?.[0]?.parts?.[0]?.text === text;
}
