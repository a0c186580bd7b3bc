import type { NodeHttpHandlerOptions } from '@smithy/node-http-handler';

/** Where AWS is. Credentials come from the SDK's default chain (environment, profile, the function's or container's role). */
export interface AwsOptions {
  readonly region: string;
  /** An emulator or a private endpoint, for every service alike; by default AWS's own of the region. */
  readonly endpoint?: string;
  /** In place of the default chain: for tests. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Milliseconds. A connection within a region takes some 10 ms: who does not get one gets it from another address. */
const CONNECTION_TIMEOUT = 1_000;
/** Milliseconds of one attempt. These services answer in tens; a lost answer must not use up the caller's 25 s of wait. */
const REQUEST_TIMEOUT = 5_000;
/** With the SDK's backoff and its retry quota, which keeps retries from adding to an outage. */
const MAX_ATTEMPTS = 4;

/** HTTP settings of a client; `extra` milliseconds are added to the request's time, for a call that waits on purpose. */
export function http(extra = 0): NodeHttpHandlerOptions {
  return {
    connectionTimeout: CONNECTION_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT + extra,
    // Without it the SDK only warns of a request that takes too long.
    throwOnRequestTimeout: true,
  };
}

/** What every client is made with. */
export function clientConfig({ region, endpoint, credentials }: AwsOptions) {
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    retryMode: 'standard',
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: http(),
  };
}
