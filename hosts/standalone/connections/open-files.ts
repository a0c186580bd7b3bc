import { readFileSync } from 'node:fs';
import type { Logger } from '#shared/telemetry/logger.ts';
import { type ConnectionLimits, PLACES_FOR_NEWCOMERS } from './connections.ts';

/**
 * File descriptors that connections never get: the database, its threads, the log and the inspector need some 30, a thread of
 * an isolated function 5, each call of an agent to the outside 1.
 */
const MIN_KEPT_BACK = 64;
const MAX_KEPT_BACK = 1_024;
/** With fewer connections nobody can work. A mesh with so few descriptors starts all the same. */
const MIN_CONNECTIONS = 8;
/** The promise to one client. Fewer connections are worth a line in the log. */
const PROMISED_STREAMS = 1_000;

/**
 * The number of files and sockets that this process may have open (`ulimit -n`). Node raises the soft limit to the hard one.
 * Undefined where the system does not tell: without /proc, as on macOS.
 */
export function maxOpenFiles(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** Lowers the limit so far that enough descriptors are left for the mesh's own needs. */
export function withinOpenFiles<Limits extends ConnectionLimits>(
  limits: Limits,
  openFiles: number | undefined,
  log: Pick<Logger, 'warn'>,
): Limits {
  if (openFiles === undefined) return limits;
  const keptBack = Math.min(Math.max(Math.ceil(openFiles / 8), MIN_KEPT_BACK), MAX_KEPT_BACK);
  const room = Math.max(openFiles - keptBack - PLACES_FOR_NEWCOMERS, MIN_CONNECTIONS);
  if (room >= limits.maxConnections) return limits;
  if (room < PROMISED_STREAMS) {
    log.warn('the limit of open files leaves room for few connections: raise it (ulimit -n)', {
      openFiles,
      maxConnections: room,
    });
  }
  return { ...limits, maxConnections: room };
}
