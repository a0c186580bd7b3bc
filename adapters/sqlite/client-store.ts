import type { StatementSync } from 'node:sqlite';
import type { Client, ClientStore } from '#shared/ports/client-store.ts';
import type { Database } from './database.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly secret_hash: string;
  readonly scopes: string;
  readonly created_at: number;
  readonly disabled_at: number | null;
}

/** Stores clients in the SQLite file of a standalone mesh. */
export class SqliteClientStore implements ClientStore {
  readonly #database: Database;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #list: StatementSync;
  readonly #replaceHash: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#get = database.prepare('SELECT * FROM clients WHERE id = ?');
    this.#list = database.prepare('SELECT * FROM clients ORDER BY id');
    this.#replaceHash = database.prepare('UPDATE clients SET secret_hash = ? WHERE id = ? AND secret_hash = ?');
    this.#put = database.prepare(
      `INSERT INTO clients (id, name, secret_hash, scopes, created_at, disabled_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, secret_hash = excluded.secret_hash,
         scopes = excluded.scopes, created_at = excluded.created_at, disabled_at = excluded.disabled_at`,
    );
  }

  async get(id: string): Promise<Client | undefined> {
    const row = await this.#database.read(() => this.#get.get(id) as Row | undefined);
    return row && clientOf(row);
  }

  async put(client: Client): Promise<void> {
    const { id, name, secretHash, scopes, createdAt, disabledAt } = client;
    await this.#database.write(() =>
      this.#put.run(id, name, secretHash, JSON.stringify(scopes), createdAt, disabledAt ?? null),
    );
  }

  async replaceHash(id: string, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
    await this.#database.write(() => this.#replaceHash.run(to, id, from));
  }

  async list(): Promise<readonly Client[]> {
    const rows = await this.#database.read(() => this.#list.all() as unknown as Row[]);
    return rows.map(clientOf);
  }
}

function clientOf(row: Row): Client {
  return {
    id: row.id,
    name: row.name,
    secretHash: row.secret_hash,
    scopes: JSON.parse(row.scopes) as string[],
    createdAt: row.created_at,
    ...(row.disabled_at === null ? {} : { disabledAt: row.disabled_at }),
  };
}
