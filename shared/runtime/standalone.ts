import { StoreIdempotency } from '../agent/store-idempotency.ts';
import { EmbeddedAgentRegistry } from '../embedded/agent-registry.ts';
import { EmbeddedClientStore } from '../embedded/client-store.ts';
import { Database } from '../embedded/database.ts';
import { EmbeddedEventBus } from '../embedded/event-bus.ts';
import { EmbeddedIdempotencyStore } from '../embedded/idempotency.ts';
import { EmbeddedMadeResources } from '../embedded/made-resources.ts';
import { EmbeddedPermissionStore } from '../embedded/permission-store.ts';
import { EmbeddedQuarantine } from '../embedded/quarantine.ts';
import { EmbeddedQueue } from '../embedded/queue.ts';
import { EmbeddedSecretStore } from '../embedded/secret-store.ts';
import { EmbeddedStream } from '../embedded/stream.ts';
import type { EmbeddedTaskStore } from '../embedded/task-store.ts';
import { openTasks } from '../embedded/tasks.ts';
import { EventPublisher } from '../events/publisher.ts';
import type { ClientStore } from '../ports/client-store.ts';
import { systemClock } from '../ports/clock.ts';
import type { IdempotencyStore } from '../ports/idempotency-store.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { TokenVerifier } from '../security/verify-token.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { FunctionSettings, Runtime } from './runtime.ts';
import type { Settings } from './settings.ts';

export interface StandaloneOptions {
  readonly settings: Settings;
  readonly log: Logger;
  readonly metrics: Runtime['metrics'];
  readonly account: string;
  readonly region: string;
  /** The queue of the projector, whose fold is done within the publisher's unit of work. */
  readonly projectorQueue: string;
  readonly functions: ReadonlyMap<string, FunctionSettings>;
  /** The store cannot go on: the process has to end. */
  readonly onFatal: (error: Error) => void;
}

/** The runtime of one machine, with what only its host needs of the adapters. */
export interface StandaloneRuntime extends Runtime {
  readonly settings: Settings;
  readonly database: Database;
  readonly bus: EmbeddedEventBus;
  /** What clients made by AWS's APIs. */
  readonly made: EmbeddedMadeResources;
  readonly queue: EmbeddedQueue;
  readonly stream: EmbeddedStream;
  readonly tasks: EmbeddedTaskStore;
  readonly clients: ClientStore;
  readonly secrets: SecretStore;
  /** What a worker thread asks for by message. */
  readonly idempotencyStore: IdempotencyStore;
  /** The issuer's keys are in the secret store: who verifies can be known only once this is open. */
  verifyTokensBy(verifier: TokenVerifier): void;
}

/**
 * Opens the data folder and puts every embedded adapter on it.
 *
 * @throws ConfigurationError when the folder cannot be used.
 */
export function createStandaloneRuntime(options: StandaloneOptions): StandaloneRuntime {
  const { settings, log, metrics, account, region, functions } = options;
  const clock = systemClock;
  const database = Database.open(settings.data, { onFatal: options.onFatal });
  const queue = new EmbeddedQueue(database, clock);
  const bus = new EmbeddedEventBus(database, queue, clock, { account, region });
  const quarantine = new EmbeddedQuarantine(database, clock, (reason) => {
    metrics.count('starling_quarantined_total', { function: 'projector' });
    log.warn('an event that breaks its contract was put into quarantine', { reason });
  });
  const idempotencyStore = new EmbeddedIdempotencyStore(database, clock);
  let verify: TokenVerifier = () => Promise.reject(new Error('the token issuer is not there yet'));
  return {
    settings,
    clock,
    log,
    metrics,
    database,
    bus,
    made: new EmbeddedMadeResources(database),
    archive: bus,
    queue,
    stream: new EmbeddedStream(database, clock),
    tasks: openTasks({ database, bus, quarantine, clock, projectorQueue: options.projectorQueue }),
    registry: new EmbeddedAgentRegistry(database, bus, clock),
    permissions: new EmbeddedPermissionStore(database),
    clients: new EmbeddedClientStore(database),
    secrets: new EmbeddedSecretStore(settings.data),
    idempotencyStore,
    idempotency: new StoreIdempotency(idempotencyStore),
    quarantine,
    publisher: new EventPublisher(bus, clock),
    tokens: (token) => verify(token),
    verifyTokensBy: (verifier) => {
      verify = verifier;
    },
    functionSettings(name) {
      const known = functions.get(name);
      if (known === undefined) throw new Error(`there is no function ${name}`);
      return known;
    },
  };
}
