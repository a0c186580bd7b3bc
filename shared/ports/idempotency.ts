import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';

/**
 * Where the side effects of agents are remembered: the persistence layers of Powertools' idempotency, for `task.once` and
 * for `makeIdempotent`, https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency/.
 */
export interface Idempotency {
  /** A layer of its own for each effect, as Powertools configures one once. Powertools is loaded by the first. */
  createLayer(): Promise<BasePersistenceLayer>;
}
