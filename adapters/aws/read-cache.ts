import type { Clock } from '#shared/ports/clock.ts';

export interface ReadCacheOptions<Key, Value> {
  readonly clock: Clock;
  readonly read: (key: Key) => Promise<Value | undefined>;
  /** Milliseconds for which a value is given without looking again. */
  readonly foundFor: number;
  /** The same where there was none. */
  readonly missedFor: number;
}

/** Keys that there is nothing for may come from outside, so what is remembered is bounded. */
const MAX_ENTRIES = 1_000;

interface Entry<Value> {
  readonly value: Promise<Value | undefined>;
  /** Milliseconds since 1970; while the read is under way, whoever comes waits for it. */
  staleAt: number;
}

/** What this process read of late. Whoever asks for the same at once shares one read; one that fails is not remembered. */
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
    // The age counts from here, as the answer may be from any moment after it.
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

  /** What this process wrote itself; a read that began before cannot take its place. */
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
