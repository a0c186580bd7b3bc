import { rmSync } from 'node:fs';
import { SqliteBlobStore } from '#adapters/sqlite/blob-store.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { blobStoreContract } from './blob-store.ts';

blobStoreContract('SQLite', async () => {
  const folder = temporaryFolder();
  return {
    store: new SqliteBlobStore(folder),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});
