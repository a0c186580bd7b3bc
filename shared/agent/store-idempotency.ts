import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';
import type { Idempotency } from '#shared/ports/idempotency.ts';
import type { IdempotencyStore } from '#shared/ports/idempotency-store.ts';

/** Powertools on the store of a standalone mesh, also where a worker thread asks for it by message. */
export class StoreIdempotency implements Idempotency {
  readonly #store: IdempotencyStore;

  constructor(store: IdempotencyStore) {
    this.#store = store;
  }

  async createLayer(): Promise<BasePersistenceLayer> {
    const { StorePersistenceLayer } = await import('./idempotency-layer.ts');
    return new StorePersistenceLayer(this.#store);
  }
}
