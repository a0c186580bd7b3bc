import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '#adapters/sqlite/database.ts';

/** What database.test.ts runs in a process of its own. */
const [command, folder = ''] = process.argv.slice(2);
const database = Database.open(folder);
const insert = database.prepare('INSERT INTO quarantine (time, reason, event) VALUES (0, ?, ?)');
const size = (file: string) => statSync(file).size;

if (command === 'hold') {
  await database.write(() => insert.run('held', ''));
  process.send?.('held');
  // Lives as long as whoever listens to it.
  process.on('message', () => {});
} else if (command === 'grow') {
  // Fewer batches than lead to a checkpoint.
  const text = 'x'.repeat(100_000);
  for (let batch = 0; batch < 100; batch++) await database.write(() => insert.run('', text));
  process.send?.(size(database.file));
  process.on('message', () => {});
} else {
  const text = 'x'.repeat(2_000);
  const empty = size(database.file);
  for (let batch = 0; batch < 1_000; batch++) await database.write(() => insert.run('', text));
  // The file grows only by a checkpoint, which another thread makes.
  while (size(database.file) === empty) await sleep(5);
  await sleep(50);
  const moved = size(database.file) - empty;
  const log = size(`${database.file}-wal`);
  for (let batch = 0; batch < 20; batch++) await database.write(() => insert.run('', text));
  process.send?.({ moved, log, after: size(`${database.file}-wal`) });
  await database.close();
  process.disconnect?.();
}
