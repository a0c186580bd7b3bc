import { StarlingError } from '#shared/errors.ts';

export interface ServiceErrorOptions {
  /** The HTTP status. The default is 400. */
  readonly status?: number;
  /** The code in the service's protocol before JSON, where it differs. SDKs of these services still report it. */
  readonly queryCode?: string;
  readonly cause?: unknown;
}

/** An error as AWS answers it. `code` is AWS's own code: SDKs read it to decide whether to retry. */
export class ServiceError extends StarlingError {
  readonly status: number;
  readonly queryCode: string | undefined;

  constructor(code: string, message: string, { status = 400, queryCode, cause }: ServiceErrorOptions = {}) {
    super(code, message, { cause });
    this.status = status;
    this.queryCode = queryCode;
  }
}

/** The body breaks the protocol: it is not UTF-8, not JSON, or has a member of a wrong type. */
export function serializationError(problem: string, cause?: unknown): ServiceError {
  return new ServiceError('SerializationException', problem, { cause });
}

export function unknownOperation(target: string | undefined): ServiceError {
  return new ServiceError(
    'UnknownOperationException',
    target === undefined
      ? 'The request has no X-Amz-Target header. In the JSON protocols of AWS, this header names the operation.'
      : `A standalone mesh does not support the operation ${target.slice(0, 200)}. docs/aws-protocols.md lists the operations that it supports.`,
    { status: 404, queryCode: 'InvalidAction' },
  );
}
