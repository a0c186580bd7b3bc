import type { AgentEvent, TaskRecord } from '#shared/ports/task.ts';
import type { TaskLog } from './log.ts';
import type { StoredTask } from './stored-task.ts';
import type { Item, TaskTable } from './table.ts';

const DIGITS = 10;

/**
 * Events that came before their turn. Each event has one item, under its place, and waits for the events before it.
 * They expire with the task.
 */
export class ParkedEvents {
  readonly #table: TaskTable;
  readonly #log: TaskLog;

  constructor(table: TaskTable, log: TaskLog) {
    this.#table = table;
    this.#log = log;
  }

  async put({ task, expiresAt }: StoredTask, events: readonly AgentEvent[]): Promise<void> {
    // The list may contain an event twice, but a batch of DynamoDB takes each key once.
    const byKey = new Map(events.map((event) => [placeKey(...placeOf(event)), event]));
    const items = [...byKey].map(async ([sk, event]) => {
      const text = await this.#log.keep(`tasks/${task.id}/${sk.replaceAll('#', '-')}`, JSON.stringify(event));
      return { pk: task.id, sk, ...text, expiresAt };
    });
    await this.#table.putAll(await Promise.all(items));
  }

  /** The events of the task's attempt that come after what it has, in order. */
  async *after({ id, turn, attempt, sequence }: TaskRecord): AsyncIterable<AgentEvent> {
    const pages = this.#table.query({
      KeyConditionExpression: 'pk = :id AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':id': id,
        ':first': placeKey(turn, attempt, sequence + 1),
        ':last': placeKey(turn, attempt, 10 ** DIGITS - 1),
      },
      ConsistentRead: true,
    });
    for await (const page of pages) for (const item of page) yield this.#event(item);
  }

  async #event(item: Item): Promise<AgentEvent> {
    return JSON.parse(await this.#log.textOf(item));
  }
}

type Place = readonly [turn: number, attempt: number, sequence: number];

function placeOf({ data: { turn, attempt, sequence } }: AgentEvent): Place {
  return [turn, attempt, sequence];
}

/** Sorts before the keys of the log, so a tail does not read these items. */
function placeKey(...place: Place): string {
  return `event#${place.map((number) => String(number).padStart(DIGITS, '0')).join('#')}`;
}
