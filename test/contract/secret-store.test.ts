import { rmSync } from 'node:fs';
import { EmbeddedSecretStore } from '#adapters/sqlite/secret-store.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { secretStoreContract } from './secret-store.ts';

secretStoreContract('embedded', async () => {
  const folder = temporaryFolder();
  return {
    store: new EmbeddedSecretStore(folder),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});
