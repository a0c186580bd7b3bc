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

/** What a deployed function is told of itself. */
export interface FunctionSettings {
  /** After this many receives its messages dead-letter. */
  readonly maxReceiveCount: number;
}

/** What an agent's handler needs: little enough that a worker thread can have it too. */
export interface AgentRuntime {
  readonly settings: Pick<MeshSettings, 'artifactStream' | 'workingAfterMs'>;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly stream: Pick<EventStream, 'put'>;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** For a delivery that failed: when it comes again. */
  readonly queue: Pick<Queue, 'changeVisibility'>;
  readonly idempotency: Idempotency;
  functionSettings(name: string): FunctionSettings;
  /**
   * How many receives of a message do not count towards `maxReceiveCount`, because the mesh's own store had no room then. `record` is
   * the object that the handler was called with. Always 0 on AWS: SQS counts every receive.
   */
  excusedReceives(record: SQSRecord): number;
}

/** What the authorizer needs: a client waits for its start as well as for the gateway's. */
export type AuthorizerRuntime = Pick<Runtime, 'tokens' | 'permissions' | 'log'>;

/** All that services stand on, with the adapters of the place they run in. */
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
  /** Gets each call of an agent when it has ended. */
  readonly calls: CallLog;
  readonly metrics: Metrics & {
    text(): Promise<string>;
    readonly contentType: string;
    /** Writes down what was counted where a process may be frozen after a call. */
    flush(): void;
  };
}
