import type { StatementSync } from 'node:sqlite';
import { type AgentId, isAgentId } from '#shared/ids.ts';
import type { EveryAgent, Grant, PermissionStore, Principal } from '#shared/ports/permission-store.ts';
import { checkGrant, subjectsOf } from '#shared/security/grant.ts';
import type { Database } from './database.ts';

/** Stores permissions in the SQLite file of a standalone mesh. */
export class SqlitePermissionStore implements PermissionStore {
  readonly #database: Database;
  readonly #agentsOf: StatementSync;
  readonly #grant: StatementSync;
  readonly #revoke: StatementSync;
  readonly #list: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#agentsOf = database.prepare(
      'SELECT DISTINCT agent FROM grants WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY agent',
    );
    this.#grant = database.prepare('INSERT INTO grants (subject, agent) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#revoke = database.prepare('DELETE FROM grants WHERE subject = ? AND agent = ?');
    this.#list = database.prepare('SELECT subject, agent FROM grants ORDER BY subject, agent');
  }

  async agentsOf(principal: Principal): Promise<readonly AgentId[] | EveryAgent> {
    const rows = await this.#database.read(() => this.#agentsOf.all(JSON.stringify(subjectsOf(principal))));
    const agents = rows.map((row) => String(row.agent));
    return agents.includes('*') ? '*' : agents.filter(isAgentId);
  }

  /** @throws InvalidGrantError */
  async grant(grant: Grant): Promise<void> {
    const { subject, agent } = checkGrant(grant);
    await this.#database.write(() => this.#grant.run(subject, agent));
  }

  async revoke(grant: Grant): Promise<void> {
    const { subject, agent } = checkGrant(grant);
    await this.#database.write(() => this.#revoke.run(subject, agent));
  }

  async list(): Promise<readonly Grant[]> {
    return this.#database.read(() => this.#list.all() as unknown as Grant[]);
  }
}
