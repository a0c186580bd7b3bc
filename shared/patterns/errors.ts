import { StarlingError } from '#shared/errors.ts';

/** EventBridge would refuse the event pattern. The message names the field and says what to write instead. */
export class InvalidPatternError extends StarlingError {
  /** The wrong field as a dotted path. It is empty when the pattern as a whole is wrong. */
  readonly path: string;

  constructor(path: string, problem: string, options?: { cause?: unknown }) {
    super('INVALID_EVENT_PATTERN', `Invalid event pattern${path === '' ? '' : ` at "${path}"`}: ${problem}`, options);
    this.path = path;
  }
}
