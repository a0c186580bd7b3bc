/**
 * A persistence layer of Powertools' idempotency. Only adapters and `shared/agent` know its type: `powertoolsLayer` of
 * `shared/agent/powertools-layer.ts` returns it for `makeIdempotent`.
 */
export interface IdempotencyLayer {
  isPayloadValidationEnabled(): boolean;
}

/** Stores which side effects of agents have begun, and their results: for `task.once` and for Powertools' `makeIdempotent`. */
export interface Idempotency {
  /** Makes one layer for each effect, because a layer takes one configuration. The first call loads Powertools. */
  createLayer(): Promise<IdempotencyLayer>;
}
