import type { InputReader, ValidationMessages } from './input-reader.ts';
import type { Inputs } from './reference/member.ts';

export interface Call {
  /** Aborts when the client disconnects, or when the mesh is about to stop. */
  readonly signal: AbortSignal;
}

/** Reads the members of its input and returns the members of its output. @throws ServiceError */
export type Operation = (input: InputReader, call: Call) => Promise<object> | object;

/** A service of AWS, in one of AWS's JSON protocols. */
export interface Service<Table extends Inputs = Inputs> {
  /** The part of `X-Amz-Target` before the dot. */
  readonly target: string;
  /** The service's name in the scope of a signature. */
  readonly signingName: string;
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  /** Whether its SDKs also read the older protocol's codes, from the header `x-amzn-query-error`. */
  readonly queryCompatible: boolean;
  /** The error code after which its SDKs wait and retry. */
  readonly throttled: string;
  readonly validationMessages: ValidationMessages;
  /** The inputs of the operations. */
  readonly inputs: Table;
  readonly operations: Readonly<Record<keyof Table, Operation>>;
}
