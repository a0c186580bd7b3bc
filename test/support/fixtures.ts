import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { Database } from '#adapters/sqlite/database.ts';

export function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'starling-'));
}

/** A database in a folder of its own; `close` removes both. */
export function openDatabase(): { database: Database; folder: string; close(): Promise<void> } {
  const folder = temporaryFolder();
  const database = Database.open(folder);
  const close = async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { database, folder, close };
}

/** A clock that stands until it is moved. */
export class TestClock {
  #now = Date.UTC(2025, 0, 1);
  now(): number {
    return this.#now;
  }
  advance(seconds: number): void {
    this.#now += seconds * 1_000;
  }
}

export interface TestIssuer {
  readonly issuer: string;
  readonly jwks: JSONWebKeySet;
  /** Signs these claims beside the usual ones of an access token; undefined takes one away. */
  sign(claims?: Readonly<Record<string, unknown>>, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

/** Signs tokens like Cognito's for the time that the clock tells. */
export async function createTestIssuer(clock: TestClock, issuer = 'https://issuer.example'): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] };
  return {
    issuer,
    jwks,
    sign: (claims = {}, header = {}) => {
      const iat = Math.floor(clock.now() / 1_000);
      const usual = {
        iss: issuer,
        client_id: 'app',
        token_use: 'access',
        scope: 'starling/agents:invoke',
        iat,
        exp: iat + 3_600,
      };
      const payload = JSON.parse(JSON.stringify({ ...usual, ...claims })) as JWTPayload;
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(privateKey);
    },
  };
}
