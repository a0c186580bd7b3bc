import { SqlitePermissionStore } from '#adapters/sqlite/permission-store.ts';
import { openDatabase } from '#test/support/fixtures.ts';
import { permissionStoreContract } from './permission-store.ts';

permissionStoreContract('SQLite', async () => {
  const { database, close } = openDatabase();
  return { store: new SqlitePermissionStore(database), close };
});
