import { messageOf, StarlingError } from '#shared/errors.ts';

/** The request to AWS, for the person who reads the error. */
export interface AwsCall {
  /** The action as IAM policies write it: `events:PutEvents`. */
  readonly action: string;
  /** The resource in words: `the bus starling-dev`. */
  readonly resource: string;
}

export type AwsErrorCode =
  | 'AWS_NO_CREDENTIALS'
  | 'AWS_CREDENTIALS_EXPIRED'
  | 'AWS_CREDENTIALS_REFUSED'
  | 'AWS_CLOCK'
  | 'AWS_WRONG_REGION'
  | 'AWS_NOT_FOUND'
  | 'AWS_NAME_TAKEN'
  | 'AWS_ACCESS_DENIED'
  | 'AWS_THROTTLED'
  | 'AWS_UNREACHABLE'
  | 'AWS_FAILED';

/** A request to AWS failed. The cause is the error of the SDK. */
export class AwsError extends StarlingError {
  declare readonly code: AwsErrorCode;
  readonly call: AwsCall;

  constructor(code: AwsErrorCode, call: AwsCall, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
    this.call = call;
  }
}

/** Sends a request. An error of the SDK becomes an `AwsError`. An error of Starling stays as it is. */
export async function calling<Output>(call: AwsCall, send: () => Promise<Output>): Promise<Output> {
  try {
    return await send();
  } catch (error) {
    throw error instanceof StarlingError ? error : awsError(error, call);
  }
}

/** The name of the SDK's error. It is the error code of AWS, without the prefix that some services add. */
export function awsName(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // `AWS.SimpleQueueService.NonExistentQueue`, `com.amazon.coral.service#UnrecognizedClientException`.
  return error.name.slice(Math.max(error.name.lastIndexOf('.'), error.name.lastIndexOf('#')) + 1);
}

export function awsError(error: unknown, call: AwsCall): AwsError {
  const code = codeOf(error);
  return new AwsError(code, call, advice[code](call, error), { cause: error });
}

/**
 * Services have several names for one problem. The names are from the retry lists of the SDK and from the API
 * references: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
const names: readonly (readonly [AwsErrorCode, ReadonlySet<string>])[] = [
  [
    'AWS_NO_CREDENTIALS',
    new Set(['CredentialsProviderError', 'MissingAuthenticationToken', 'MissingAuthenticationTokenException']),
  ],
  [
    'AWS_CREDENTIALS_EXPIRED',
    new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'TokenProviderError']),
  ],
  ['AWS_CLOCK', new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'])],
  [
    'AWS_CREDENTIALS_REFUSED',
    new Set([
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidAccessKeyId',
      'InvalidToken',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'IncompleteSignature',
      'IncompleteSignatureException',
      'AuthFailure',
      'InvalidSecurity',
    ]),
  ],
  [
    'AWS_WRONG_REGION',
    new Set(['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']),
  ],
  [
    'AWS_NOT_FOUND',
    new Set([
      'ResourceNotFoundException',
      'NoSuchBucket',
      'QueueDoesNotExist',
      'NonExistentQueue',
      'UserPoolNotFoundException',
      'NotFound',
    ]),
  ],
  [
    'AWS_NAME_TAKEN',
    new Set([
      'BucketAlreadyExists',
      'BucketAlreadyOwnedByYou',
      'AlreadyExistsException',
      'QueueNameExists',
      'QueueAlreadyExists',
    ]),
  ],
  [
    'AWS_ACCESS_DENIED',
    new Set([
      'AccessDenied',
      'AccessDeniedException',
      'AuthorizationErrorException',
      'UnauthorizedOperation',
      'KMSAccessDeniedException',
      'Forbidden',
    ]),
  ],
  [
    'AWS_THROTTLED',
    new Set([
      'Throttling',
      'ThrottlingException',
      'ThrottledException',
      'RequestThrottled',
      'RequestThrottledException',
      'TooManyRequestsException',
      'RequestLimitExceeded',
      'ProvisionedThroughputExceededException',
      'LimitExceededException',
      'KMSThrottlingException',
      'OverLimit',
      'SlowDown',
    ]),
  ],
];

/** The error codes of Node for an address that does not answer. */
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
]);

function codeOf(error: unknown): AwsErrorCode {
  const name = awsName(error);
  if (!(error instanceof Error)) return 'AWS_FAILED';
  // AWS has one name for a wrong key and for a clock that is minutes off.
  if (name === 'InvalidSignatureException' && /expired|not yet current/i.test(error.message)) return 'AWS_CLOCK';
  // The provider chain has one name for missing credentials and for a session that has ended.
  if (name === 'CredentialsProviderError' && /expired|refresh|sso login/i.test(error.message))
    return 'AWS_CREDENTIALS_EXPIRED';
  if (error.message === 'Region is missing') return 'AWS_WRONG_REGION';
  const known = names.find(([, set]) => set.has(name));
  if (known) return known[0];
  if (isUnreachable(error)) return 'AWS_UNREACHABLE';
  return 'AWS_FAILED';
}

function isUnreachable(error: Error): boolean {
  if (error.name === 'TimeoutError') return true;
  if ('code' in error && typeof error.code === 'string' && unreachable.has(error.code)) return true;
  // A host name with several addresses gives one error for each address.
  const causes = error instanceof AggregateError ? error.errors : [error.cause];
  return causes.some((cause) => cause instanceof Error && isUnreachable(cause));
}

const advice: Readonly<Record<AwsErrorCode, (call: AwsCall, error: unknown) => string>> = {
  AWS_NO_CREDENTIALS: ({ action }) =>
    `There are no AWS credentials for ${action}. Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with \`aws sso login\`.`,
  AWS_CREDENTIALS_EXPIRED: ({ action }) =>
    `The AWS credentials have expired (${action}). Sign in again, with \`aws sso login\` or with new keys.`,
  AWS_CREDENTIALS_REFUSED: ({ action }) =>
    `AWS does not know these credentials (${action}). Check the keys, and that AWS_PROFILE and AWS_ENDPOINT_URL name the account that you mean.`,
  AWS_CLOCK: ({ action }) => `AWS refused ${action} as signed at another time. Set this machine's clock.`,
  AWS_WRONG_REGION: ({ resource }) =>
    `The region is not that of ${resource}. Set AWS_REGION to the region that the stack was deployed to.`,
  AWS_NOT_FOUND: ({ action, resource }) =>
    `AWS does not have ${resource} in this account and region (${action}). Deploy the stack first, with \`npm run deploy\`. If it is deployed, check the stage and AWS_REGION. If a deployment failed half-way, deploy again.`,
  AWS_NAME_TAKEN: ({ resource }) =>
    `The name of ${resource} is taken: it exists already, with other settings or in another account. Choose another name, or remove the other resource.`,
  AWS_ACCESS_DENIED: ({ action, resource }) =>
    `These AWS credentials may not do ${action} on ${resource}. Give their role or user that action in IAM.`,
  AWS_THROTTLED: ({ action, resource }) =>
    `AWS throttled ${action} on ${resource} and was still throttling after several retries. Send less at a time, or request a higher quota.`,
  AWS_UNREACHABLE: ({ action }, error) =>
    `AWS could not be reached for ${action}${hostOf(error)}. Check the network, AWS_REGION (a misspelt region has no address) and AWS_ENDPOINT_URL.`,
  AWS_FAILED: ({ action, resource }, error) => `AWS did not do ${action} on ${resource}: ${reasonOf(error)}.`,
};

/** The code of AWS. An error without a code has only a text: the SDK could not read the answer. */
function reasonOf(error: unknown): string {
  const name = awsName(error);
  return name === '' || name === 'Error' ? messageOf(error) : name;
}

function hostOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { hostname, address, port } = error as { hostname?: unknown; address?: unknown; port?: unknown };
  if (typeof hostname === 'string') return ` at ${hostname}`;
  return typeof address === 'string' && typeof port === 'number' ? ` at ${address}:${port}` : '';
}
