import type { Actor, Api, Request, Row } from '#tools/cost/counts.ts';

/** What one function was seen to ask of AWS. */
export class Meter {
  readonly #actor: Actor;
  readonly #rows = new Map<string, Row>();
  readonly #requests = new Map<string, Request>();
  #eventBytes = 0;
  #storedBytes = 0;

  constructor(actor: Actor) {
    this.#actor = actor;
  }

  row(api: Api, what: string, units: number): void {
    const key = `${api} ${what}`;
    const row = this.#rows.get(key);
    const { count, units: before } = row ?? { count: 0, units: 0 };
    this.#rows.set(key, { actor: this.#actor, api, what, count: count + 1, units: before + units });
  }

  request(operation: string): void {
    const { count } = this.#requests.get(operation) ?? { count: 0 };
    this.#requests.set(operation, { actor: this.#actor, operation, count: count + 1 });
  }

  event(bytes: number): void {
    this.#eventBytes += bytes;
  }

  /** Bytes that an item grew by; a new one takes 100 more, as DynamoDB bills its storage. */
  stored(bytes: number, isNew: boolean): void {
    this.#storedBytes += bytes + (isNew ? 100 : 0);
  }

  /** What was counted since the last take. */
  take() {
    const taken = {
      rows: sorted(this.#rows),
      requests: sorted(this.#requests),
      events: this.#eventBytes,
      stored: this.#storedBytes,
    };
    this.#rows.clear();
    this.#requests.clear();
    this.#eventBytes = 0;
    this.#storedBytes = 0;
    return taken;
  }
}

function sorted<Value>(map: ReadonlyMap<string, Value>): Value[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
