import type { Artifact, Part } from '#shared/a2a/types.ts';

/** What a handler yields or returns beside plain text and plain data. Made by the functions below. */
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
  | { readonly output: 'completed'; readonly text: string };

export type ArtifactInit = Omit<Artifact, 'artifactId'> & { readonly artifactId?: string };

const made = new WeakSet<object>();

function output<const Value extends Output>(value: Value): Value {
  made.add(value);
  return value;
}

/** Whether a value was made by a function of this file, and is not an agent's data that looks like it. */
export function isOutput(value: unknown): value is Output {
  return typeof value === 'object' && value !== null && made.has(value);
}

/** Tells the client how far the work is. */
export function working(text: string): Output {
  return output({ output: 'working', text });
}

/** A whole artifact. One with the id of an earlier one takes its place. */
export function artifact(artifact: ArtifactInit): Output {
  return output({ output: 'artifact', artifact, append: false, lastChunk: true });
}

/** More parts for an artifact that grows while it is made; `lastChunk` says that it is done. */
export function chunk(
  artifactId: string,
  parts: readonly [Part, ...Part[]],
  options: { lastChunk?: boolean } = {},
): Output {
  const { lastChunk = false } = options;
  return output({ output: 'artifact', artifact: { artifactId, parts: [...parts] }, append: true, lastChunk });
}

/** Ends the turn with a question: the client's answer begins the next. */
export function inputRequired(text: string): Output {
  return output({ output: 'input-required', text });
}

/** Ends the turn until the client has brought a credential by another way. */
export function authRequired(text: string): Output {
  return output({ output: 'auth-required', text });
}

/** Completes the task with a message instead of, or beside, its artifacts. */
export function completed(text: string): Output {
  return output({ output: 'completed', text });
}
