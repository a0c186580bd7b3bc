import type { SQSRecord } from 'aws-lambda';
import { SqliteAgentRegistry } from '#adapters/sqlite/agent-registry.ts';
import { SqliteClientStore } from '#adapters/sqlite/client-store.ts';
import { Database } from '#adapters/sqlite/database.ts';
import { SqliteEventBus } from '#adapters/sqlite/event-bus.ts';
import { databaseFile } from '#adapters/sqlite/folder.ts';
import { SqliteIdempotencyStore } from '#adapters/sqlite/idempotency.ts';
import { latestTime } from '#adapters/sqlite/latest-time.ts';
import { SqliteMadeResources } from '#adapters/sqlite/made-resources.ts';
import { openProblem } from '#adapters/sqlite/open-problem.ts';
import { SqlitePermissionStore } from '#adapters/sqlite/permission-store.ts';
import { SqliteQuarantine } from '#adapters/sqlite/quarantine.ts';
import { SqliteQueue } from '#adapters/sqlite/queue.ts';
import { AgeClock } from '#adapters/sqlite/retention/age-clock.ts';
import { Retention } from '#adapters/sqlite/retention/retention.ts';
import { SqliteSecretStore } from '#adapters/sqlite/secret-store.ts';
import { isSqliteError } from '#adapters/sqlite/sqlite-errors.ts';
import { StoreWatch } from '#adapters/sqlite/store-watch.ts';
import { SqliteStream } from '#adapters/sqlite/stream.ts';
import type { SqliteTaskStore } from '#adapters/sqlite/task-store.ts';
import { openTasks } from '#adapters/sqlite/tasks.ts';
import { StoreIdempotency } from '#shared/agent/store-idempotency.ts';
import type { ConfigurationError } from '#shared/errors.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import type { ClientStore } from '#shared/ports/client-store.ts';
import { type Clock, systemClock } from '#shared/ports/clock.ts';
import type { HostedRules, MadeResources } from '#shared/ports/control-plane.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import type { IdempotencyStore } from '#shared/ports/idempotency-store.ts';
import type { SecretStore } from '#shared/ports/secret-store.ts';
import { ExcusedReceives } from '#shared/runtime/excused-receives.ts';
import type { FunctionSettings, Runtime } from '#shared/runtime/runtime.ts';
import type { TokenVerifier } from '#shared/security/verify-token.ts';
import { endedTasks } from '#shared/tasks/ended-tasks.ts';
import type { CallLog } from '#shared/telemetry/call-log.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Settings } from './settings.ts';
import { SteadyClock } from './steady-clock.ts';

export interface StandaloneOptions {
  readonly settings: Settings;
  readonly log: Logger;
  readonly metrics: Runtime['metrics'];
  readonly calls: CallLog;
  readonly account: string;
  readonly region: string;
  /** The function whose events are folded in the publisher's transaction, by `inline: true`; undefined: no function. */
  readonly inline: { readonly functionName: string; readonly queue: string } | undefined;
  readonly functions: ReadonlyMap<string, FunctionSettings>;
  /** Milliseconds for which a stream keeps its records. */
  readonly streamRetention: (stream: string) => number;
  /** Called when the store cannot go on. The process must end. */
  readonly onFatal: (error: Error) => void;
}

/** The runtime of one machine, and the adapters that only its host needs. */
export interface StandaloneRuntime extends Runtime {
  readonly settings: Settings;
  /** The machine's clock. Tokens and signatures are checked by it; `clock` is the mesh's own clock. */
  readonly wallClock: Clock;
  readonly database: Database;
  readonly bus: EventBus & HostedRules;
  /** The resources that clients created by AWS's APIs. */
  readonly made: MadeResources;
  readonly queue: SqliteQueue;
  readonly stream: SqliteStream;
  readonly tasks: SqliteTaskStore;
  readonly clients: ClientStore;
  /** Milliseconds for which a stream keeps its records. */
  readonly streamRetention: (stream: string) => number;
  /** The number of writes that the store has refused since the start. */
  readonly refusedWrites: () => number;
  /** Stores the results of `excusedReceives`. */
  readonly noteExcused: (record: SQSRecord, count: number) => void;
  /** Deletes old data. */
  readonly retention: Retention;
  readonly secrets: SecretStore;
  /** A worker thread calls it by message. */
  readonly idempotencyStore: IdempotencyStore;
  /** Sets the verifier. The issuer's keys are in the secret store, so the verifier can exist only after the store is open. */
  verifyTokensBy(verifier: TokenVerifier): void;
}

/**
 * Opens the data folder and creates every SQLite adapter.
 *
 * @throws ConfigurationError when the folder cannot be used.
 */
export function createStandaloneRuntime(options: StandaloneOptions): StandaloneRuntime {
  const { settings, log, metrics, calls, account, region, functions } = options;
  const monotonic = () => performance.now();
  const watch = new StoreWatch({ log, metrics, monotonic });
  const database = Database.open(settings.data, {
    onFatal: options.onFatal,
    watch,
    onDoubt: (message) => log.error(message),
  });
  const latest = latestTime(database);
  const clock = new SteadyClock({ wall: systemClock, monotonic, notBefore: latest, log });
  const queue = new SqliteQueue(database, clock);
  const bus = new SqliteEventBus(database, queue, clock, { account, region }, ({ name, fifo }, event) => {
    metrics.count('starling_undelivered_total', { rule: name });
    log.error('an event has no message group that a queue takes, and was put aside', {
      rule: name,
      ...fifo,
      event: event.id,
    });
  });
  const quarantine = new SqliteQuarantine(database, clock, (reason) => {
    metrics.count('starling_quarantined_total', { function: options.inline?.functionName ?? 'none' });
    log.warn('an event that breaks its contract was put into quarantine', { reason });
  });
  const idempotencyStore = new SqliteIdempotencyStore(database, clock);
  const excused = new ExcusedReceives();
  let verify: TokenVerifier = () => Promise.reject(new Error('the token issuer is not there yet'));
  const tasks = openTasks({
    database,
    bus,
    quarantine,
    clock,
    retentionMs: settings.retentionMs,
    inlineQueue: options.inline?.queue,
    onEnded: endedTasks(metrics, clock),
  });
  return {
    settings,
    clock,
    wallClock: systemClock,
    log,
    metrics,
    calls,
    database,
    bus,
    made: new SqliteMadeResources(database),
    archive: bus,
    queue,
    stream: new SqliteStream(database, clock),
    tasks,
    registry: new SqliteAgentRegistry(database, bus, clock),
    permissions: new SqlitePermissionStore(database),
    clients: new SqliteClientStore(database),
    streamRetention: options.streamRetention,
    refusedWrites: () => watch.refused,
    excusedReceives: (record) => excused.of(record),
    noteExcused: (record, count) => excused.note(record, count),
    retention: new Retention({
      database,
      clock,
      ageClock: new AgeClock({ wall: systemClock, monotonic, notBefore: latest }),
      log,
      metrics,
      age: settings.retentionMs,
      maxStore: settings.maxStoreBytes,
      streamAge: options.streamRetention,
      messages: () => queue.messageRetention(),
      knows: (message) => tasks.knows(message),
    }),
    secrets: new SqliteSecretStore(settings.data),
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

/** The advice for an SQLite error at start; undefined for any other error. */
export function storeProblem({ data }: Settings, error: unknown): ConfigurationError | undefined {
  return isSqliteError(error) ? openProblem(databaseFile(data), error) : undefined;
}
