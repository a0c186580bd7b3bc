import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';

/**
 * Remembers the side effects of agents, for `task.once` and `makeIdempotent`. It creates persistence layers for Powertools
 * (https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency/).
 */
export interface Idempotency {
  /** Creates one layer per side effect, because Powertools configures a layer only once. The first call loads Powertools. */
  createLayer(): Promise<BasePersistenceLayer>;
}
