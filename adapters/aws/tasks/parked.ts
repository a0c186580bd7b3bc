import { parseJson } from '#shared/exact-json.ts';
import type { AgentEvent, TaskRecord } from '#shared/ports/task.ts';
import { type Amount, SLICE_BYTES, SLICE_EVENTS } from '#shared/tasks/bounds.ts';
import type { ParkedEvent, ParkedSlice } from './fold-batch.ts';
import type { TaskLog } from './log.ts';
import type { StoredTask } from './stored-task.ts';
import type { Item, TaskTable } from './table.ts';

const DIGITS = 10;

/** An early event under its key, with its text. */
export interface EarlyEvent {
  readonly sk: string;
  readonly text: string;
}

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

  /** The events that are not parked yet. An event that comes again must not count twice. */
  async unknown({ task, parked }: StoredTask, events: readonly AgentEvent[]): Promise<readonly EarlyEvent[]> {
    const byKey = new Map(events.map((event) => [placeKey(...placeOf(event)), event]));
    if (parked) {
      const keys = [...byKey.keys()].map((sk) => ({ pk: task.id, sk }));
      for (const { sk } of await this.#table.getItems(keys, { attributes: 'pk, sk' })) byKey.delete(sk);
    }
    return [...byKey].map(([sk, event]) => ({ sk, text: JSON.stringify(event) }));
  }

  async put({ task, expiresAt }: StoredTask, events: readonly EarlyEvent[]): Promise<void> {
    const items = events.map(async ({ sk, text }) => {
      const kept = await this.#log.keep(`tasks/${task.id}/${sk.replaceAll('#', '-')}`, text);
      return { pk: task.id, sk, ...kept, expiresAt };
    });
    await this.#table.putAll(await Promise.all(items));
  }

  /** The first events of the task's attempt that come after what it has, in order. */
  async slice({ id, turn, attempt, sequence }: TaskRecord): Promise<ParkedSlice> {
    const page = await this.#table.queryPage({
      KeyConditionExpression: 'pk = :id AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':id': id,
        ':first': placeKey(turn, attempt, sequence + 1),
        ':last': placeKey(turn, attempt, 10 ** DIGITS - 1),
      },
      ConsistentRead: true,
      Limit: SLICE_EVENTS,
    });
    const events: ParkedEvent[] = [];
    let bytes = 0;
    for (const item of page.items) {
      if (bytes >= SLICE_BYTES) return { events, isCut: true };
      const parked = await this.#event(item);
      events.push(parked);
      bytes += parked.bytes;
    }
    return { events, isCut: page.isCut };
  }

  async #event(item: Item): Promise<ParkedEvent> {
    const text = await this.#log.textOf(item);
    return { event: parseJson(text) as AgentEvent, bytes: Buffer.byteLength(text) };
  }
}

export function amountOf(events: readonly EarlyEvent[]): Amount {
  return { events: events.length, bytes: events.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) };
}

type Place = readonly [turn: number, attempt: number, sequence: number];

function placeOf({ data: { turn, attempt, sequence } }: AgentEvent): Place {
  return [turn, attempt, sequence];
}

/** Sorts before the keys of the log, so a tail does not read these items. */
function placeKey(...place: Place): string {
  return `event#${place.map((number) => String(number).padStart(DIGITS, '0')).join('#')}`;
}
