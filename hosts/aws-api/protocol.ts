import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError, serializationError } from './errors.ts';

const JSON_TYPES = /^application\/(?:x-amz-json-1\.[01]|json)(?:;|$)/i;

/**
 * Checks that the body is plain JSON. The mesh reads no other form. SDKs for Java write to Kinesis in CBOR by default.
 *
 * @throws ServiceError
 */
export function checkProtocol({ 'content-type': type, 'content-encoding': encoding }: IncomingHttpHeaders): void {
  // AWS gives this answer for a protocol that the service does not speak.
  if (type !== undefined && !JSON_TYPES.test(type)) {
    throw new ServiceError(
      'UnknownOperationException',
      `A standalone mesh supports only AWS's JSON protocols. This request has the Content-Type ${type.slice(0, 80)}. An SDK for Java needs the variable CBOR_ENABLED=false, which the command \`env\` of the mesh's \`starling\` sets.`,
      { status: 404, queryCode: 'InvalidAction' },
    );
  }
  if (encoding !== undefined && encoding !== 'identity') {
    throw serializationError(
      `A standalone mesh does not support the Content-Encoding ${encoding.slice(0, 80)}. Send the body without compression.`,
    );
  }
}

/** Whether an old SQS client sent the request. A client from before SQS's JSON protocol understands only XML. */
export function isQueryProtocol({ 'content-type': type }: IncomingHttpHeaders): boolean {
  return type?.toLowerCase().startsWith('application/x-www-form-urlencoded') ?? false;
}

/** The answer to every request in the query protocol. Its clients show this XML to their users. */
export function queryProtocolRefusal(): string {
  const message =
    'A standalone mesh supports only the JSON protocol of SQS. Update the SDK or the AWS CLI to a version from November 2023 or later.';
  return `<?xml version="1.0"?><ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>${message}</Message></Error></ErrorResponse>`;
}
