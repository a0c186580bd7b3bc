import type { CommandLines } from '#shared/command-line.ts';

/** The exit code of a command that failed. */
export const FAILURE = 1;
/** The exit code of a command that was typed wrongly. */
export const USAGE = 2;
/** A shell adds the number of the signal to this: 130 for SIGINT. */
const SIGNAL_BASE = 128;

/**
 * The code of an error that the command itself finds. Codes are stable. An error of the mesh has the mesh's code, such as
 * TASK_NOT_FOUND.
 */
export type CliErrorCode =
  | 'USAGE'
  | 'NO_MESH'
  | 'NOT_A_MESH'
  | 'NO_CREDENTIALS'
  | 'CREDENTIALS_UNREADABLE'
  | 'CREDENTIALS_REFUSED'
  | 'AWS_PROFILE_TAKEN'
  | 'INPUT_UNREADABLE'
  | 'INPUT_TOO_LARGE'
  | 'OUTPUT_UNWRITABLE'
  | 'ANSWER_TOO_LARGE'
  | 'TASK_FAILED'
  | 'TASK_REJECTED'
  | 'TASK_CANCELED'
  | 'EVENTS_NOT_DELIVERED'
  | 'INTERRUPTED';

interface CliErrorOptions {
  readonly exitCode?: number;
  readonly cause?: unknown;
  /** The task that the error is about. */
  readonly taskId?: string | undefined;
  /** Sentences after the message, with commands as the person's shell takes them. */
  readonly advice?: (commands: CommandLines) => string | undefined;
}

/** Ends a command. The person sees its message and nothing else. */
export class CliError extends Error {
  /** Stable, for scripts. */
  readonly code: string;
  readonly exitCode: number;
  readonly taskId: string | undefined;
  readonly #advice: CliErrorOptions['advice'];

  constructor(code: CliErrorCode | (string & {}), message: string, options: CliErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.exitCode = options.exitCode ?? FAILURE;
    this.taskId = options.taskId;
    this.#advice = options.advice;
  }

  /** The whole message, for the person who reads it in this shell. */
  text(commands: CommandLines): string {
    return [this.message, this.#advice?.(commands)].filter((sentence) => sentence !== undefined).join(' ');
  }
}

/** The command was typed wrongly. */
export class UsageError extends CliError {
  constructor(message: string, options: Pick<CliErrorOptions, 'advice'> = {}) {
    super('USAGE', message, { ...options, exitCode: USAGE });
  }
}

/** No mesh answers at the address, or the connection broke. */
export class UnreachableError extends CliError {
  constructor(message: string, options: Omit<CliErrorOptions, 'exitCode'> = {}) {
    super('NO_MESH', message, options);
  }
}

/** A signal ended the command. */
export class InterruptedError extends CliError {
  constructor(signal: StopSignal, message: string, options: Omit<CliErrorOptions, 'exitCode'> = {}) {
    super('INTERRUPTED', message, { ...options, exitCode: SIGNAL_BASE + signalNumbers[signal] });
  }
}

/** The signals that a command may handle, with their numbers. */
export const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;
export type StopSignal = keyof typeof signalNumbers;

/** The mesh answered with an error. */
export class MeshError extends CliError {
  /** The message without the code. */
  readonly reason: string;
  readonly httpStatus: number;

  constructor(
    answer: { readonly code: string; readonly message: string; readonly httpStatus: number },
    options: Pick<CliErrorOptions, 'advice'> = {},
  ) {
    super(answer.code, `${answer.code}: ${answer.message}`, options);
    this.reason = answer.message;
    this.httpStatus = answer.httpStatus;
  }
}
