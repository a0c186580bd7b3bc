import { SqliteClientStore } from '#adapters/sqlite/client-store.ts';
import { openDatabase } from '#test/support/fixtures.ts';
import { clientStoreContract } from './client-store.ts';

clientStoreContract('SQLite', async () => {
  const { database, close } = openDatabase();
  return { store: new SqliteClientStore(database), close };
});
