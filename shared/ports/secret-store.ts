/**
 * Secrets by name. A name is 1 to 128 lower-case letters, digits and hyphens and begins with a letter, so that it is
 * valid wherever an adapter keeps it; any other is a SecretNameError. A value is text of at most 64 KB.
 */
export interface SecretStore {
  get(name: string): Promise<string | undefined>;

  /** Stores or replaces. It is durable, whole or not at all, when the promise resolves. */
  put(name: string, value: string): Promise<void>;

  /** Stores only where there is none yet, so that of two that start at once one wins. Returns whether it stored. */
  create(name: string, value: string): Promise<boolean>;

  /** Deleting what is not there changes nothing. */
  delete(name: string): Promise<void>;
}
