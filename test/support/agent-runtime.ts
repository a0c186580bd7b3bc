import type { SQSRecord } from 'aws-lambda';
import { StoreIdempotency } from '#shared/agent/store-idempotency.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import { parseJson } from '#shared/exact-json.ts';
import type { TaskArtifactV1, TaskAttemptFailedV1, TaskStatusChangedV1 } from '#shared/generated/types.ts';
import type { BusEntry, EventBus } from '#shared/ports/event-bus.ts';
import type { OutgoingRecord } from '#shared/ports/event-stream.ts';
import { ExcusedReceives } from '#shared/runtime/excused-receives.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import type { LogFields, Logger } from '#shared/telemetry/logger.ts';

type AgentData = TaskStatusChangedV1 | TaskArtifactV1;

export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: LogFields;
}

/** What an agent published: a batch of the bus or of the stream. */
export interface Batch {
  readonly to: 'bus' | 'stream';
  readonly events: readonly CloudEvent<AgentData>[];
}

/** An agent's runtime in memory, which remembers what is done with it. */
export class RecordingRuntime implements AgentRuntime {
  settings = { artifactStream: 'starling-local-artifacts', workingAfterMs: 60_000 };
  readonly clock = { now: () => Date.now() };
  readonly batches: Batch[] = [];
  readonly entries: BusEntry[] = [];
  readonly records: OutgoingRecord[] = [];
  readonly lines: LogLine[] = [];
  readonly counts: string[] = [];
  readonly visibilities: { readonly queue: string; readonly receipt: string; readonly timeout: number }[] = [];
  /** Awaited by each put before it is done. */
  disk: () => Promise<void> = async () => {};
  maxReceiveCount = 3;

  readonly #bus: Pick<EventBus, 'put'> = {
    put: async (entries) => {
      await this.disk();
      this.entries.push(...entries);
      // As the bus does: what is passed on is the text of that moment.
      const events = entries.map(({ detail }) => parseJson(JSON.stringify(detail)) as CloudEvent<AgentData>);
      this.batches.push({ to: 'bus', events });
      return entries.map((_, i) => ({ eventId: `event-${i}` }));
    },
  };
  readonly publisher = new EventPublisher(this.#bus as EventBus, this.clock);

  readonly stream: AgentRuntime['stream'] = {
    put: async (name, records) => {
      if (name !== this.settings.artifactStream) throw new Error(`there is no stream ${name}`);
      await this.disk();
      this.records.push(...records);
      this.batches.push({
        to: 'stream',
        events: records.map(({ data }) => parseJson(Buffer.from(data).toString()) as CloudEvent<AgentData>),
      });
      return records.map((_, i) => ({ sequenceNumber: String(i) }));
    },
  };

  readonly log: Logger = {
    debug: (message, fields = {}) => this.lines.push({ level: 'debug', message, fields }),
    info: (message, fields = {}) => this.lines.push({ level: 'info', message, fields }),
    warn: (message, fields = {}) => this.lines.push({ level: 'warn', message, fields }),
    error: (message, fields = {}) => this.lines.push({ level: 'error', message, fields }),
  };
  readonly metrics: AgentRuntime['metrics'] = {
    count: (name, labels) => this.counts.push(`${name} ${Object.values(labels).join(' ')}`),
    observe: (name, labels) => this.counts.push(`${name} ${Object.values(labels).join(' ')}`),
  };
  readonly queue: AgentRuntime['queue'] = {
    changeVisibility: async (queue, receipt, timeout) => {
      this.visibilities.push({ queue, receipt, timeout });
    },
  };
  readonly idempotency: AgentRuntime['idempotency'] = new StoreIdempotency({
    get: async () => undefined,
    put: async () => undefined,
    update: async () => {},
    delete: async () => {},
  });

  readonly excused = new ExcusedReceives();

  // A worker spreads its runtime, which copies no methods of a class.
  readonly excusedReceives = (record: SQSRecord) => this.excused.of(record);

  readonly functionSettings = () => ({ maxReceiveCount: this.maxReceiveCount });

  /** All that the agent published for its clients, in the order of its sequence numbers. */
  get published(): readonly CloudEvent<AgentData>[] {
    const all = this.batches.flatMap(({ events }) => events);
    return all
      .filter(({ type }) => type !== 'TaskAttemptFailed.v1')
      .toSorted((a, b) => a.data.sequence - b.data.sequence);
  }

  /** The failures that the agent published for operators. */
  get failures(): readonly TaskAttemptFailedV1[] {
    const failed = this.entries.filter(({ detailType }) => detailType === 'TaskAttemptFailed.v1');
    return failed.map(({ detail }) => (detail as CloudEvent<TaskAttemptFailedV1>).data);
  }
}
