import type { InputReader, ValidationMessages } from './input-reader.ts';

export interface Call {
  /** Aborts when the client is gone, or the mesh is about to stop. */
  readonly signal: AbortSignal;
}

/** One operation: gets the members of its input, gives those of its output. @throws ServiceError */
export type Operation = (input: InputReader, call: Call) => Promise<object> | object;

/** A service of AWS in one of its JSON protocols. */
export interface Service {
  /** What stands before the dot of `X-Amz-Target`. */
  readonly target: string;
  /** The service's name in the scope of a signature. */
  readonly signingName: string;
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  /** Whether its SDKs ask for the codes of the older protocol too, by the header `x-amzn-query-error`. */
  readonly queryCompatible: boolean;
  /** The code that has its SDKs wait and try again. */
  readonly throttled: string;
  readonly validationMessages: ValidationMessages;
  readonly operations: Readonly<Record<string, Operation>>;
}
