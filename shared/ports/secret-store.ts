/**
 * Stores secrets by name.
 *
 * Contract:
 * - A name has 1 to 128 lower-case letters, digits and hyphens and begins with a letter, because each adapter's store
 *   accepts such names. A value is a text of 1 to 65,536 bytes.
 * - The process that writes reads its own write at once. Another process may read the old value for up to one minute, so
 *   a replaced secret must stay valid for that time.
 *
 * Errors: `SecretNameError` for any other name.
 */
export interface SecretStore {
  get(name: string): Promise<string | undefined>;

  /** Stores or replaces the secret, as one atomic step. The secret is durable when the promise resolves. */
  put(name: string, value: string): Promise<void>;

  /** Stores the secret only if the name is free, so that one wins if two processes start at once. Returns whether it stored. */
  create(name: string, value: string): Promise<boolean>;

  /** Does nothing when no secret has the name. */
  delete(name: string): Promise<void>;
}
