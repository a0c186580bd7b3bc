import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Operation } from './strace.ts';

type Change = Extract<Operation, { type: 'wrote' | 'resized' }>;

interface File {
  /** What only the page cache has, in order. */
  readonly pending: Change[];
  /** How many of the pending changes had ended when a thread's sync began: only those are sure to be in it. */
  readonly syncing: Map<string, number>;
}

/**
 * What a power cut leaves of files that a process makes and writes: nothing but what a sync took in that has returned. A
 * real disk may have kept more. That the names of files last is not in the model.
 */
export class Disk {
  readonly #folder: string;
  readonly #files = new Map<string, File>();
  #version = 0;

  /** @param folder where the files are as a power cut would leave them, by their names alone */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Goes up when more is on the disk. */
  get version(): number {
    return this.#version;
  }

  apply(operation: Exclude<Operation, { type: 'sends' }>): void {
    const file = this.#file(operation.file);
    switch (operation.type) {
      case 'wrote':
      case 'resized':
        file.pending.push(operation);
        return;
      case 'syncing':
        file.syncing.set(operation.thread, file.pending.length);
        return;
      case 'synced':
        this.#settle(file, file.syncing.get(operation.thread) ?? 0);
        return;
      default:
        operation satisfies never;
    }
  }

  #file(name: string): File {
    const known = this.#files.get(name);
    if (known) return known;
    const file = { pending: [], syncing: new Map() };
    this.#files.set(name, file);
    return file;
  }

  #settle(file: File, count: number): void {
    const [first, ...others] = file.pending.splice(0, count);
    if (first === undefined) return;
    const descriptor = openSync(
      path.join(this.#folder, path.basename(first.file)),
      constants.O_RDWR | constants.O_CREAT,
    );
    for (const change of [first, ...others]) {
      if (change.type === 'resized') ftruncateSync(descriptor, change.size);
      else writeSync(descriptor, change.bytes, 0, change.bytes.length, change.offset);
    }
    closeSync(descriptor);
    for (const [thread, taken] of file.syncing) file.syncing.set(thread, Math.max(0, taken - count));
    this.#version++;
  }
}
