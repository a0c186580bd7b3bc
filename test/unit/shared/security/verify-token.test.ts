import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { KeysUnavailableError, TokenError } from '#shared/security/token-error.ts';
import { createTokenVerifier, type TokenVerifier } from '#shared/security/verify-token.ts';
import { createTestIssuer, TestClock, type TestIssuer } from '#test/support/fixtures.ts';

let clock: TestClock;
let trusted: TestIssuer;
let verify: TokenVerifier;

beforeEach(async () => {
  clock = new TestClock();
  trusted = await createTestIssuer(clock);
  verify = createTokenVerifier({ issuer: trusted.issuer, jwks: trusted.jwks, clock });
});

async function reasonOf(token: string | Promise<string>, by = verify): Promise<string> {
  const error: unknown = await by(await token).then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TokenError)) throw new Error('no TokenError', { cause: error });
  expect(error.code).toBe('invalid_token');
  return error.reason;
}

describe('a good token', () => {
  it('says whose it is, with the scopes of Starling only', async () => {
    const token = await trusted.sign({ scope: 'starling/agents:invoke other/admin  starling/gateway:admin' });
    expect(await verify(token)).toEqual({
      clientId: 'app',
      scopes: ['starling/agents:invoke', 'starling/gateway:admin'],
      expiresAt: clock.now() + 3_600_000,
    });
  });

  it.each([undefined, 'starling', ['other', 'starling']])('may have the audience %j', async (aud) => {
    const token = await trusted.sign(aud === undefined ? {} : { aud });
    expect((await verify(token)).clientId).toBe('app');
  });

  it.each([undefined, ''])('may have the scope %j, which gives it none', async (scope) => {
    expect((await verify(await trusted.sign({ scope }))).scopes).toEqual([]);
  });
});

describe('a bad token', () => {
  const claims: [string, Record<string, unknown>, string][] = [
    ['has expired', { exp: 1 }, 'EXPIRED'],
    ['never expires', { exp: undefined }, 'MALFORMED'],
    ['expires in words', { exp: 'tomorrow' }, 'MALFORMED'],
    ['is not valid yet', { nbf: 9_999_999_999 }, 'NOT_YET_VALID'],
    ['comes from another issuer', { iss: 'https://issuer.example.evil' }, 'WRONG_ISSUER'],
    ['comes from an issuer with a slash more', { iss: 'https://issuer.example/' }, 'WRONG_ISSUER'],
    ['comes from nobody', { iss: undefined }, 'WRONG_ISSUER'],
    ['is for another audience', { aud: 'other' }, 'WRONG_AUDIENCE'],
    ['is for other audiences', { aud: ['other', 'starling2'] }, 'WRONG_AUDIENCE'],
    ['is for no audience', { aud: [] }, 'WRONG_AUDIENCE'],
    ['has only scopes of another resource server', { scope: 'other/agents:invoke starlings/x' }, 'WRONG_AUDIENCE'],
    ['has only bare scopes', { scope: 'agents:invoke' }, 'WRONG_AUDIENCE'],
    ['is an id token', { token_use: 'id', client_id: undefined, aud: 'app' }, 'NOT_AN_ACCESS_TOKEN'],
    ['does not say its use', { token_use: undefined }, 'NOT_AN_ACCESS_TOKEN'],
    ['has no client', { client_id: undefined }, 'MALFORMED'],
    ['has an empty client', { client_id: '' }, 'MALFORMED'],
    ['has a list for its client', { client_id: ['app'] }, 'MALFORMED'],
    ['has a list of scopes', { scope: ['starling/agents:invoke'] }, 'MALFORMED'],
  ];
  it.each(claims)('%s', async (_what, wrong, reason) => {
    expect(await reasonOf(trusted.sign(wrong))).toBe(reason);
  });

  it('is forged: signed by another key under the id of ours', async () => {
    const forger = await createTestIssuer(clock, trusted.issuer);
    expect(await reasonOf(forger.sign())).toBe('BAD_SIGNATURE');
  });

  it('is changed after it was signed', async () => {
    const [header, , signature] = (await trusted.sign({ scope: 'starling/echo:invoke' })).split('.');
    const [, payload] = (await trusted.sign({ scope: 'starling/gateway:admin' })).split('.');
    expect(await reasonOf(`${header}.${payload}.${signature}`)).toBe('BAD_SIGNATURE');
  });

  it('names a key that the issuer does not have', async () => {
    expect(await reasonOf(trusted.sign({}, { kid: 'two' }))).toBe('BAD_SIGNATURE');
  });

  it('brings its own key', async () => {
    const forger = await createTestIssuer(clock, trusted.issuer);
    const [jwk] = forger.jwks.keys;
    const header = { kid: 'theirs', ...(jwk && { jwk }), jku: 'https://evil.example/jwks' };
    expect(await reasonOf(forger.sign({}, header))).toBe('BAD_SIGNATURE');
  });

  it.each(['none', 'None', 'NONE', 'nOnE'])('has the algorithm %s', async (alg) => {
    const claims = { iss: trusted.issuer, client_id: 'app', token_use: 'access', scope: 'starling/gateway:admin' };
    const exp = Math.floor(clock.now() / 1_000) + 60;
    const [, payload] = new UnsecuredJWT({ ...claims, exp }).encode().split('.');
    const header = Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url');
    expect(await reasonOf(`${header}.${payload}.`)).toBe('ALGORITHM');
  });

  it('is signed by HS256 with the public key for its secret', async () => {
    const [jwk] = trusted.jwks.keys;
    if (!jwk) throw new Error('no key');
    const publicKey = await importJWK(jwk, 'RS256', { extractable: true });
    if (publicKey instanceof Uint8Array) throw new Error('no public key');
    const exp = Math.floor(clock.now() / 1_000) + 60;
    const claims = { iss: trusted.issuer, client_id: 'app', token_use: 'access', scope: 'starling/gateway:admin', exp };
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(jwk), jwk.n ?? '']) {
      const header = { alg: 'HS256', kid: 'one' };
      const token = await new SignJWT(claims).setProtectedHeader(header).sign(Buffer.from(secret));
      expect(await reasonOf(token)).toBe('ALGORITHM');
    }
  });

  it('asks for an extension that nobody here understands', async () => {
    const [, payload, signature] = (await trusted.sign()).split('.');
    const header = { alg: 'RS256', kid: 'one', crit: ['exp2'], exp2: 1 };
    const token = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`;
    expect(await reasonOf(token)).toBe('MALFORMED');
  });

  it('spells a good signature in another way', async () => {
    const token = await trusted.sign();
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = token.slice(0, -1) + letters[letters.indexOf(token.slice(-1)) + 1];
    const [ours, theirs] = [token, twin].map((text) => Buffer.from(text.split('.')[2] ?? '', 'base64url'));
    expect(theirs).toEqual(ours);
    expect(await reasonOf(twin)).toBe('MALFORMED');
    expect(await reasonOf(`${token}==`)).toBe('MALFORMED');
  });

  it('is huge', async () => {
    expect(await reasonOf(trusted.sign({ padding: 'x'.repeat(10_000) }))).toBe('MALFORMED');
    expect(await reasonOf('x'.repeat(5_000_000))).toBe('MALFORMED');
  });

  it('is not a token at all: it is refused, and is never our own failure', async () => {
    const good = await trusted.sign();
    const broken = fc
      .tuple(fc.nat(good.length), fc.nat(8), fc.string({ maxLength: 8 }))
      .map(([at, count, text]) => good.slice(0, at) + text + good.slice(at + count))
      .filter((token) => token !== good);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String(), broken), async (token) => {
        await expect(verify(token)).rejects.toBeInstanceOf(TokenError);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the cache', () => {
  it('does not keep a token alive past its end', async () => {
    const token = await trusted.sign();
    await verify(token);
    clock.advance(3_599);
    expect((await verify(token)).clientId).toBe('app');
    clock.advance(1);
    expect(await reasonOf(token)).toBe('EXPIRED');
    expect(await reasonOf(token)).toBe('EXPIRED');
  });

  it('answers the same for a token that it has forgotten', async () => {
    const small = createTokenVerifier({ issuer: trusted.issuer, jwks: trusted.jwks, clock, cacheSize: 2 });
    const tokens = await Promise.all(['a', 'b', 'c', 'd'].map((client_id) => trusted.sign({ client_id })));
    for (let round = 0; round < 3; round++) {
      const clients = await Promise.all(tokens.map(small));
      expect(clients.map(({ clientId }) => clientId)).toEqual(['a', 'b', 'c', 'd']);
    }
  });

  it('takes no token for another that differs by a letter', async () => {
    const token = await trusted.sign();
    await verify(token);
    const changed = token.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'));
    expect(['BAD_SIGNATURE', 'MALFORMED']).toContain(await reasonOf(changed));
  });
});

describe('keys at a URL', () => {
  it('are fetched once for all who wait, and not again for every unknown key', async () => {
    let fetched = 0;
    const server = createServer((_request, response) => {
      fetched++;
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(trusted.jwks));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const remote = createTokenVerifier({ issuer: trusted.issuer, jwks: new URL(`http://127.0.0.1:${port}/`), clock });
      const tokens = await Promise.all(Array.from({ length: 10 }, (_, i) => trusted.sign({ jti: `${i}` })));
      await Promise.all(tokens.map(remote));
      expect(fetched).toBe(1);
      const unknown = await Promise.all(
        Array.from({ length: 10 }, (_, i) => trusted.sign({}, { kid: `unknown ${i}` })),
      );
      for (const token of unknown) expect(await reasonOf(token, remote)).toBe('BAD_SIGNATURE');
      expect(fetched).toBe(1);
    } finally {
      server.close();
    }
  });

  it('that cannot be had are no verdict on the token', async () => {
    const server = createServer((_request, response) => response.writeHead(500).end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const remote = createTokenVerifier({ issuer: trusted.issuer, jwks: new URL(`http://127.0.0.1:${port}/`), clock });
      await expect(remote(await trusted.sign())).rejects.toBeInstanceOf(KeysUnavailableError);
    } finally {
      server.close();
    }
  });
});

it.each([[[]], [['none']], [['RS256', 'HS256']], [['rs256']]])('refuses to accept the algorithms %j', (algorithms) => {
  const make = () => createTokenVerifier({ issuer: trusted.issuer, jwks: trusted.jwks, clock, algorithms });
  expect(make).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
});
