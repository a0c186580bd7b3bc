/**
 * The base of every error that Starling throws on purpose.
 *
 * `code` is stable: scripts, metrics and tests may rely on it. `message` is for a person and says what to do.
 * What only operators may see belongs in `cause`, which is logged and never sent to a caller.
 */
export class StarlingError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The configuration cannot be used: wrong variable, unreadable file, unknown handler. Thrown at start, never later. */
export class ConfigurationError extends StarlingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('CONFIGURATION', message, options);
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
