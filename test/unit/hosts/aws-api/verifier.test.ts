import { createHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sha256 } from '#hosts/aws-api/signature/sha256.ts';
import { SignatureVerifier } from '#hosts/aws-api/signature/verifier.ts';
import { TestClock } from '#test/support/fixtures.ts';

/** Of AWS's documentation: no account's. */
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};

interface Signing {
  readonly body?: string;
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly service?: string;
  readonly region?: string;
}

async function sign(
  clock: TestClock,
  { body = '{}', url = '/', headers = {}, service = 'events', region = 'us-east-1' }: Signing = {},
) {
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const { pathname, searchParams } = new URL(url, 'http://mesh');
  const query: Record<string, string[]> = {};
  for (const name of searchParams.keys()) query[name] = searchParams.getAll(name);
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: 'mesh',
      path: pathname,
      query,
      headers: { host: 'mesh:4280', 'x-amz-target': 'AWSEvents.PutEvents', ...headers },
      body,
    },
    { signingDate: new Date(clock.now()) },
  );
  return signed.headers;
}

describe('SignatureVerifier', () => {
  const clock = new TestClock();
  const verifier = new SignatureVerifier({ credentials, region: 'us-east-1', service: 'events', clock });
  const verify = async (headers: Record<string, string>, body = '{}', url = '/') => {
    const claim = verifier.claim(headers);
    await verifier.verify(claim, { method: 'POST', url, headers }, Buffer.from(body));
  };
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'taken',
      (error: { code?: string }) => error.code,
    );

  it('agrees with a request signed by hand', async () => {
    // "get-vanilla" of AWS's test suite for Signature Version 4, with the service it uses.
    const now = Date.UTC(2015, 7, 30, 12, 36, 0);
    const vanilla = new SignatureVerifier({
      credentials,
      region: 'us-east-1',
      service: 'service',
      clock: { now: () => now },
    });
    const headers = {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    };
    const request = { method: 'GET', url: '/', headers };
    await vanilla.verify(vanilla.claim(headers), request, Buffer.alloc(0));
    const other = vanilla.verify(vanilla.claim(headers), { ...request, method: 'POST' }, Buffer.alloc(0));
    expect(await code(other)).toBe('InvalidSignatureException');
  });

  it('takes what the SDK signs, whatever the body, the path and the query', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const part = fc.constantFrom('a', 'ü', '%2F', '+', ' ', 'a/b', '=');
    // Names of Object.prototype are names like any other.
    const name = fc.constantFrom('q', 'constructor', 'toString');
    await fc.assert(
      fc.asyncProperty(text, part, name, part, async (body, path, key, value) => {
        const url = `/${encodeURIComponent(path)}?${key}=${encodeURIComponent(value)}&empty=`;
        await verify(await sign(clock, { body, url }), body, url);
      }),
      { numRuns: 50 },
    );
  });

  it('takes spaces in headers as the canonical form has them, and headers that proxies add', async () => {
    const headers = await sign(clock, { headers: { 'x-amz-note': 'one two' } });
    await verify({ ...headers, 'x-amz-note': '  one   two ', 'x-forwarded-for': '10.0.0.1' });
  });

  it('goes from day to day, and back around midnight', async () => {
    for (const hours of [24, 24, -24]) {
      clock.advance(hours * 3600);
      await verify(await sign(clock));
    }
    clock.advance(-24 * 3600);
  });

  it.each<[string, (headers: Record<string, string>) => Record<string, string>]>([
    ['a header that was signed is changed', (headers) => ({ ...headers, host: 'elsewhere' })],
    ['a header that was signed is gone', ({ 'x-amz-target': _gone, ...headers }) => headers],
    [
      'the operation is not signed',
      (headers) => ({ ...headers, authorization: headers.authorization?.replace(';x-amz-target', '') ?? '' }),
    ],
    ['an amz header was added', (headers) => ({ ...headers, 'x-amz-added': '1' })],
    [
      'the host is not signed',
      (headers) => ({ ...headers, authorization: headers.authorization?.replace('=host;', '=') ?? '' }),
    ],
    [
      'the date is another',
      (headers) => ({ ...headers, 'x-amz-date': headers['x-amz-date']?.replace(/\dZ$/, 'Z').replace('Z', '9Z') ?? '' }),
    ],
    [
      'the scope is of another day',
      (headers) => ({ ...headers, authorization: headers.authorization?.replace('/2025', '/2024') ?? '' }),
    ],
    [
      'the signature is another',
      (headers) => ({ ...headers, authorization: headers.authorization?.replace(/.{4}$/, '0000') ?? '' }),
    ],
    [
      'the hash of the body is claimed, not right',
      (headers) => ({ ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }),
    ],
  ])('refuses when %s', async (_what, spoil) => {
    const spoilt = spoil(await sign(clock));
    expect(await code(verify(spoilt))).toBe('InvalidSignatureException');
  });

  it('refuses a query that was added, whatever its name', async () => {
    const headers = await sign(clock);
    for (const url of ['/?a=1', '/?constructor=1', '/?__proto__=1']) {
      expect(await code(verify(headers, '{}', url))).toBe('InvalidSignatureException');
    }
  });

  it('refuses another body, also where the hash of the right one is claimed', async () => {
    const headers = await sign(clock);
    expect(await code(verify(headers, '{ }'))).toBe('InvalidSignatureException');
    const hash = createHash('sha256').update('{ }').digest('hex');
    expect(await code(verify({ ...headers, 'x-amz-content-sha256': hash }, '{ }'))).toBe('InvalidSignatureException');
  });

  it.each([
    ['service', { service: 'sqs' }, /correct service: 'events'/],
    ['region', { region: 'eu-west-1' }, /valid region: us-east-1/],
  ])('refuses the scope of another %s, and says so', async (_what, scope, message) => {
    const headers = await sign(clock, scope);
    await expect(verify(headers)).rejects.toMatchObject({
      code: 'InvalidSignatureException',
      message: expect.stringMatching(message),
    });
  });

  it('takes a request for 15 minutes, and one from a clock that is 15 minutes ahead', async () => {
    const headers = await sign(clock);
    clock.advance(15 * 60);
    await verify(headers);
    clock.advance(1);
    expect(await code(verify(headers))).toBe('InvalidSignatureException');
    clock.advance(-30 * 60 - 1);
    await verify(headers);
    clock.advance(-1);
    expect(await code(verify(headers))).toBe('InvalidSignatureException');
    clock.advance(15 * 60 + 1);
  });

  it.each<[string, Record<string, string>, string]>([
    ['nothing', {}, 'MissingAuthenticationTokenException'],
    ['a token', { authorization: 'Bearer x' }, 'IncompleteSignatureException'],
    [
      'no credential',
      { authorization: `AWS4-HMAC-SHA256 SignedHeaders=host, Signature=${'0'.repeat(64)}` },
      'IncompleteSignatureException',
    ],
    [
      'half a credential',
      {
        authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250101, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      },
      'IncompleteSignatureException',
    ],
    [
      'a signature that is none',
      {
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250101/us-east-1/events/aws4_request, SignedHeaders=host, Signature=x',
      },
      'IncompleteSignatureException',
    ],
    [
      'no date',
      {
        authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250101/us-east-1/events/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      },
      'IncompleteSignatureException',
    ],
    [
      'a key of somebody else',
      {
        authorization: `AWS4-HMAC-SHA256 Credential=AKIAOTHER/20250101/us-east-1/events/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
        'x-amz-date': '20250101T000000Z',
      },
      'UnrecognizedClientException',
    ],
  ])('says what it lacks of a request with %s', async (_what, headers, expected) => {
    expect(await code(verify(headers))).toBe(expected);
  });
});
