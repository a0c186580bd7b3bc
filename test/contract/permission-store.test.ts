import { EmbeddedPermissionStore } from '../../shared/embedded/permission-store.ts';
import { openDatabase } from '../support/fixtures.ts';
import { permissionStoreContract } from './permission-store.ts';

permissionStoreContract('embedded', async () => {
  const { database, close } = openDatabase();
  return { store: new EmbeddedPermissionStore(database), close };
});
