import type { StatementSync } from 'node:sqlite';
import type { TaskId } from '#shared/ids.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Database } from './database.ts';

/** How long the mesh recognizes a message that is sent again. */
export const KNOWN_FOR_MS = 60 * 60_000;
/** How many messages the mesh recognizes at most: about 20 MB. */
export const KNOWN_MESSAGES = 100_000;

/** One message of a client to an agent. */
export interface MessageKey {
  readonly owner: string;
  readonly agentId: string;
  readonly messageId: string;
}

interface Known {
  readonly taskId: TaskId;
  readonly at: number;
  /** The client that sent the message. */
  readonly client: string;
}

/** After so many messages that were forgotten for space, the largest client is searched again. */
const SEARCH_AFTER = 1_000;

/**
 * Knows which task each message of the last hour made. Lookups use memory; the table only grows at its end. An index on
 * ids that clients choose would cost a call ten times as much as the row.
 *
 * Of too many messages, it forgets the oldest of the client that sent most. So no client's flood makes the mesh forget
 * what others sent.
 */
export class RecentMessages {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #max: number;
  readonly #insert: StatementSync;
  /** Ordered by time. */
  readonly #known = new Map<string, Known>();
  /** The keys of each client, ordered by time. */
  readonly #ofClients = new Map<string, Set<string>>();
  /** The client that probably sent most. */
  #largest = '';
  #forgotten = 0;

  constructor(database: Database, clock: Clock, max = KNOWN_MESSAGES) {
    this.#database = database;
    this.#clock = clock;
    this.#max = max;
    this.#insert = database.prepare(
      'INSERT INTO task_messages (owner, agent_id, message_id, task_id, created_at) VALUES (?, ?, ?, ?, ?)',
    );
    // Retention deletes forgotten messages each minute. Until then, the table has more rows than are known.
    const newest = database.prepare(
      `SELECT owner, agent_id, message_id, task_id, created_at FROM
         (SELECT * FROM task_messages ORDER BY message DESC LIMIT ?) WHERE created_at > ? ORDER BY message`,
    );
    for (const row of newest.iterate(3 * max, clock.now() - KNOWN_FOR_MS)) {
      const owner = String(row.owner);
      const key = keyText({ owner, agentId: String(row.agent_id), messageId: String(row.message_id) });
      this.#remember(key, { taskId: row.task_id as TaskId, at: Number(row.created_at), client: owner });
    }
    this.#forget(clock.now() - KNOWN_FOR_MS);
  }

  /** The task that the message made. */
  find(key: MessageKey): TaskId | undefined {
    const known = this.#known.get(keyText(key));
    return known !== undefined && known.at > this.#clock.now() - KNOWN_FOR_MS ? known.taskId : undefined;
  }

  /** Stores the message in the running transaction. `client` sent it. */
  add(key: MessageKey, taskId: TaskId, client: string): void {
    const at = this.#clock.now();
    this.#insert.run(key.owner, key.agentId, key.messageId, taskId, at);
    const text = keyText(key);
    this.#remove(text);
    this.#remember(text, { taskId, at, client });
    this.#database.onRollback(() => this.#remove(text));
    this.#forget(at - KNOWN_FOR_MS);
  }

  #remember(text: string, known: Known): void {
    const { client } = known;
    this.#known.set(text, known);
    const own = this.#ofClients.get(client);
    if (own === undefined) this.#ofClients.set(client, new Set([text]));
    else own.add(text);
    if (this.#countOf(client) > this.#countOf(this.#largest)) this.#largest = client;
  }

  #remove(text: string): void {
    const known = this.#known.get(text);
    if (known === undefined) return;
    this.#known.delete(text);
    const own = this.#ofClients.get(known.client);
    own?.delete(text);
    if (own?.size === 0) this.#ofClients.delete(known.client);
  }

  #forget(before: number): void {
    for (const [text, { at }] of this.#known) {
      if (at > before) break;
      this.#remove(text);
    }
    while (this.#known.size > this.#max) {
      if (this.#countOf(this.#largest) === 0 || ++this.#forgotten % SEARCH_AFTER === 0) this.#search();
      const [oldest] = this.#ofClients.get(this.#largest) ?? [];
      if (oldest === undefined) return;
      this.#remove(oldest);
    }
  }

  #search(): void {
    for (const [client, { size }] of this.#ofClients) {
      if (size > this.#countOf(this.#largest)) this.#largest = client;
    }
  }

  #countOf(client: string): number {
    return this.#ofClients.get(client)?.size ?? 0;
  }
}

/** The key is unambiguous, because client ids and agent ids contain no line break. */
function keyText({ owner, agentId, messageId }: MessageKey): string {
  return `${agentId}\n${owner}\n${messageId}`;
}
