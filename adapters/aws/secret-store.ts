import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { StarlingError } from '#shared/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { SecretStore } from '#shared/ports/secret-store.ts';
import { checkSecret } from '#shared/security/secret-name.ts';
import { sleep } from '#shared/sleep.ts';
import { type AwsCall, calling } from './errors.ts';
import { ReadCache } from './read-cache.ts';

export interface SecretsManagerStoreOptions {
  readonly client: SecretsManagerClient;
  readonly stage: string;
  readonly clock: Clock;
  /** Milliseconds between attempts to write a name while AWS is deleting its old secret. */
  readonly deletionPauses?: readonly number[];
}

/**
 * Milliseconds: the minute that the port allows. 10,000 reads cost $0.05, so a read in each call would cost more than
 * it.
 */
const FOUND_FOR = 60_000;
/** Milliseconds, 8 s in all. Most deletions end within one second. */
const DELETION_PAUSES = [250, 500, 1_000, 2_000, 4_000];

/** AWS is still deleting a secret of this name, or somebody else deleted it with a recovery window. */
export class SecretBlockedError extends StarlingError {
  constructor(id: string, options: { cause: unknown }) {
    super(
      'SECRET_BLOCKED',
      `The secret ${id} is scheduled for deletion, which blocks its name. Take it back (aws secretsmanager restore-secret --secret-id ${id}), or delete it for good (aws secretsmanager delete-secret --force-delete-without-recovery --secret-id ${id}).`,
      options,
    );
  }
}

/**
 * Secrets in AWS Secrets Manager, as `starling/{stage}/{name}`.
 *
 * Deletes without a recovery window. A window would block the name for at least 7 days, but the port promises that the
 * name can be created again.
 */
export class SecretsManagerStore implements SecretStore {
  readonly #client: SecretsManagerClient;
  readonly #stage: string;
  readonly #deletionPauses: readonly number[];
  readonly #cache: ReadCache<string, string>;

  constructor({ client, stage, clock, deletionPauses = DELETION_PAUSES }: SecretsManagerStoreOptions) {
    this.#deletionPauses = deletionPauses;
    this.#client = client;
    this.#stage = stage;
    // The cache never remembers an absence. A caller that finds no secret creates it, or expects another's new secret.
    this.#cache = new ReadCache({ clock, read: (name) => this.#read(name), foundFor: FOUND_FOR, missedFor: 0 });
  }

  async get(name: string): Promise<string | undefined> {
    checkSecret(name);
    return this.#cache.get(name);
  }

  async put(name: string, value: string): Promise<void> {
    checkSecret(name, value);
    const replaced = () =>
      this.#client.send(new PutSecretValueCommand({ SecretId: this.#id(name), SecretString: value }));
    await this.#writing('secretsmanager:PutSecretValue', name, async () => {
      try {
        await replaced();
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        if (!(await this.#create(name, value))) await replaced();
      }
    });
    this.#cache.set(name, value);
  }

  async create(name: string, value: string): Promise<boolean> {
    checkSecret(name, value);
    const created = await this.#writing('secretsmanager:CreateSecret', name, () => this.#create(name, value));
    if (created) this.#cache.set(name, value);
    else this.#cache.forget(name);
    return created;
  }

  async delete(name: string): Promise<void> {
    checkSecret(name);
    const command = new DeleteSecretCommand({ SecretId: this.#id(name), ForceDeleteWithoutRecovery: true });
    await calling(this.#call('secretsmanager:DeleteSecret', name), async () => {
      try {
        await this.#client.send(command);
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    });
    this.#cache.set(name, undefined);
  }

  #read(name: string): Promise<string | undefined> {
    return calling(this.#call('secretsmanager:GetSecretValue', name), async () => {
      try {
        const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#id(name) }));
        return SecretString;
      } catch (error) {
        if (error instanceof ResourceNotFoundException || isDeletion(error)) return undefined;
        throw error;
      }
    });
  }

  async #create(name: string, value: string): Promise<boolean> {
    try {
      // The SDK adds its own token. So AWS does not refuse the SDK's retry as a second secret.
      await this.#client.send(new CreateSecretCommand({ Name: this.#id(name), SecretString: value }));
      return true;
    } catch (error) {
      if (error instanceof ResourceExistsException) return false;
      throw error;
    }
  }

  /** A deletion without recovery also takes a moment. The name is blocked until then. @throws SecretBlockedError */
  #writing<T>(action: string, name: string, write: () => Promise<T>): Promise<T> {
    return calling(this.#call(action, name), async () => {
      for (let attempt = 0; ; attempt++) {
        try {
          return await write();
        } catch (error) {
          if (!isDeletion(error)) throw error;
          const wait = this.#deletionPauses[attempt];
          if (wait === undefined) throw new SecretBlockedError(this.#id(name), { cause: error });
          await sleep(wait);
        }
      }
    });
  }

  #call(action: string, name: string): AwsCall {
    return { action, resource: `the secret ${this.#id(name)}` };
  }

  #id(name: string): string {
    return `starling/${this.#stage}/${name}`;
  }
}

/** Secrets Manager has no own error type for this. Its text is "You can't … because it was marked for deletion". */
function isDeletion(error: unknown): boolean {
  return error instanceof InvalidRequestException && /delet/.test(error.message);
}
