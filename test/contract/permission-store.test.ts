import { EmbeddedPermissionStore } from '#adapters/sqlite/permission-store.ts';
import { openDatabase } from '#test/support/fixtures.ts';
import { permissionStoreContract } from './permission-store.ts';

permissionStoreContract('embedded', async () => {
  const { database, close } = openDatabase();
  return { store: new EmbeddedPermissionStore(database), close };
});
