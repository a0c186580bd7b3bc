import { ServiceError } from '../errors.ts';

/**
 * The error for a request that is refused. `code` is the code in the JSON protocols, `queryCode` the code in the older
 * query protocol. SDKs correct their clock after the errors about time.
 * Source: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
function refusal(code: string, queryCode: string, message: string): ServiceError {
  return new ServiceError(code, message, { queryCode });
}

export function missingToken(): ServiceError {
  return refusal(
    'MissingAuthenticationTokenException',
    'MissingAuthenticationToken',
    "Missing Authentication Token: the request has no signature in its headers. The command `env` of the mesh's `starling` sets the keys for an SDK.",
  );
}

export function incompleteSignature(problem: string): ServiceError {
  return refusal('IncompleteSignatureException', 'IncompleteSignature', problem);
}

export function unknownKey(): ServiceError {
  return refusal(
    'UnrecognizedClientException',
    'InvalidClientTokenId',
    "The security token included in the request is invalid: these keys do not belong to this mesh. The command `env` of the mesh's `starling` prints its keys.",
  );
}

export function mismatch(): ServiceError {
  return invalidSignature(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
  );
}

export function invalidSignature(problem: string): ServiceError {
  return refusal('InvalidSignatureException', 'SignatureDoesNotMatch', problem);
}
