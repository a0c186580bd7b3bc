import { type AwsCall, awsError } from '#adapters/aws/errors.ts';
import { ConfigurationError, messageOf } from '#shared/errors.ts';

/** Failures of the account, the network or the clock, which every call can have. */
const accessCodes: ReadonlySet<string> = new Set([
  'AWS_NO_CREDENTIALS',
  'AWS_CREDENTIALS_EXPIRED',
  'AWS_CREDENTIALS_REFUSED',
  'AWS_CLOCK',
  'AWS_ACCESS_DENIED',
  'AWS_UNREACHABLE',
]);

/** The advice for a call to AWS that failed because of credentials, region, network or rights. Undefined for any other failure. */
export function accessProblem(error: unknown, call: AwsCall): string | undefined {
  const problem = messageOf(error);
  if (/region is missing/i.test(problem)) return 'There is no AWS region. Give --region, or set AWS_REGION.';
  if (/region not accepted/i.test(problem)) return `${problem} A region is written like eu-central-1.`;
  const { code, message } = awsError(error, call);
  return accessCodes.has(code) ? message : undefined;
}

/** The error for a resource that cannot be looked up, with the advice for its cause. */
export function lookupError(cause: unknown, call: AwsCall): ConfigurationError {
  const problem =
    accessProblem(cause, call) ?? `${capitalized(call.resource)} cannot be looked up: ${messageOf(cause)}`;
  return new ConfigurationError(problem, { cause });
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
