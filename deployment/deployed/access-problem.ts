import { messageOf } from '#shared/errors.ts';

/**
 * What to do about a call to AWS that failed before anything was asked: credentials, region, rights. Undefined for any
 * other failure.
 */
export function accessProblem(error: unknown): string | undefined {
  const problem = messageOf(error);
  switch (nameOf(error)) {
    case 'CredentialsProviderError':
      return `There are no AWS credentials that can be used. Sign in (aws sso login, aws configure) or set AWS_PROFILE. (${problem})`;
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return 'The AWS credentials have expired. Sign in again (aws sso login), or renew them.';
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
      return 'AWS does not know these credentials. They may be deleted, of another partition, or the region may not be enabled for the account: look at `aws sts get-caller-identity`.';
    case 'SignatureDoesNotMatch':
    case 'InvalidSignatureException':
      return 'AWS refuses the signature: the secret access key is wrong, or the clock of this machine.';
    case 'AccessDenied':
    case 'AccessDeniedException':
      return `The AWS credentials may not do this: ${problem}`;
  }
  if (/region is missing/i.test(problem)) return 'There is no AWS region. Give --region, or set AWS_REGION.';
  if (/region not accepted/i.test(problem)) return `${problem} A region is written like eu-central-1.`;
  const host = /getaddrinfo \w+ (\S+)/.exec(problem)?.[1];
  return host === undefined
    ? undefined
    : `${host} cannot be found: correct the region, or the network of this machine.`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
