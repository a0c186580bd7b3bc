import { rmSync } from 'node:fs';
import { SqliteSecretStore } from '#adapters/sqlite/secret-store.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { secretStoreContract } from './secret-store.ts';

secretStoreContract('SQLite', async () => {
  const folder = temporaryFolder();
  return {
    store: new SqliteSecretStore(folder),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});
