import { messageOf, StarlingError } from '#shared/errors.ts';

/** The machine lacks something that a function needs to start, such as a file descriptor. Nothing of the function has run. */
export class OutOfResourcesError extends StarlingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('OUT_OF_RESOURCES', message, options);
  }
}

export function outOfResources(name: string, cause: unknown): OutOfResourcesError {
  return new OutOfResourcesError(
    `The function ${name} could not start, because the machine lacks something: ${messageOf(cause)}. Raise the limit (ulimit -n for open files), or free memory and disk.`,
    { cause },
  );
}

/**
 * Codes of errno(3): open files of the process and of the machine, memory, threads and processes, room on a disk. Node keeps
 * the code of some failures only in the message, as of a thread that cannot start.
 */
const codes = /\b(?:EMFILE|ENFILE|ENOMEM|EAGAIN|ENOSPC)\b/;
/** Node names no code when it cannot read a package.json. */
const words = /too many open files|not enough memory|resource temporarily unavailable|no space left on device/i;

/**
 * True when a function could not be loaded or started because the machine lacks something. Do not ask it about an error of a
 * handler: a handler may write such a text itself.
 */
export function lacksResources(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code = '' } = each as NodeJS.ErrnoException;
    if (codes.test(code) || codes.test(each.message) || words.test(each.message)) return true;
  }
  return false;
}
