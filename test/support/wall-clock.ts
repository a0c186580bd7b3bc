import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { vi } from 'vitest';
import type { Mesh } from './mesh.ts';

const preload = pathToFileURL(path.resolve(import.meta.dirname, '../fixtures/preload-wall-clock.ts')).href;

/** The wall clock of a mesh, to be set while it runs and between its starts. */
export class WallClock {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'starling-clock-'));
  readonly #file = path.join(this.#folder, 'offset');
  #seconds = 0;

  constructor() {
    this.#write(0);
  }

  /** For a mesh that goes by this clock. */
  get env(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--import ${preload}`, WALL_CLOCK_FILE: this.#file };
  }

  /** How far it is from the real time, in milliseconds: AWS clients sign by it. */
  get offset(): number {
    return this.#seconds * 1_000;
  }

  /** Sets it by some seconds, of the running mesh or for the next one. */
  async set(seconds: number, mesh?: Mesh): Promise<void> {
    this.#seconds += seconds;
    this.#write(this.offset);
    if (mesh === undefined) return;
    mesh.signal('SIGUSR2');
    await vi.waitFor(
      () => {
        if (readFileSync(`${this.#file}.set`, 'utf8') !== String(this.offset))
          throw new Error('the clock is not set yet');
      },
      { timeout: 10_000, interval: 5 },
    );
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(milliseconds: number): void {
    writeFileSync(this.#file, String(milliseconds));
  }
}
