import type { NodeHttpHandlerOptions } from '@smithy/node-http-handler';

/**
 * The address of AWS. The credentials come from the default chain of the SDK (environment, profile, the role of the
 * function or container).
 */
export interface AwsOptions {
  readonly region: string;
  /** The endpoint of all services: an emulator or a private endpoint. Default: the endpoints of the region. */
  readonly endpoint?: string;
  /** The factor of all timeouts, for an emulator on a busy machine. Default: 1. */
  readonly patience?: number;
  /** Replaces the default chain in tests. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A connection within a region takes about 10 ms. After the timeout, the client tries another address. */
const CONNECTION_TIMEOUT_MS = 1_000;
/**
 * One attempt takes at most this time. These services answer within some 10 ms. With the backoff, four attempts without an
 * answer take some 7 s of the 25 s that a caller waits.
 */
const REQUEST_TIMEOUT_MS = 1_500;
/** The SDK waits longer before each attempt. Its retry quota keeps retries from adding to an outage. */
const MAX_ATTEMPTS = 4;

/** The HTTP settings of a client. `extraMs` extends the timeout of requests that wait on purpose. */
export function http({ patience = 1 }: Pick<AwsOptions, 'patience'>, extraMs = 0): NodeHttpHandlerOptions {
  return {
    connectionTimeout: CONNECTION_TIMEOUT_MS * patience,
    requestTimeout: REQUEST_TIMEOUT_MS * patience + extraMs,
    // Without this, the SDK only warns of a request that takes too long.
    throwOnRequestTimeout: true,
  };
}

/** The settings of every client. */
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
