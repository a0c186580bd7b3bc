import { StarlingError } from '#shared/errors.ts';

/** The event pattern would be refused by EventBridge. The message names the field and says what to write instead. */
export class InvalidPatternError extends StarlingError {
  /** The field at fault as a dotted path, empty when the pattern as a whole is at fault. */
  readonly path: string;

  constructor(path: string, problem: string, options?: { cause?: unknown }) {
    super('INVALID_EVENT_PATTERN', `Invalid event pattern${path === '' ? '' : ` at "${path}"`}: ${problem}`, options);
    this.path = path;
  }
}
