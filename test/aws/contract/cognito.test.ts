import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cognitoVerifier } from '#adapters/aws/cognito.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { TokenVerifier } from '#shared/security/verify-token.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { createUserPool, type TestUserPool } from '../support/user-pool.ts';

const cognito = new CognitoIdentityProviderClient(clientOptions);
const scopes = ['agents:invoke', 'gateway:admin'];
let pool: TestUserPool;
let verify: TokenVerifier;

beforeAll(async () => {
  pool = await createUserPool(cognito, randomStage(), scopes);
  verify = verifierOf(pool);
});
afterAll(async () => {
  await pool.remove();
  cognito.destroy();
});

function verifierOf({ issuer, jwksUrl }: TestUserPool): TokenVerifier {
  return cognitoVerifier({ issuer, jwksUrl, clock: systemClock });
}

async function tokenOf(of: TestUserPool, allowed: readonly string[], scope?: string): Promise<[string, string]> {
  const client = await of.createClient(allowed);
  // A new domain of a pool takes some time until it answers.
  const answer = await vi.waitFor(
    async () => {
      const response = await of.ask(client, scope);
      expect(response.status).toBe(200);
      return (await response.json()) as { access_token: string };
    },
    { timeout: 50_000, interval: 1_000 },
  );
  return [answer.access_token, client.id];
}

describe('a token of Cognito', () => {
  it('tells its client and the scopes that were asked for, by their full names', async () => {
    const [token, clientId] = await tokenOf(
      pool,
      ['starling/agents:invoke', 'starling/gateway:admin'],
      'starling/agents:invoke',
    );
    const verified = await verify(token);
    expect(verified).toEqual({ clientId, scopes: ['starling/agents:invoke'], expiresAt: expect.any(Number) });
    expect(verified.expiresAt).toBeGreaterThan(Date.now());
  });

  it('has all scopes that its client may have, where none was asked for', async () => {
    const [token] = await tokenOf(pool, ['starling/agents:invoke', 'starling/gateway:admin']);
    expect((await verify(token)).scopes.toSorted()).toEqual(['starling/agents:invoke', 'starling/gateway:admin']);
  });

  it('is refused when it is for another resource server', async () => {
    const [token] = await tokenOf(pool, ['other/agents:invoke']);
    await expect(verify(token)).rejects.toMatchObject({ code: 'invalid_token', reason: 'WRONG_AUDIENCE' });
  });

  it('is refused when it is from another pool, whatever it says', async () => {
    const other = await createUserPool(cognito, randomStage(), scopes);
    const [token] = await tokenOf(other, ['starling/agents:invoke']);
    await expect(verify(token)).rejects.toMatchObject({ code: 'invalid_token', reason: 'BAD_SIGNATURE' });
    // With the keys of its own pool, its issuer gives it away.
    const confused = cognitoVerifier({ issuer: pool.issuer, jwksUrl: other.jwksUrl, clock: systemClock });
    await expect(confused(token)).rejects.toMatchObject({ reason: 'WRONG_ISSUER' });
    expect((await verifierOf(other)(token)).scopes).toEqual(['starling/agents:invoke']);
    await other.remove();
  });

  it('is not given for a scope that the client may not have', async () => {
    const client = await pool.createClient(['starling/agents:invoke']);
    const answer = await pool.ask(client, 'starling/gateway:admin');
    expect(answer.status).toBe(400);
  });
});
