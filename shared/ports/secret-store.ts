/**
 * Secrets by name. A name is 1 to 128 lower-case letters, digits and hyphens and begins with a letter, so that it is
 * valid wherever an adapter keeps it; any other is a SecretNameError. A value is text of 1 to 65,536 bytes.
 *
 * Whoever wrote reads its own write at once; another process may read what was there before for up to a minute, so what is
 * replaced has to be good for that long.
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
