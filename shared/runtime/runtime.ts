import type { SQSRecord } from 'aws-lambda';
import type { AgentRegistry } from '#shared/ports/agent-registry.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { EventArchive, EventBus } from '#shared/ports/event-bus.ts';
import type { EventStream } from '#shared/ports/event-stream.ts';
import type { Idempotency } from '#shared/ports/idempotency.ts';
import type { PermissionStore } from '#shared/ports/permission-store.ts';
import type { Publisher } from '#shared/ports/publisher.ts';
import type { Quarantine } from '#shared/ports/quarantine.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';
import type { TokenVerifier } from '#shared/security/verify-token.ts';
import type { CallLog } from '#shared/telemetry/call-log.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Metrics } from '#shared/telemetry/metrics.ts';
import type { MeshSettings } from './settings.ts';

/** The settings of a deployed function. */
export interface FunctionSettings {
  /** The number of receives after which a message moves to the dead-letter queue. */
  readonly maxReceiveCount: number;
}

/** The runtime of the handler of an agent. It is small, so that a worker thread can have it too. */
export interface AgentRuntime {
  readonly settings: Pick<MeshSettings, 'artifactStream' | 'workingAfterMs'>;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly stream: Pick<EventStream, 'put'>;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Sets the time at which a failed delivery comes again. */
  readonly queue: Pick<Queue, 'changeVisibility'>;
  readonly idempotency: Idempotency;
  functionSettings(name: string): FunctionSettings;
  /**
   * The number of receives of a message that do not count towards `maxReceiveCount`, because the store of the mesh had
   * no room. `record` is the object that the handler was called with. On AWS it is always 0, because SQS counts every
   * receive.
   */
  excusedReceives(record: SQSRecord): number;
}

/**
 * The runtime of the authorizer. It is small, because a client waits for its start as well as for the start of the
 * gateway.
 */
export type AuthorizerRuntime = Pick<Runtime, 'tokens' | 'permissions' | 'log' | 'metrics'>;

/** The whole runtime of services, with the adapters of the host. */
export interface Runtime extends AgentRuntime {
  readonly settings: MeshSettings;
  readonly bus: EventBus;
  readonly archive: EventArchive;
  readonly stream: EventStream;
  readonly queue: Queue;
  readonly tasks: TaskStore;
  readonly registry: AgentRegistry;
  readonly permissions: PermissionStore;
  readonly quarantine: Quarantine;
  readonly tokens: TokenVerifier;
  /** Is told of each call of an agent when the call has ended. */
  readonly calls: CallLog;
  readonly metrics: Metrics & {
    text(): Promise<string>;
    readonly contentType: string;
    /** Writes the counted metrics. A process that may be frozen after a call needs this. */
    flush(): void;
  };
}
