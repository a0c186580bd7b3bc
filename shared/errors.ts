export interface StarlingErrorOptions {
  readonly cause?: unknown;
  readonly command?: readonly string[];
}

/**
 * The base of every error that Starling throws on purpose.
 *
 * `code` is stable: scripts, metrics and tests may rely on it. `message` is for a person and says what to do.
 * `cause` has the details for operators. It is logged and never sent to a caller.
 */
export class StarlingError extends Error {
  readonly code: string;
  /**
   * The words of a `starling` command that helps. The process that prints the error prints the command behind the message,
   * as the shell takes it there (shared/command-line.ts).
   */
  readonly command: readonly string[] | undefined;

  constructor(code: string, message: string, options: StarlingErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.name = new.target.name;
    this.code = code;
    this.command = options.command;
  }
}

/** The configuration is not usable: wrong variable, unreadable file, unknown handler. It is thrown only at start. */
export class ConfigurationError extends StarlingError {
  constructor(message: string, options?: StarlingErrorOptions) {
    super('CONFIGURATION', message, options);
  }
}

/** The text of any thrown value. It never throws itself. */
export function messageOf(thrown: unknown): string {
  const error = readable(thrown);
  return error instanceof Error ? error.message : String(error);
}

/**
 * The thrown value, or an error in its place if code cannot look at the value without another throw. A handler can throw a
 * Proxy, an object whose `toString` throws, or an error whose `message` is a getter or no text.
 */
export function readable(thrown: unknown): unknown {
  try {
    if (!(thrown instanceof Error)) {
      String(thrown);
      return thrown;
    }
    if (typeof thrown.name === 'string' && typeof thrown.message === 'string') return thrown;
  } catch {}
  return new Error(`A value was thrown that cannot be read (${typeof thrown}).`);
}
