import type { Logger } from '#shared/telemetry/logger.ts';

/**
 * A stray error of a handler (an unhandled rejection, an error in a timer) must not end the process. Other invocations run
 * in it, and the message would come again and end the next process too.
 */
export function outliveStrayErrors(log: Logger): void {
  process.on('unhandledRejection', (error) => log.error('a promise was rejected that nobody awaits', { error }));
  process.on('uncaughtException', (error) => log.error('an error was thrown that nobody catches', { error }));
}
