import { hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '#shared/ports/clock.ts';
import type { AwsCredentials } from '#shared/security/aws-credentials.ts';
import { type Claim, type Headers, readClaim } from './claim.ts';
import { invalidSignature, mismatch, unknownKey } from './errors.ts';
import { Signer } from './signer.ts';

/**
 * Milliseconds by which the clocks of client and mesh may differ, as on AWS. The limit stops an attacker who captured a
 * request from sending it later.
 */
const SKEW = 15 * 60_000;

/** A request as it was received, without its body. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, as received. */
  readonly url: string;
  /** The keys are lower-case names. With HTTP/2 they include `:authority`. */
  readonly headers: Headers;
}

/** Verifies signatures (version 4) of requests to one service: it signs each request again with the mesh's keys. */
export class SignatureVerifier {
  readonly #credentials: AwsCredentials;
  readonly #region: string;
  readonly #service: string;
  readonly #clock: Clock;
  readonly #signer: Signer;

  constructor(options: {
    readonly credentials: AwsCredentials;
    readonly region: string;
    /** The service's name in the scope of a signature: `events`. */
    readonly service: string;
    readonly clock: Clock;
  }) {
    const { credentials, region, service, clock } = options;
    this.#credentials = credentials;
    this.#region = region;
    this.#service = service;
    this.#clock = clock;
    this.#signer = new Signer({ credentials, region, service });
  }

  /**
   * Makes all checks that need no body. So the server reads no body from a client that does not know the key's id.
   *
   * @throws ServiceError
   */
  claim(headers: Headers): Claim {
    const claim = readClaim(headers);
    // Only AWS issues session keys. For example, the client's shell still has AWS_SESSION_TOKEN set.
    if (claim.accessKeyId !== this.#credentials.accessKeyId || headers['x-amz-security-token'] !== undefined) {
      throw unknownKey();
    }
    if (claim.region !== this.#region) {
      throw invalidSignature(`Credential should be scoped to a valid region: ${this.#region}, not '${claim.region}'.`);
    }
    if (claim.service !== this.#service) {
      throw invalidSignature(`Credential should be scoped to correct service: '${this.#service}'.`);
    }
    if (claim.scopeDate !== claim.longDate.slice(0, 8)) {
      throw invalidSignature('Date in Credential scope does not match that of X-Amz-Date.');
    }
    this.#checkDate(claim);
    checkSigned(claim, headers);
    return claim;
  }

  /** @throws ServiceError */
  async verify(claim: Claim, { method, url, headers }: SignedRequest, body: Uint8Array): Promise<void> {
    const digest = hash('sha256', body, 'hex');
    const claimed = headers['x-amz-content-sha256'];
    if (claimed !== undefined && claimed !== digest) throw mismatch();
    const expected = await this.#signer.signature(
      { method, protocol: 'http:', hostname: '', ...pathAndQuery(url), headers: headersOf(claim, headers) },
      new Set(claim.signedHeaders),
      claim.longDate,
      digest,
    );
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature))) throw mismatch();
  }

  #checkDate({ date, longDate }: Claim): void {
    const now = this.#clock.now();
    const text = (time: number) => `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    if (date < now - SKEW) {
      throw invalidSignature(
        `Signature expired: ${longDate} is now earlier than ${text(now - SKEW)} (${text(now)} - 15 min.)`,
      );
    }
    if (date > now + SKEW) {
      throw invalidSignature(
        `Signature not yet current: ${longDate} is still later than ${text(now + SKEW)} (${text(now)} + 15 min.)`,
      );
    }
  }
}

/** Requires signatures on the host and every `x-amz-` header, such as the operation: an attacker could change them. */
function checkSigned({ signedHeaders }: Claim, headers: Headers): void {
  const signed = new Set(signedHeaders);
  const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signed.has(name));
  if (!signed.has('host') && !signed.has(':authority')) unsigned.push('host');
  if (unsigned.length > 0) {
    throw invalidSignature(`The signature must include these headers: ${unsigned.join(', ')}.`);
  }
}

/** The headers that the client lists as signed. When a listed header is absent, the signatures differ. */
function headersOf({ signedHeaders }: Claim, headers: Headers): Record<string, string> {
  const signed: Record<string, string> = {};
  for (const name of signedHeaders) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (value !== undefined) signed[name] = typeof value === 'string' ? value : value.join(',');
  }
  return signed;
}

function pathAndQuery(url: string): { path: string; query: Record<string, string | string[]> } {
  const [path = '/', search = ''] = url.split(/\?(.*)/s, 2);
  // It has no prototype. Otherwise a parameter such as `constructor` would find a value there.
  const query: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(search)) {
    query[name] ??= [];
    query[name].push(value);
  }
  return { path, query };
}
