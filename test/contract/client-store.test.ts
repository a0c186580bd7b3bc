import { EmbeddedClientStore } from '../../shared/embedded/client-store.ts';
import { openDatabase } from '../support/fixtures.ts';
import { clientStoreContract } from './client-store.ts';

clientStoreContract('embedded', async () => {
  const { database, close } = openDatabase();
  return { store: new EmbeddedClientStore(database), close };
});
