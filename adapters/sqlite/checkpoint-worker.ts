import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { type PostedFailure, postable } from './posted-failure.ts';

/** How a checkpoint ended. */
export type CheckpointReport = { readonly failure?: PostedFailure };

/**
 * Each passive checkpoint leaves less work. The restart checkpoint makes writers wait, so it should find little to do.
 */
const PASSIVE_ROUNDS = 3;
/** The longest time for which a restart checkpoint may make writers wait for a reader. */
const MAX_WAIT_MS = 100;
/** The pause before a failed checkpoint is reported, and so before the next one. On a full disk each one fails. */
const FAILURE_PAUSE_MS = 1_000;

const port = parentPort;
if (port === null) throw new Error('checkpoint-worker.ts runs in a worker thread');
let database: DatabaseSync | undefined;
let pause: NodeJS.Timeout | undefined;

port.on('message', (command: 'checkpoint' | 'stop') => {
  if (command === 'stop') {
    clearTimeout(pause);
    database?.close();
    port.close();
    return;
  }
  try {
    database ??= new DatabaseSync(String(workerData), { timeout: MAX_WAIT_MS });
    checkpoint(database);
    report({});
  } catch (error) {
    const failure = postable(error);
    pause = setTimeout(() => report({ failure }), FAILURE_PAUSE_MS);
  }
});

function checkpoint(database: DatabaseSync): void {
  const passive = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  let moved = passive.get();
  for (let round = 1; round < PASSIVE_ROUNDS; round++) moved = passive.get();
  // While a reader, such as a backup, uses an older state, a restart would make writers wait without effect.
  if (moved?.checkpointed === moved?.log) database.exec('PRAGMA wal_checkpoint(RESTART)');
}

function report(report: CheckpointReport): void {
  port?.postMessage(report);
}
