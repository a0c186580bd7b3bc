import path from 'node:path';
import { StarlingError } from '../errors.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import { createPrivateFile, deletePrivateFile, readPrivateFile, writePrivateFile } from '../security/private-file.ts';

const namePattern = /^[a-z][a-z0-9-]{0,127}$/;
/** The limit of AWS Secrets Manager. */
const MAX_VALUE_BYTES = 65_536;

export class SecretNameError extends StarlingError {
  constructor() {
    super(
      'SECRET_NAME',
      'A secret has a name of 1 to 128 lower-case letters, digits and hyphens; the first is a letter.',
    );
  }
}

export class SecretTooLargeError extends StarlingError {
  constructor(name: string) {
    super('SECRET_TOO_LARGE', `The secret ${name} is over ${MAX_VALUE_BYTES} bytes.`);
  }
}

/** Secrets as files `{dataFolder}/secrets/{name}` that only the owner can read. */
export class EmbeddedSecretStore implements SecretStore {
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

  #file(name: string, value = ''): string {
    if (!namePattern.test(name)) throw new SecretNameError();
    if (Buffer.byteLength(value) > MAX_VALUE_BYTES) throw new SecretTooLargeError(name);
    return path.join(this.#folder, name);
  }
}
