import { errorLines, escapeControls, isPlainError } from './pretty.ts';
import { redactFields } from './redact.ts';

/** Characters. The schema of `TaskAttemptFailed.v1` has the same bounds. */
const MAX_NAME = 200;
const MAX_MESSAGE = 4_000;
const MAX_DETAILS = 8_000;

export interface ErrorDescription {
  readonly name: string;
  readonly message: string;
  /** The stack and the causes, in lines. Absent for a thrown value that is no error. */
  readonly details?: string;
}

/**
 * A thrown value for a person, without secrets that can be recognized, and bounded in length.
 *
 * @example describeError(new TypeError('x is not a function')) // { name: 'TypeError', message: 'x is not a function', details: … }
 */
export function describeError(thrown: unknown): ErrorDescription {
  const { error } = redactFields({ error: thrown });
  if (isPlainError(error)) {
    return {
      name: cut(escapeControls(error.name), MAX_NAME),
      message: cut(escapeControls(error.message), MAX_MESSAGE),
      details: cut(errorLines(error, '').join('\n'), MAX_DETAILS),
    };
  }
  const text = typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error));
  return { name: 'a value that is no Error', message: cut(escapeControls(text), MAX_MESSAGE) };
}

/** JSON of some languages refuses half of a surrogate pair. */
function cut(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}
