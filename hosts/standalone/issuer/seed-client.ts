import path from 'node:path';
import type { ClientStore } from '#shared/ports/client-store.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { PermissionStore } from '#shared/ports/permission-store.ts';
import { checkSecret, hashSecret, newClientSecret } from '#shared/security/client-secret.ts';
import { readPrivateFile, writePrivateFile } from '#shared/security/private-file.ts';
import { ADMIN_SCOPE, INVOKE_SCOPE, PUT_EVENTS_SCOPE } from '#shared/security/scopes.ts';
import { seedPermissions } from '#shared/security/seed-permissions.ts';

export const CLI_CLIENT_ID = 'starling-cli';

/** The CLI asks for tokens with these. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface SeededClient extends ClientCredentials {
  /** The file that the CLI reads; only its owner can. */
  readonly file: string;
  /** Whether the secret is new: at the first start, or because the file was gone or did not fit any more. */
  readonly renewed: boolean;
  /** Whether this is the first start of the mesh. */
  readonly isFirst: boolean;
}

export interface SeedClientOptions {
  readonly clients: ClientStore;
  readonly folder: string;
  readonly clock: Clock;
}

/** The file of a data folder that holds the credentials of `starling-cli`. */
export function clientFile(folder: string): string {
  return path.join(folder, 'client.json');
}

/** The credentials in the file; undefined when there is none or it cannot be used. */
export async function readClientFile(file: string): Promise<ClientCredentials | undefined> {
  try {
    const { clientId, clientSecret } = JSON.parse((await readPrivateFile(file)) ?? '') as Partial<ClientCredentials>;
    if (typeof clientId === 'string' && typeof clientSecret === 'string') return { clientId, clientSecret };
  } catch {
    // An unreadable file counts as missing: a new one replaces it.
  }
  return undefined;
}

/**
 * Makes the client `starling-cli` if it is missing, and writes its credentials to `{folder}/client.json`. Only this file
 * holds the secret. When the file is lost, the client gets a new secret.
 */
export async function seedClient({ clients, folder, clock }: SeedClientOptions): Promise<SeededClient> {
  const file = clientFile(folder);
  const [client, kept] = await Promise.all([clients.get(CLI_CLIENT_ID), readClientFile(file)]);
  if (client && kept?.clientId === CLI_CLIENT_ID) {
    if ((await checkSecret(kept.clientSecret, client.secretHash)) !== 'wrong')
      return { ...kept, file, renewed: false, isFirst: false };
  }
  const credentials = { clientId: CLI_CLIENT_ID, clientSecret: newClientSecret() };
  const fresh = {
    id: CLI_CLIENT_ID,
    name: 'The starling command',
    scopes: [INVOKE_SCOPE, PUT_EVENTS_SCOPE, ADMIN_SCOPE],
    createdAt: clock.now(),
  };
  // The file comes first: a crash in between leaves a secret that does not match, and the next start replaces it.
  await writePrivateFile(file, `${JSON.stringify(credentials, undefined, 2)}\n`);
  await clients.put({ ...(client ?? fresh), secretHash: hashSecret(credentials.clientSecret) });
  return { ...credentials, file, renewed: true, isFirst: client === undefined };
}

/**
 * Gives a new mesh the permissions of its agents, then the client. The client comes last: it tells the next start that the
 * permissions were made once. Permissions that an operator revoked do not come back.
 */
export async function seedSecurity(
  options: SeedClientOptions & { readonly permissions: PermissionStore },
): Promise<SeededClient> {
  if ((await options.clients.get(CLI_CLIENT_ID)) === undefined) {
    await seedPermissions(options.permissions);
  }
  return seedClient(options);
}
