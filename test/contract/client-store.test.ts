import { EmbeddedClientStore } from '#adapters/sqlite/client-store.ts';
import { openDatabase } from '#test/support/fixtures.ts';
import { clientStoreContract } from './client-store.ts';

clientStoreContract('embedded', async () => {
  const { database, close } = openDatabase();
  return { store: new EmbeddedClientStore(database), close };
});
