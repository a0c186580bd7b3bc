import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '#shared/ports/clock.ts';

/** A function that held up the process runs isolated for this time. */
const FUNCTION_MS = 3_600_000;
/** The newest messages are kept. */
const MAX_MESSAGES = 10_000;

interface Stored {
  /** Function names with the end of their isolation, in milliseconds since 1970. */
  readonly functions: Readonly<Record<string, number>>;
  readonly messages: readonly string[];
}

/**
 * The functions and messages that run in threads of their own, although serverless.yml does not say so. They held up or ended
 * the process, or they were in flight when it ended for an unknown reason. The list outlives the process, because a message
 * that ends the process comes back.
 */
export class Isolation {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #functions: Map<string, number>;
  readonly #messages: Set<string>;

  constructor(folder: string, clock: Clock) {
    this.#file = path.join(folder, 'isolated.json');
    this.#clock = clock;
    const { functions, messages } = read(this.#file);
    this.#functions = new Map(Object.entries(functions));
    this.#messages = new Set(messages);
  }

  /** True in a mesh in which nothing has gone wrong. Every call asks it. */
  get isEmpty(): boolean {
    return this.#messages.size === 0 && (this.#functions.size === 0 || !this.#hasAnyFunction());
  }

  get messages(): readonly string[] {
    return [...this.#messages];
  }

  hasFunction(name: string): boolean {
    return (this.#functions.get(name) ?? 0) > this.#clock.now();
  }

  #hasAnyFunction(): boolean {
    for (const name of this.#functions.keys()) if (this.hasFunction(name)) return true;
    return false;
  }

  hasMessage(id: string): boolean {
    return this.#messages.has(id);
  }

  addFunction(name: string): void {
    this.#functions.set(name, this.#clock.now() + FUNCTION_MS);
    this.#save();
  }

  addMessages(ids: readonly string[]): void {
    if (ids.length === 0) return;
    for (const id of ids) this.#messages.add(id);
    for (const id of this.#messages) {
      if (this.#messages.size <= MAX_MESSAGES) break;
      this.#messages.delete(id);
    }
    this.#save();
  }

  /** Forgets messages that are done. The file is written when none is left: until then a restart only isolates too much. */
  removeMessages(ids: readonly string[]): void {
    if (this.#messages.size === 0) return;
    for (const id of ids) this.#messages.delete(id);
    if (this.#messages.size === 0) this.#save();
  }

  #save(): void {
    const stored: Stored = { functions: Object.fromEntries(this.#functions), messages: this.messages };
    writeFileSync(this.#file, JSON.stringify(stored), { mode: 0o600, flush: true });
  }
}

/** A file that a crash cut off is no reason to refuse the start. */
function read(file: string): Stored {
  try {
    const { functions, messages } = JSON.parse(readFileSync(file, 'utf8')) as Stored;
    return { functions, messages };
  } catch {
    return { functions: {}, messages: [] };
  }
}
