import path from 'node:path';
import type { SecretStore } from '#shared/ports/secret-store.ts';
import {
  createPrivateFile,
  deletePrivateFile,
  readPrivateFile,
  writePrivateFile,
} from '#shared/security/private-file.ts';
import { checkSecret } from '#shared/security/secret-name.ts';

/** Stores secrets as files `{dataFolder}/secrets/{name}` that only the owner can read. */
export class SqliteSecretStore implements SecretStore {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = path.join(dataFolder, 'secrets');
  }

  async get(name: string): Promise<string | undefined> {
    return readPrivateFile(this.#file(name));
  }

  async put(name: string, value: string): Promise<void> {
    await writePrivateFile(this.#file(name, value), value);
  }

  async create(name: string, value: string): Promise<boolean> {
    return createPrivateFile(this.#file(name, value), value);
  }

  async delete(name: string): Promise<void> {
    await deletePrivateFile(this.#file(name));
  }

  #file(name: string, value?: string): string {
    checkSecret(name, value);
    return path.join(this.#folder, name);
  }
}
