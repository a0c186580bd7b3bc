import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** Each passive checkpoint leaves less for the next; the last, which makes writers wait, then finds little to do. */
const PASSIVE_ROUNDS = 3;

const database = new DatabaseSync(String(workerData), { timeout: 1_000 });
const port = parentPort;
if (port === null) throw new Error('checkpoint-worker.ts runs in a worker thread');

port.on('message', (command: 'checkpoint' | 'stop') => {
  if (command === 'stop') {
    database.close();
    port.close();
    return;
  }
  for (let round = 0; round < PASSIVE_ROUNDS; round++) database.exec('PRAGMA wal_checkpoint(PASSIVE)');
  database.exec('PRAGMA wal_checkpoint(RESTART)');
  port.postMessage('done');
});
