import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactFields, redactText } from '#shared/telemetry/redact.ts';
import { REDACTED } from '#shared/telemetry/secret-forms.ts';

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhcHAifQ.c2lnbmF0dXJl';

describe('redactText', () => {
  it.each([
    [`token ${jwt} refused`, `token ${REDACTED} refused`],
    [`Authorization: Bearer abcdefghijklmnopqrstuvwx`, `Authorization: Bearer ${REDACTED}`],
    [`basic YWJjOmRlZmdoaWprbG1ub3A=`, `basic ${REDACTED}`],
    [
      'grant_type=client_credentials&client_secret=hush&x=1',
      `grant_type=client_credentials&client_secret=${REDACTED}&x=1`,
    ],
    ['GET https://user:hush@example.com/a?b=1', `GET https://${REDACTED}@example.com/a?b=1`],
    [
      'failed with x-amz-security-token=hush, sessionToken=hush',
      `failed with x-amz-security-token=${REDACTED} sessionToken=${REDACTED}`,
    ],
    ['{"accessToken":"hush"}', `{"accessToken":"${REDACTED}"}`],
    ['https://example.com/a?sig=hush&b=1', `https://example.com/a?sig=${REDACTED}&b=1`],
    ['{"client_secret": "hu\\"sh", "a": 1}', `{"client_secret": "${REDACTED}", "a": 1}`],
    ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- after', `${REDACTED} after`],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc', REDACTED],
    ['-----BEGIN PGP PRIVATE KEY BLOCK-----\nhush', REDACTED],
    ['Authorization: Basic YTpi\nHost: a', `Authorization: Basic ${REDACTED}\nHost: a`],
    ['Cookie: sid=hush; theme=hush\nHost: a', `Cookie: ${REDACTED}\nHost: a`],
    ['x-api-key: hush', `x-api-key: ${REDACTED}`],
    ['refresh_token:hush', `refresh_token:${REDACTED}`],
    ['secretAccessKey=hush', `secretAccessKey=${REDACTED}`],
    ['aws_secret_access_key = hush', `aws_secret_access_key = ${REDACTED}`],
    ['password="hush hush" a=1', `password="${REDACTED}" a=1`],
    ['pwd=hush', `pwd=${REDACTED}`],
    ['--client-secret hush --url a', `--client-secret ${REDACTED} --url a`],
    ['{"secretAccessKey":"hush","a":1}', `{"secretAccessKey":"${REDACTED}","a":1}`],
    ['{"authorization":"token hush"}', `{"authorization":"${REDACTED}"}`],
    ['{"password":1234,"credentials":["hush"]}', `{"password":${REDACTED},"credentials":${REDACTED}}`],
    ["{ apiKey: 'hush', a: 1 }", `{ apiKey: '${REDACTED}', a: 1 }`],
    ["{'password': 'hush'}", `{'password': '${REDACTED}'}`],
    [
      JSON.stringify(JSON.stringify({ client_secret: 'hu"sh', a: 1 })),
      JSON.stringify(JSON.stringify({ client_secret: REDACTED, a: 1 })),
    ],
    ['next=https%3A%2F%2Fx%3Faccess_token%3Dhush%26a', `next=https%3A%2F%2Fx%3Faccess_token%3D${REDACTED}%26a`],
    ['postgres://user:p@hush@host/db', `postgres://${REDACTED}@host/db`],
    ['postgres://user:p/hush@host/db', `postgres://${REDACTED}@host/db`],
    ['{"kty":"oct","k":"hushhushhushhush"}', `{"kty":"oct","k":"${REDACTED}"}`],
    ['https://example.com/?key=hush&b=1', `https://example.com/?key=${REDACTED}&b=1`],
    ['<Password>hush</Password>', `<Password>${REDACTED}</Password>`],
    [`refused ${Buffer.from('{"client_secret":"hush"}').toString('base64')}`, `refused ${REDACTED}`],
    [`used ghp_${'a1'.repeat(18)}`, `used ${REDACTED}`],
    [`used sk-ant-${'a1'.repeat(18)}`, `used ${REDACTED}`],
  ])('takes the secret out of %j', (text, safe) => {
    expect(redactText(text)).toBe(safe);
  });

  it.each([
    'Unexpected token < in JSON at position 0',
    'Basic arithmetic is what the bearer of this can do',
    'the keys eyJ and a.b.c',
    'a@example.com wrote to https://example.com/@user',
    '0198c5c6-7d1c-7b3a-8f00-000000000001',
    'Unexpected token: <',
    'invalid token: the token has expired',
    'arn:aws:secretsmanager:us-east-1:000000000000:secret:starling',
    'GET http://127.0.0.1:4280/@user',
    'task-0198c5c6-7d1c-7b3a-8f00-000000000001',
    '{"maxTokens":512,"keys":3}',
  ])('leaves %j as it is', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('shows no part of a secret in the last characters that a line has left', () => {
    const text = `https://user:${'hush'.repeat(50)}@example.com`;
    expect(redactText(text, 20)).toBe('https://[redacted]@e…');
  });

  it('bounds the length and shows nothing of a secret at the cut', () => {
    const text = redactText(`${'x'.repeat(1_990)} ${jwt} ${'y'.repeat(100_000)}`);
    expect(text.length).toBeLessThanOrEqual(2_001);
    expect(text).toMatch(/…$/);
    expect(text).not.toContain('eyJ');
  });
});

describe('redactFields', () => {
  it.each([
    'authorization',
    'Proxy-Authorization',
    'accessToken',
    'access_token',
    'token',
    'tokens',
    'secret',
    'clientSecret',
    'client_secret',
    'secretAccessKey',
    'AWS_SESSION_TOKEN',
    'password',
    'passphrase',
    'cookie',
    'Set-Cookie',
    'x-api-key',
    'privateKey',
    'signing_key',
    'keyMaterial',
    'credentials',
    'jwt',
    'auth',
    'pwd',
    'passcode',
    'X-Amz-Signature',
    'sig',
    'subscription-key',
    'accessKeys',
    'sharedKey',
    'tokenValue',
    'token2',
    'id_token_hint',
    'codeVerifier',
    'connectionString',
    'csrf',
  ])('hides what is called %s, on top and below', (name) => {
    const fields = { [name]: 'hush', inner: [{ [name]: { value: 'hush' } }] };
    expect(redactFields(fields)).toEqual({ [name]: REDACTED, inner: [{ [name]: REDACTED }] });
  });

  it.each<[string, Record<string, unknown>]>([
    ['raw headers', { headers: ['Host', 'a', 'Authorization', 'hush'] }],
    ['pairs', { headers: [['cookie', 'hush']] }],
    ['arguments', { args: ['--client-secret', 'hush'] }],
    ['names with values', { env: [{ name: 'password', value: 'hush' }] }],
    ['tags', { tags: [{ Key: 'client_secret', Value: 'hush' }] }],
    ['the name of a member', { cache: { 'Bearer hushhushhushhushhush': 1 } }],
    ['the code of an error', { error: Object.assign(new Error('a'), { code: 'password=hush' }) }],
  ])('hides the secret in %s', (_, fields) => {
    expect(JSON.stringify(redactFields(fields))).not.toContain('hush');
  });

  it('bounds the code of an error', () => {
    const { error } = redactFields({ error: Object.assign(new Error('a'), { code: 'x'.repeat(100_000) }) });
    expect(error).toMatchObject({ code: `${'x'.repeat(100)}…` });
  });

  it('shows what only sounds like it', () => {
    const fields = {
      maxTokens: 512,
      hasToken: true,
      token_use: 'access',
      accessKeyId: 'AKIA',
      kid: 'k1',
      secret: undefined,
    };
    expect(redactFields(fields)).toEqual(fields);
  });

  it('hides the private members of a JSON Web Key and the bytes of any key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { d, ...shown } = privateKey.export({ format: 'jwk' });
    const safe = redactFields({ found: { d, ...shown }, bytes: Buffer.from('hush'), pair: privateKey });
    expect(safe).toEqual({ found: { ...shown, d: REDACTED }, bytes: '[4 bytes]', pair: {} });
  });

  it('gives an error as name, message, code, stack and cause, without what hangs on it', () => {
    const cause = Object.assign(new TypeError('no route'), { code: 'ENOENT' });
    const error = Object.assign(new Error(`refused ${jwt}`, { cause }), {
      code: 'REFUSED',
      $response: { body: 'payload' },
    });
    const safe = redactFields({ error });
    expect(safe.error).toEqual({
      name: 'Error',
      message: `refused ${REDACTED}`,
      code: 'REFUSED',
      stack: expect.stringContaining('redact.test.ts'),
      cause: { name: 'TypeError', message: 'no route', code: 'ENOENT', stack: expect.any(String) },
    });
    expect(JSON.stringify(safe)).not.toContain('eyJ');
  });

  it('tells what an aggregate is made of', () => {
    const safe = redactFields({ error: new AggregateError([new Error('::1 refused'), 'other']) });
    expect(safe.error).toMatchObject({ name: 'AggregateError', errors: [{ message: '::1 refused' }, 'other'] });
  });

  it('ends where causes form a ring', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(JSON.stringify(redactFields({ error })).length).toBeLessThan(20_000);
  });

  it('takes what JSON does not, and what throws', () => {
    const fields = {
      big: 12n,
      nan: Number.NaN,
      date: new Date(0),
      url: new URL('https://user:hush@example.com/'),
      map: new Map([['a', 1]]),
      call: () => {},
      thrown: 'text',
      get broken(): string {
        throw new Error('no');
      },
    };
    expect(redactFields(fields)).toEqual({
      big: '12',
      nan: 'NaN',
      date: '1970-01-01T00:00:00.000Z',
      url: `https://${REDACTED}@example.com/`,
      map: '[1 entries]',
      call: '[function]',
      thrown: 'text',
      broken: '[unreadable]',
    });
  });

  it('bounds depth, width and size', () => {
    const ring: Record<string, unknown> = { text: 'x'.repeat(10_000) };
    for (let i = 0; i < 100; i++) ring[`self${i}`] = ring;
    const list = Array.from({ length: 100_000 }, () => ({ a: [1] }));
    expect(JSON.stringify(redactFields({ ring, list })).length).toBeLessThan(60_000);
    expect(redactFields({ list })).toEqual({ list: [...Array(20).fill({ a: [1] }), '… 99980 more'] });
    const deep = JSON.parse(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`) as Record<string, unknown>;
    expect(JSON.stringify(redactFields(deep))).toBe('{"a":{"a":{"a":{"a":{"a":{"a":"…"}}}}}}');
  });

  it('never shows a secret, wherever it is, and its result is plain JSON', () => {
    const anything = fc.object({ maxDepth: 4, withBigInt: true, withDate: true, withMap: true, withTypedArray: true });
    fc.assert(
      fc.property(anything, fc.constantFrom('password', 'Authorization', 'refresh_token'), (value, name) => {
        const safe = redactFields({ value, inner: [{ ...value, [name]: 'hush-hush' }], text: `${jwt} in ${name}` });
        const json = JSON.stringify(safe);
        expect(json).not.toContain('hush-hush');
        expect(json).not.toContain(jwt);
      }),
    );
  });
});
