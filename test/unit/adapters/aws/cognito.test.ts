import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cognitoVerifier } from '#adapters/aws/cognito.ts';
import { createTestIssuer, TestClock, type TestIssuer } from '#test/support/fixtures.ts';

const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI';

describe('cognitoVerifier', () => {
  let keys: TestIssuer;
  let asked: number;
  let jwksUrl: string;
  let answer: () => { status: number; body: string };
  const clock = new TestClock();
  const server = createServer((_request, response) => {
    asked++;
    const { status, body } = answer();
    response.writeHead(status).end(body);
  });

  beforeEach(async () => {
    keys = await createTestIssuer(clock, issuer);
    asked = 0;
    answer = () => ({ status: 200, body: JSON.stringify(keys.jwks) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('fetches the keys once for all that come at once, and for a flood of unknown ones', async () => {
    const verify = cognitoVerifier({ issuer, jwksUrl, clock });
    const tokens = await Promise.all(['a', 'b', 'c'].map((client_id) => keys.sign({ client_id })));
    const verified = await Promise.all(tokens.map((token) => verify(token)));
    expect(verified.map(({ clientId }) => clientId)).toEqual(['a', 'b', 'c']);
    for (const kid of ['x', 'y', 'z']) {
      await expect(verify(await keys.sign({}, { kid }))).rejects.toMatchObject({ reason: 'BAD_SIGNATURE' });
    }
    expect(asked).toBe(1);
  });

  it('says that nothing is known of a token while the keys cannot be had', async () => {
    answer = () => ({ status: 500, body: 'no' });
    const verify = cognitoVerifier({ issuer, jwksUrl, clock });
    await expect(verify(await keys.sign())).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
  });

  it.each([
    { issuer: '' },
    { issuer: 'eu-west-1_AbCdEfGhI' },
    { issuer: 'http://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI' },
    { issuer: `${issuer}/` },
  ])('refuses the issuer of $issuer', (options) => {
    expect(() => cognitoVerifier({ ...options, clock })).toThrow(/STARLING_ISSUER is ".*", but takes/);
  });

  it.each(['', 'keys.json', 'file:///etc/passwd'])('refuses keys at %j', (bad) => {
    expect(() => cognitoVerifier({ issuer, jwksUrl: bad, clock })).toThrow(/STARLING_JWKS_URL is ".*", but takes/);
  });
});
