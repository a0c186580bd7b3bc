import { IdempotencyItemAlreadyExistsError, IdempotencyItemNotFoundError } from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import type { IdempotencyItem, IdempotencyStore } from '#shared/ports/idempotency-store.ts';

/**
 * Powertools' idempotency on Starling's store. It works with `makeIdempotent` and Powertools' other functions. One instance
 * takes one configuration. Loading this file takes 20 ms, so import it where it is first used.
 */
export class StorePersistenceLayer extends BasePersistenceLayer {
  readonly #store: IdempotencyStore;

  constructor(store: IdempotencyStore) {
    super();
    this.#store = store;
  }

  protected override async _getRecord(id: string): Promise<IdempotencyRecord> {
    const item = await this.#store.get(id);
    if (item === undefined) throw new IdempotencyItemNotFoundError();
    return recordOf(item);
  }

  protected override async _putRecord(record: IdempotencyRecord): Promise<void> {
    const existing = await this.#store.put(this.#itemOf(record));
    if (existing === undefined) return;
    throw new IdempotencyItemAlreadyExistsError(
      `Failed to put record for already existing idempotency key: ${record.idempotencyKey}`,
      recordOf(existing),
    );
  }

  protected override async _updateRecord(record: IdempotencyRecord): Promise<void> {
    await this.#store.update(this.#itemOf(record));
  }

  protected override async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    await this.#store.delete(record.idempotencyKey);
  }

  #itemOf(record: IdempotencyRecord): IdempotencyItem {
    const { idempotencyKey: id, expiryTimestamp = 0, inProgressExpiryTimestamp, responseData, payloadHash } = record;
    return {
      id,
      status: record.getStatus() === 'COMPLETED' ? 'COMPLETED' : 'INPROGRESS',
      // Powertools counts expiry in seconds.
      expiresAt: expiryTimestamp * 1_000,
      ...(inProgressExpiryTimestamp !== undefined && { inProgressUntil: inProgressExpiryTimestamp }),
      ...(responseData !== undefined && { data: responseData }),
      ...(this.isPayloadValidationEnabled() && payloadHash !== undefined && { payloadHash }),
    };
  }
}

function recordOf({ id, status, expiresAt, inProgressUntil, data, payloadHash }: IdempotencyItem): IdempotencyRecord {
  return new IdempotencyRecord({
    idempotencyKey: id,
    status,
    expiryTimestamp: expiresAt / 1_000,
    ...(inProgressUntil !== undefined && { inProgressExpiryTimestamp: inProgressUntil }),
    ...(data !== undefined && { responseData: data as NonNullable<IdempotencyRecord['responseData']> }),
    ...(payloadHash !== undefined && { payloadHash }),
  });
}
