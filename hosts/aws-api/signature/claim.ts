import { isDateTime } from '#shared/date-time.ts';
import { incompleteSignature, missingToken } from './errors.ts';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The request's statements about its signature. They are not verified yet. */
export interface Claim {
  readonly accessKeyId: string;
  /** `20261121`. */
  readonly scopeDate: string;
  readonly region: string;
  readonly service: string;
  /** Lower-case names. */
  readonly signedHeaders: readonly string[];
  /** 32 bytes as hexadecimal digits. */
  readonly signature: string;
  /** The text of `X-Amz-Date`: `20261121T134422Z`. */
  readonly longDate: string;
  /** `longDate` in milliseconds since 1970. */
  readonly date: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Reads the headers `Authorization` and `X-Amz-Date`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 *
 * @throws ServiceError
 */
export function readClaim(headers: Headers): Claim {
  const { authorization, 'x-amz-date': longDate } = headers;
  if (typeof authorization !== 'string' || authorization === '') throw missingToken();
  const space = authorization.indexOf(' ');
  if (authorization.slice(0, space) !== ALGORITHM) {
    throw incompleteSignature(`The Authorization header must begin with ${ALGORITHM}.`);
  }
  const parts = new Map<string, string>();
  for (const part of authorization.slice(space + 1).split(',')) {
    const [name = '', value = ''] = part.trim().split(/=(.*)/s, 2);
    parts.set(name, value);
  }
  const required = (name: string): string => {
    const value = parts.get(name);
    if (!value) throw incompleteSignature(`Authorization header requires '${name}' parameter.`);
    return value;
  };
  const [accessKeyId = '', scopeDate = '', region = '', service = '', end, ...more] = required('Credential').split('/');
  if (end !== 'aws4_request' || more.length > 0) {
    throw incompleteSignature('Credential must be of the form key/date/region/service/aws4_request.');
  }
  const signature = required('Signature');
  if (!/^[0-9a-f]{64}$/.test(signature)) throw incompleteSignature('Signature must be 64 hexadecimal digits.');
  const date = typeof longDate === 'string' ? parseLongDate(longDate) : Number.NaN;
  if (typeof longDate !== 'string' || Number.isNaN(date)) {
    throw incompleteSignature('The request has no valid X-Amz-Date header. It looks like this: 20261121T134422Z.');
  }
  const signedHeaders = required('SignedHeaders').split(';');
  return { accessKeyId, scopeDate, region, service, signedHeaders, signature, longDate, date };
}

function parseLongDate(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  const time = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  return isDateTime(time) ? Date.parse(time) : Number.NaN;
}
