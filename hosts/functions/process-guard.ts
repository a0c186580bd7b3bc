import { messageOf } from '#shared/errors.ts';
import { currentDelivery } from '#shared/runtime/delivery-scope.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { FunctionExitError } from './errors.ts';

export interface ProcessGuard {
  /** Ends the process. `process.exit` throws from now on. */
  readonly exit: (code: number) => never;
}

/**
 * Keeps functions that run in this process from ending it. Other invocations run in it too.
 *
 * - A stray error (an unhandled rejection, an error in a timer) fails the attempt whose code it comes from. It is logged.
 * - `process.exit` and its kind throw, and fail the attempt that calls them.
 *
 * @param allowsOutside code that belongs to no delivery may end the process
 */
export function guardProcess(log: Logger, { allowsOutside = false } = {}): ProcessGuard {
  process.on('unhandledRejection', (error) => stray(log, 'a promise was rejected that no code awaits', error));
  process.on('uncaughtException', (error) => stray(log, 'an error was thrown that no code catches', error));
  const { exit, reallyExit, kill } = process as typeof process & { reallyExit: (code: number) => never };
  const isAllowed = () => allowsOutside && currentDelivery() === undefined;
  const refuse = (call: string): never => {
    const delivery = currentDelivery();
    const error = new FunctionExitError(delivery?.functionName, call);
    delivery?.clock?.fail(error);
    throw error;
  };
  const leave = (code: number | string): never => {
    Object.assign(process, { exit, reallyExit });
    process.exit(code);
  };
  const refusals = {
    exit: (code: number | string = process.exitCode ?? 0) =>
      isAllowed() ? leave(code) : refuse(`process.exit(${messageOf(code)})`),
    reallyExit: (code: number) => (isAllowed() ? leave(code) : refuse(`process.reallyExit(${messageOf(code)})`)),
    abort: () => refuse('process.abort()'),
    kill: (pid: number, signal?: string | number) =>
      isOwn(pid) && signal !== 0 ? refuse(`process.kill(${pid})`) : kill.call(process, pid, signal),
  };
  Object.assign(process, refusals);
  return { exit: leave };
}

function stray(log: Logger, message: string, error: unknown): void {
  const delivery = currentDelivery();
  log.error(message, {
    ...(delivery && { function: delivery.functionName, messageId: delivery.messageId, ...delivery.attempt }),
    error,
  });
  delivery?.clock?.fail(error);
}

/** This process, its group, or its parent, which would take this process with it. */
function isOwn(pid: number): boolean {
  return pid <= 0 || pid === process.pid || pid === process.ppid;
}
