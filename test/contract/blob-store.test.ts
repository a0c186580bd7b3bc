import { rmSync } from 'node:fs';
import { EmbeddedBlobStore } from '#adapters/sqlite/blob-store.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { blobStoreContract } from './blob-store.ts';

blobStoreContract('embedded', async () => {
  const folder = temporaryFolder();
  return {
    store: new EmbeddedBlobStore(folder),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});
