import { StarlingError } from '#shared/errors.ts';

export interface ServiceErrorOptions {
  /** Of HTTP; 400 when not given. */
  readonly status?: number;
  /** The code of services that had another protocol before JSON, where it differs: their SDKs go on to report it. */
  readonly queryCode?: string;
  readonly cause?: unknown;
}

/** An error as AWS answers it: `code` is AWS's own, by which SDKs decide whether they try again. */
export class ServiceError extends StarlingError {
  readonly status: number;
  readonly queryCode: string | undefined;

  constructor(code: string, message: string, { status = 400, queryCode, cause }: ServiceErrorOptions = {}) {
    super(code, message, { cause });
    this.status = status;
    this.queryCode = queryCode;
  }
}

/** The body is not what the protocol asks for: no UTF-8, no JSON, a member of another type. */
export function serializationError(problem: string, cause?: unknown): ServiceError {
  return new ServiceError('SerializationException', problem, { cause });
}

export function unknownOperation(target: string | undefined): ServiceError {
  return new ServiceError(
    'UnknownOperationException',
    target === undefined
      ? 'The request names no operation: a standalone mesh takes the JSON protocols, with X-Amz-Target.'
      : `A standalone mesh does not have the operation ${target}. docs/aws-protocols.md lists those that it has.`,
    { status: 404, queryCode: 'InvalidAction' },
  );
}
