import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { quantileOf } from './statistics.ts';

/** What figures mean nothing without. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  /** How many processes ran or wanted to in the minute before: above 0, others shared the cores. */
  readonly busy: number;
  /** Microseconds that the disk of the data folder takes to sync 4 KB. */
  readonly sync: { readonly median: number; readonly p99: number };
}

const SYNCS = 500;
const BLOCK = 4096;

export function describeMachine(folder: string): Machine {
  const processors = os.cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    busy: os.loadavg()[0] ?? 0,
    sync: measureSync(path.join(folder, 'sync-probe')),
  };
}

/** Overwrites and syncs one block again and again, as the mesh does with the write-ahead log that it keeps. */
function measureSync(file: string): Machine['sync'] {
  const block = Buffer.alloc(BLOCK, 1);
  const descriptor = openSync(file, 'w');
  const micros: number[] = [];
  try {
    for (let made = 0; made <= SYNCS; made++) {
      writeSync(descriptor, block, 0, BLOCK, 0);
      const begin = performance.now();
      fdatasyncSync(descriptor);
      // The first one also writes that the file has grown.
      if (made > 0) micros.push((performance.now() - begin) * 1000);
    }
  } finally {
    closeSync(descriptor);
    rmSync(file, { force: true });
  }
  micros.sort((a, b) => a - b);
  return { median: quantileOf(micros, 0.5), p99: quantileOf(micros, 0.99) };
}
