/**
 * The base of every error that Starling throws on purpose.
 *
 * `code` is stable: scripts, metrics and tests may rely on it. `message` is for a person and says what to do.
 * `cause` has the details for operators. It is logged and never sent to a caller.
 */
export class StarlingError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The configuration is not usable: wrong variable, unreadable file, unknown handler. It is thrown only at start. */
export class ConfigurationError extends StarlingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('CONFIGURATION', message, options);
  }
}

/** The text of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
