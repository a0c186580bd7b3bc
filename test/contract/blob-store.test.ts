import { rmSync } from 'node:fs';
import { EmbeddedBlobStore } from '../../shared/embedded/blob-store.ts';
import { temporaryFolder } from '../support/fixtures.ts';
import { blobStoreContract } from './blob-store.ts';

blobStoreContract('embedded', async () => {
  const folder = temporaryFolder();
  return {
    store: new EmbeddedBlobStore(folder),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});
