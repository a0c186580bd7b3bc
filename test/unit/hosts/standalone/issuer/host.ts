import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SqliteClientStore } from '#adapters/sqlite/client-store.ts';
import { SqlitePermissionStore } from '#adapters/sqlite/permission-store.ts';
import { SqliteSecretStore } from '#adapters/sqlite/secret-store.ts';
import { createIssuer } from '#hosts/standalone/issuer/issuer.ts';
import { type SeededClient, seedSecurity } from '#hosts/standalone/issuer/seed-client.ts';
import type { ClientStore } from '#shared/ports/client-store.ts';
import type { PermissionStore } from '#shared/ports/permission-store.ts';
import { createTokenVerifier, type TokenVerifier } from '#shared/security/verify-token.ts';
import { openDatabase, TestClock } from '#test/support/fixtures.ts';

/** What the issuer stands on: kept when the issuer is started again. */
export interface Mesh {
  readonly folder: string;
  readonly clock: TestClock;
  readonly clients: ClientStore;
  readonly permissions: PermissionStore;
  readonly secrets: SqliteSecretStore;
  close(): Promise<void>;
}

export function openMesh(): Mesh {
  const { database, folder, close } = openDatabase();
  return {
    folder,
    clock: new TestClock(),
    clients: new SqliteClientStore(database),
    permissions: new SqlitePermissionStore(database),
    secrets: new SqliteSecretStore(folder),
    close,
  };
}

export interface TokenAnswer {
  readonly access_token?: string;
  readonly expires_in?: number;
  readonly token_type?: string;
  readonly scope?: string;
  readonly error?: string;
  readonly error_description?: string;
}

export interface RunningIssuer {
  readonly client: SeededClient;
  readonly verify: TokenVerifier;
  readonly errors: string[];
  send(init: RequestInit, path?: string): Promise<{ status: number; headers: Headers; body: TokenAnswer }>;
  /** Asks with the CLI's credentials in the Authorization header. */
  ask(parameters?: Record<string, string>): Promise<{ status: number; body: TokenAnswer }>;
  stop(): Promise<void>;
}

/** Starts the issuer of a mesh on a port of its own. Its name in tokens does not change with the port. */
export async function startIssuer(mesh: Mesh, issuer = 'http://127.0.0.1:4280'): Promise<RunningIssuer> {
  const { clients, secrets, permissions, folder, clock } = mesh;
  const client = await seedSecurity({ clients, permissions, folder, clock });
  const errors: string[] = [];
  const log = { error: (message: string) => void errors.push(message) };
  const running = await createIssuer({ clients, secrets, issuer, clock, log });
  const server = createServer(running.callback).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function send(init: RequestInit, path = '/oauth2/token') {
    const response = await fetch(base + path, { method: 'POST', ...init });
    const text = await response.text();
    const body = (text === '' ? {} : JSON.parse(text)) as TokenAnswer;
    return { status: response.status, headers: response.headers, body };
  }

  return {
    client,
    errors,
    send,
    verify: createTokenVerifier({ issuer, jwks: running.jwks(), clock }),
    ask: (parameters = {}) =>
      send({
        headers: { Authorization: basic(client.clientId, client.clientSecret) },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}
