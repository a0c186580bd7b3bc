import { hash } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { AgentId } from '#shared/ids.ts';
import {
  type AgentRecord,
  type AgentRegistry,
  MAX_AGENT_BYTES,
  type RegisteredAgent,
} from '#shared/ports/agent-registry.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { AgentTooLargeError } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { Database } from './database.ts';
import type { SqliteEventBus } from './event-bus.ts';

/** The registry on SQLite. It keeps the active agents in memory, because one process owns the file. */
export class SqliteAgentRegistry implements AgentRegistry {
  readonly #database: Database;
  readonly #bus: SqliteEventBus;
  readonly #clock: Clock;
  readonly #upsert: StatementSync;
  readonly #find: StatementSync;
  readonly #deactivate: StatementSync;
  readonly #agents = new Map<AgentId, RegisteredAgent>();

  constructor(database: Database, bus: SqliteEventBus, clock: Clock) {
    this.#database = database;
    this.#bus = bus;
    this.#clock = clock;
    this.#upsert = database.prepare(
      `INSERT INTO agents (id, record, digest, active, updated_at) VALUES (?, ?, ?, 1, ?)
       ON CONFLICT DO UPDATE SET record = excluded.record, digest = excluded.digest, active = 1, updated_at = excluded.updated_at`,
    );
    this.#find = database.prepare('SELECT digest, active FROM agents WHERE id = ?');
    this.#deactivate = database.prepare('UPDATE agents SET active = 0, updated_at = ? WHERE id = ? AND active = 1');
    for (const row of database.prepare('SELECT record, updated_at FROM agents WHERE active = 1').all()) {
      const record: AgentRecord = JSON.parse(String(row.record));
      this.#agents.set(record.id, { ...record, updatedAt: Number(row.updated_at) });
    }
  }

  get(id: AgentId): RegisteredAgent | undefined {
    return this.#agents.get(id);
  }

  async list(): Promise<readonly RegisteredAgent[]> {
    return [...this.#agents.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async put(
    record: AgentRecord,
    event: (change: 'registered' | 'updated') => BusEntry,
  ): Promise<'registered' | 'updated' | 'unchanged'> {
    const text = JSON.stringify(record);
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_AGENT_BYTES) throw new AgentTooLargeError(record.id, bytes, MAX_AGENT_BYTES);
    const digest = hash('sha256', text);
    return this.#database.write(() => {
      const known = this.#find.get(record.id);
      if (known?.active === 1 && known.digest === digest) return 'unchanged';
      const change = known?.active === 1 ? 'updated' : 'registered';
      const updatedAt = this.#clock.now();
      this.#upsert.run(record.id, text, digest, updatedAt);
      this.#bus.putWithin(event(change));
      this.#database.afterDurable(() => this.#agents.set(record.id, { ...record, updatedAt }));
      return change;
    });
  }

  deactivate(id: AgentId, event: BusEntry): Promise<boolean> {
    return this.#database.write(() => {
      if (this.#deactivate.run(this.#clock.now(), id).changes === 0) return false;
      this.#bus.putWithin(event);
      this.#database.afterDurable(() => this.#agents.delete(id));
      return true;
    });
  }
}
