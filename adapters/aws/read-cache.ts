import type { Clock } from '#shared/ports/clock.ts';

export interface ReadCacheOptions<Key, Value> {
  readonly clock: Clock;
  readonly read: (key: Key) => Promise<Value | undefined>;
  /** Milliseconds for which a value is returned without a new read. */
  readonly foundFor: number;
  /** The same for a key without a value. */
  readonly missedFor: number;
}

/** The number of remembered keys. Outsiders can ask for any key, so it has a bound. */
const MAX_ENTRIES = 1_000;

interface Entry<Value> {
  readonly value: Promise<Value | undefined>;
  /** Milliseconds since 1970. While the read is running, all callers wait for it. */
  staleAt: number;
}

/**
 * Remembers what this process has read. Callers that ask for the same key at the same time share one read. A read that
 * fails is not remembered.
 */
export class ReadCache<Key, Value> {
  readonly #options: ReadCacheOptions<Key, Value>;
  readonly #entries = new Map<Key, Entry<Value>>();

  constructor(options: ReadCacheOptions<Key, Value>) {
    this.#options = options;
  }

  get(key: Key): Promise<Value | undefined> {
    const { clock, read, foundFor, missedFor } = this.#options;
    const known = this.#entries.get(key);
    if (known !== undefined && clock.now() < known.staleAt) return known.value;
    // The age begins before the read, because the answer may be from any later moment.
    const begun = clock.now();
    const entry: Entry<Value> = { value: read(key), staleAt: Number.POSITIVE_INFINITY };
    this.#remember(key, entry);
    entry.value.then(
      (value) => {
        entry.staleAt = begun + (value === undefined ? missedFor : foundFor);
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry.value;
  }

  /** Stores a value that this process has written. A read that began earlier cannot replace it. */
  set(key: Key, value: Value | undefined): void {
    const { clock, foundFor } = this.#options;
    this.#remember(key, { value: Promise.resolve(value), staleAt: clock.now() + foundFor });
  }

  forget(key: Key): void {
    this.#entries.delete(key);
  }

  #remember(key: Key, entry: Entry<Value>): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const oldest = this.#entries.size > MAX_ENTRIES ? this.#entries.keys().next().value : undefined;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
