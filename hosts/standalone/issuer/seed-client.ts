import path from 'node:path';
import type { ClientStore } from '#shared/ports/client-store.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { PermissionStore } from '#shared/ports/permission-store.ts';
import { newClientSecret, SecretHasher } from '#shared/security/client-secret.ts';
import { readPrivateFile, writePrivateFile } from '#shared/security/private-file.ts';
import { ADMIN_SCOPE, INVOKE_SCOPE, PUT_EVENTS_SCOPE } from '#shared/security/scopes.ts';
import { seedPermissions } from '#shared/security/seed-permissions.ts';

export const CLI_CLIENT_ID = 'starling-cli';

/** What the CLI reads to ask for tokens. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface SeededClient extends ClientCredentials {
  /** The file that the CLI reads; only its owner can. */
  readonly file: string;
  /** Whether the secret is new: at the first start, or because the file was gone or did not fit any more. */
  readonly renewed: boolean;
}

export interface SeedClientOptions {
  readonly clients: ClientStore;
  readonly folder: string;
  readonly clock: Clock;
}

/** Where the credentials of `starling-cli` stand in a data folder. */
export function clientFile(folder: string): string {
  return path.join(folder, 'client.json');
}

/** The credentials in the file; undefined when there is none or it cannot be used. */
export async function readClientFile(file: string): Promise<ClientCredentials | undefined> {
  try {
    const { clientId, clientSecret } = JSON.parse((await readPrivateFile(file)) ?? '') as Partial<ClientCredentials>;
    if (typeof clientId === 'string' && typeof clientSecret === 'string') return { clientId, clientSecret };
  } catch {
    // Unreadable is as good as gone: a new one takes its place.
  }
  return undefined;
}

/**
 * Sees to it that the client `starling-cli` exists and that its credentials stand in `{folder}/client.json`. The secret
 * itself is only there: when it is lost, a new one takes its place.
 */
export async function seedClient({ clients, folder, clock }: SeedClientOptions): Promise<SeededClient> {
  const file = clientFile(folder);
  const hasher = new SecretHasher();
  const [client, kept] = await Promise.all([clients.get(CLI_CLIENT_ID), readClientFile(file)]);
  if (client && kept?.clientId === CLI_CLIENT_ID && (await hasher.matches(kept.clientSecret, client.secretHash))) {
    return { ...kept, file, renewed: false };
  }
  const credentials = { clientId: CLI_CLIENT_ID, clientSecret: newClientSecret() };
  const fresh = {
    id: CLI_CLIENT_ID,
    name: 'The starling command',
    scopes: [INVOKE_SCOPE, PUT_EVENTS_SCOPE, ADMIN_SCOPE],
    createdAt: clock.now(),
  };
  // The file first: a crash in between leaves one that does not match, which the next start replaces.
  await writePrivateFile(file, `${JSON.stringify(credentials, undefined, 2)}\n`);
  await clients.put({ ...(client ?? fresh), secretHash: await hasher.hash(credentials.clientSecret) });
  return { ...credentials, file, renewed: true };
}

/**
 * What a new mesh begins with: permissions for its agents, then the client. The client comes last, as it tells the next
 * start that this one is done; permissions that an operator took back stay away.
 */
export async function seedSecurity(
  options: SeedClientOptions & { readonly permissions: PermissionStore },
): Promise<SeededClient> {
  if ((await options.clients.get(CLI_CLIENT_ID)) === undefined) {
    await seedPermissions(options.permissions);
  }
  return seedClient(options);
}
