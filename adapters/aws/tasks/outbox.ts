import { parseJson } from '#shared/exact-json.ts';
import type { TaskId } from '#shared/ids.ts';
import type { BusEntry, EventBus } from '#shared/ports/event-bus.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { TaskLog } from './log.ts';
import type { Outbox } from './plan-write.ts';
import { type StoredTask, sent } from './stored-task.ts';
import type { TaskTable } from './table.ts';
import type { TaskWriter } from './writer.ts';

export interface TaskOutboxOptions {
  readonly table: TaskTable;
  readonly log: TaskLog;
  readonly writer: TaskWriter;
  readonly bus: Pick<EventBus, 'put'>;
  readonly logger: Logger;
}

/** The events of a task that are stored with it until they are on the bus. */
export class TaskOutbox {
  readonly #table: TaskTable;
  readonly #log: TaskLog;
  readonly #writer: TaskWriter;
  readonly #bus: Pick<EventBus, 'put'>;
  readonly #logger: Logger;

  constructor({ table, log, writer, bus, logger }: TaskOutboxOptions) {
    this.#table = table;
    this.#log = log;
    this.#writer = writer;
    this.#bus = bus;
    this.#logger = logger;
  }

  /** @throws the error of the first event that the bus refused. */
  async publish(entries: readonly BusEntry[]): Promise<void> {
    for (const result of await this.#bus.put(entries)) if ('error' in result) throw result.error;
  }

  /** Notes that the unsent events of `stored` are on the bus. An agent's answer notes it too, and may come first. */
  async clear(stored: StoredTask): Promise<void> {
    await this.#writer.change(stored, (current) => ({
      result: undefined,
      ...(current.unsent === stored.unsent && { write: { stored: sent(current) } }),
    }));
  }

  /** The same, but a failure is no error: the sweeper does it later, and the completed work must not fail. */
  async clearSoon(stored: StoredTask): Promise<void> {
    try {
      await this.clear(stored);
    } catch (error) {
      this.#logger.warn('the events of a task may be published twice', { taskId: stored.task.id, error });
    }
  }

  /** Publishes the events of a changed task. If this fails, the sweeper publishes them. */
  async sendSoon(stored: StoredTask, entries: readonly BusEntry[]): Promise<void> {
    try {
      await this.publish(entries);
    } catch (error) {
      this.#logger.warn('the events of a task are left to the sweeper', { taskId: stored.task.id, error });
      return;
    }
    await this.clearSoon(stored);
  }

  /** Reads the outbox that `unsent` holds or names. Undefined when the named log item was not written. */
  async read(id: TaskId, unsent: string): Promise<Outbox | undefined> {
    if (unsent.startsWith('{')) return parseJson(unsent) as Outbox;
    const item = await this.#table.getItem({ pk: id, sk: unsent });
    return item && (await this.#log.bodyOf(item)).outbox;
  }
}
