import type { StatementSync } from 'node:sqlite';
import type { MadeKind, MadeResource, MadeResources } from '#shared/ports/control-plane.ts';
import type { Database } from './database.ts';

/** Stores the definitions of the resources that clients created, so that they outlive the process. */
export class SqliteMadeResources implements MadeResources {
  readonly #database: Database;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #rename: StatementSync;
  readonly #all: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#put = database.prepare(
      `INSERT INTO made_resources (kind, name, definition) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET definition = excluded.definition`,
    );
    this.#delete = database.prepare('DELETE FROM made_resources WHERE kind = ? AND name = ?');
    this.#rename = database.prepare('UPDATE OR REPLACE made_resources SET kind = ? WHERE kind = ? AND name = ?');
    this.#all = database.prepare('SELECT name, definition FROM made_resources WHERE kind = ? ORDER BY name');
  }

  async put(kind: MadeKind, resource: MadeResource): Promise<void> {
    await this.#database.write(() => this.putWithin(kind, resource));
  }

  putWithin(kind: MadeKind, { name, definition }: MadeResource): void {
    this.#put.run(kind, name, definition);
  }

  async delete(kind: MadeKind, name: string): Promise<void> {
    await this.#database.write(() => this.#delete.run(kind, name));
  }

  async rename(kind: MadeKind, name: string, to: MadeKind): Promise<void> {
    await this.#database.write(() => this.#rename.run(to, kind, name));
  }

  async all(kind: MadeKind): Promise<readonly MadeResource[]> {
    return (await this.#database.read(() => this.#all.all(kind))) as unknown as readonly MadeResource[];
  }
}
