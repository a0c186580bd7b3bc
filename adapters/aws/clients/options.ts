import type { NodeHttpHandlerOptions } from '@smithy/node-http-handler';

/** Where AWS is. Credentials come from the SDK's default chain (environment, profile, the function's or container's role). */
export interface AwsOptions {
  readonly region: string;
  /** An emulator or a private endpoint, for every service alike; by default AWS's own of the region. */
  readonly endpoint?: string;
  /** Multiplies the timeouts, for an emulator on a busy machine. 1 by default. */
  readonly patience?: number;
  /** In place of the default chain: for tests. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A connection within a region takes some 10 ms. A client that gets none tries another address. */
const CONNECTION_TIMEOUT_MS = 1_000;
/**
 * One attempt takes at most this time. These services answer within some 10 ms. With the backoff, four attempts without an
 * answer take some 7 s of the 25 s that a caller waits.
 */
const REQUEST_TIMEOUT_MS = 1_500;
/** The SDK waits longer before each attempt. Its retry quota keeps retries from adding to an outage. */
const MAX_ATTEMPTS = 4;

/** HTTP settings of a client. `extraMs` adds to the request's time, for a call that waits on purpose. */
export function http({ patience = 1 }: Pick<AwsOptions, 'patience'>, extraMs = 0): NodeHttpHandlerOptions {
  return {
    connectionTimeout: CONNECTION_TIMEOUT_MS * patience,
    requestTimeout: REQUEST_TIMEOUT_MS * patience + extraMs,
    // Without it the SDK only warns of a request that takes too long.
    throwOnRequestTimeout: true,
  };
}

/** What every client is made with. */
export function clientConfig(options: AwsOptions) {
  const { region, endpoint, credentials } = options;
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    retryMode: 'standard',
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: http(options),
  };
}
