import type { StreamResponse } from '#shared/a2a/types.ts';
import type { Answer } from '../answer.ts';
import type { OperationName } from '../operation-table.ts';
import type { Params } from '../params.ts';

/** The versions of A2A that the gateway speaks, as the header `A2A-Version` names them. */
export type Version = '1.0' | '0.3';

/** The form of A2A's data on the wire. The operations themselves know only the data of A2A 1.0. */
export interface Dialect {
  readonly version: Version;
  /**
   * The params of a request under the names of A2A 1.0.
   *
   * @throws A2AError INVALID_PARAMS
   */
  read(operation: OperationName, params: Params): Params;
  write(answer: Answer): unknown;
  writeEvent(event: StreamResponse): unknown;
}
