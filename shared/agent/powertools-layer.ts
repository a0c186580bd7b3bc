import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';
import type { Idempotency } from '#shared/ports/idempotency.ts';

/**
 * Makes a layer with the type that Powertools wants. Every adapter's layer extends Powertools' `BasePersistenceLayer`; the port's
 * contract suite uses each as one.
 *
 * @example const persistenceStore = await powertoolsLayer(currentAgentRuntime().idempotency);
 */
export async function powertoolsLayer(idempotency: Idempotency): Promise<BasePersistenceLayer> {
  return (await idempotency.createLayer()) as BasePersistenceLayer;
}
