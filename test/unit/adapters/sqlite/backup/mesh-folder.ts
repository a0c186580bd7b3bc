import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Database } from '#adapters/sqlite/database.ts';

export const keys = {
  'client.json': '{"clientId":"starling-cli","clientSecret":"s3cret"}\n',
  'aws-credentials.json': '{"accessKeyId":"AKIA","secretAccessKey":"aws s3cret"}\n',
  'secrets/token-signing-keys': '{"keys":["signing s3cret"]}',
};

/** A data folder with `events` events and as many tasks, and the keys of a mesh, as one that was stopped leaves it. */
export async function makeMeshFolder(folder: string, events: number): Promise<void> {
  const database = Database.open(folder);
  await addEvents(database, events);
  await database.close();
  mkdirSync(path.join(folder, 'secrets'), { mode: 0o700 });
  for (const [name, text] of Object.entries(keys)) writeFileSync(path.join(folder, name), text, { mode: 0o600 });
}

/** Each with a task, in one transaction: a copy has both or neither. */
export async function addEvents(database: Database, count: number): Promise<void> {
  const event = database.prepare("INSERT INTO events (source, detail_type, time, event) VALUES ('s', 't', 1, ?)");
  const task = database.prepare(
    `INSERT INTO tasks (id, context_id, agent_id, owner, state, status_at, created_at, deadline, turn, attempt, sequence,
       attempt_base, position, artifacts) VALUES (?, 'c', 'a', 'o', 'done', 1, 1, 1, 1, 1, 1, 0, 1, '[]')`,
  );
  for (let i = 0; i < count; i++) {
    await database.write(() => {
      event.run(`{"id":"${crypto.randomUUID()}","pad":"${'x'.repeat(400)}"}`);
      task.run(crypto.randomUUID());
    });
  }
}

export function countIn(folder: string): { tasks: number; events: number } {
  const sqlite = new DatabaseSync(path.join(folder, 'starling.db'), { readOnly: true });
  const count = (table: string) => Number(sqlite.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
  const counts = { tasks: count('tasks'), events: count('events') };
  sqlite.close();
  return counts;
}

/** What a folder holds, file by file: text, and who may read it. */
export function contentOf(folder: string): Record<string, { mode: string; bytes: string }> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = names.map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files
      .toSorted()
      .map((file) => [
        path.relative(folder, file),
        { mode: (statSync(file).mode & 0o777).toString(8), bytes: readFileSync(file, 'latin1') },
      ]),
  );
}
