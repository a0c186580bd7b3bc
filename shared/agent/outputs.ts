import type { Artifact, Part } from '#shared/a2a/types.ts';

/** A handler yields or returns outputs, besides text and data. Only the functions of this file make them. */
export type Output =
  | { readonly output: 'working'; readonly text: string }
  | {
      readonly output: 'artifact';
      readonly artifact: ArtifactInit;
      readonly append: boolean;
      readonly lastChunk: boolean;
    }
  | { readonly output: 'input-required'; readonly text: string }
  | { readonly output: 'auth-required'; readonly text: string }
  | { readonly output: 'completed'; readonly text: string }
  | { readonly output: 'reply'; readonly parts: readonly [Part, ...Part[]] };

export type ArtifactInit = Omit<Artifact, 'artifactId'> & { readonly artifactId?: string };

const made = new WeakSet<object>();

function output<const Value extends Output>(value: Value): Value {
  made.add(value);
  return value;
}

/** Whether a function of this file made the value. An agent's data may look like an output and is none. */
export function isOutput(value: unknown): value is Output {
  return typeof value === 'object' && value !== null && made.has(value);
}

/**
 * Tells the client how far the work is.
 *
 * @example
 * const handler: Handler = async function* (task) {
 *   yield working('counting the words');
 *   yield task.text.split(' ').length;
 * };
 */
export function working(text: string): Output {
  return output({ output: 'working', text });
}

/**
 * A whole artifact. It replaces an earlier artifact with the same id.
 *
 * @example
 * const handler: Handler = (task) =>
 *   artifact({ name: 'table.csv', parts: [{ text: 'word,length' }, { data: task.text.length }] });
 */
export function artifact(artifact: ArtifactInit): Output {
  return output({ output: 'artifact', artifact, append: false, lastChunk: true });
}

/**
 * Adds parts to an artifact that grows. `lastChunk` says that the artifact is complete.
 *
 * @example
 * const handler: Handler = async function* (task) {
 *   for (const word of task.text.split(' ')) yield chunk('words', [{ text: word }]);
 *   yield chunk('words', [{ text: '.' }], { lastChunk: true });
 * };
 */
export function chunk(
  artifactId: string,
  parts: readonly [Part, ...Part[]],
  options: { lastChunk?: boolean } = {},
): Output {
  const { lastChunk = false } = options;
  return output({ output: 'artifact', artifact: { artifactId, parts: [...parts] }, append: true, lastChunk });
}

/**
 * Ends the turn with a question. The client's answer begins the next turn, with the earlier messages in `task.history`.
 *
 * @example
 * const handler: Handler = (task) => {
 *   if (task.turn === 1) return inputRequired('Which city?');
 *   return `You said ${task.text}.`;
 * };
 */
export function inputRequired(text: string): Output {
  return output({ output: 'input-required', text });
}

/**
 * Ends the turn until the client has provided a credential outside the task.
 *
 * @example
 * const calendars = new Map<string, string[]>();
 * const handler: Handler = (task) =>
 *   calendars.get(task.principal.id) ?? authRequired('Connect your calendar, then send any message.');
 */
export function authRequired(text: string): Output {
  return output({ output: 'auth-required', text });
}

/**
 * Completes the task with a message. The task may have artifacts too.
 *
 * @example
 * const handler: Handler = async function* (task) {
 *   yield { words: task.text.split(' ').length };
 *   yield completed('All words are counted.');
 * };
 */
export function completed(text: string): Output {
  return output({ output: 'completed', text });
}

/**
 * Answers with a message in place of a task: the client gets the message alone. Only an agent with `replies: true` may do so.
 * If the client has seen the task already, the message is the task's last one.
 *
 * @example
 * const greeter = defineAgent({
 *   name: 'Greeter', description: 'Greets.', version: '1.0.0', replies: true,
 *   skills: [{ id: 'greet', name: 'Greet', description: 'Says hello.', tags: ['example'] }],
 *   handler: () => reply('Hello!'),
 * });
 */
export function reply(content: string | readonly [Part, ...Part[]]): Output {
  return output({ output: 'reply', parts: typeof content === 'string' ? [{ text: content }] : content });
}
