/** The exit code of a command that failed. */
export const FAILURE = 1;
/** The exit code of a command that was typed wrongly. */
export const USAGE = 2;

/** Ends a command. The person sees its message and nothing else. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.exitCode = options.exitCode ?? FAILURE;
  }
}

/** The command was typed wrongly. */
export class UsageError extends CliError {
  constructor(message: string) {
    super(message, { exitCode: USAGE });
  }
}

/** No mesh answers at the address, or the connection broke. */
export class UnreachableError extends CliError {}

/** The mesh answered with an error. */
export class MeshError extends CliError {
  /** Stable, such as TASK_NOT_FOUND. */
  readonly code: string;
  readonly httpStatus: number;

  constructor(answer: { readonly code: string; readonly message: string; readonly httpStatus: number }) {
    super(`${answer.code}: ${answer.message}`);
    this.code = answer.code;
    this.httpStatus = answer.httpStatus;
  }
}
