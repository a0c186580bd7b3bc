import { rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CheckpointReport } from '#adapters/sqlite/checkpoint-worker.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

let folder: string;
let file: string;
let writer: DatabaseSync;
let worker: Worker;

beforeEach(() => {
  folder = temporaryFolder();
  file = path.join(folder, 'starling.db');
  writer = new DatabaseSync(file, { timeout: 0 });
  writer.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)');
  worker = new Worker(new URL('../../../../adapters/sqlite/checkpoint-worker.ts', import.meta.url), {
    workerData: file,
  });
});
afterEach(async () => {
  writer.close();
  await worker.terminate();
  rmSync(folder, { recursive: true, force: true });
});

const write = () => writer.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1); COMMIT');
const framesInLog = () => Number(writer.prepare('PRAGMA wal_checkpoint(NOOP)').get()?.log);

/** Writes as long as a checkpoint takes; a writer that has to wait throws, as it has no patience. */
async function checkpoint(meanwhile: () => void): Promise<CheckpointReport> {
  let report: CheckpointReport | undefined;
  worker.once('message', (message) => {
    report = message;
  });
  worker.postMessage('checkpoint');
  while (report === undefined) {
    meanwhile();
    await turn();
  }
  return report;
}

it('lets the log begin anew when nobody reads an older state', async () => {
  for (let i = 0; i < 50; i++) write();
  expect(framesInLog()).toBeGreaterThan(50);
  expect(await checkpoint(() => {})).toEqual({});
  write();
  expect(framesInLog()).toBe(1);
});

it('makes no writer wait for somebody who reads an older state, as a backup does', async () => {
  const backup = new DatabaseSync(file, { readOnly: true });
  backup.exec('BEGIN; SELECT count(*) FROM t');
  for (let i = 0; i < 50; i++) write();
  for (let i = 0; i < 3; i++) expect(await checkpoint(write)).toEqual({});
  backup.exec('COMMIT');
  backup.close();
  expect(await checkpoint(() => {})).toEqual({});
  write();
  expect(framesInLog()).toBe(1);
});
