import type { Context, KinesisStreamEvent, SQSEvent } from 'aws-lambda';
import type { Logger } from '../../telemetry/logger.ts';
import { type Claims, type Redeemed, redeemMessages, redeemStreamRecords } from './redeem-records.ts';

export interface HostOptions {
  readonly claims: Claims;
  readonly log: Logger;
  /** Writes down what was counted; called at the end of every invocation, as Lambda freezes the process then. */
  readonly flush: () => void;
}

type Handler = (event: never, context: Context) => unknown;
/** What Lambda calls, with whatever properties the handler bears, such as an agent's definition. */
export type Hosted<Wrapped extends Handler> = Pick<Wrapped, keyof Wrapped> &
  ((event: Parameters<Wrapped>[0], context: Context) => Promise<unknown>);
export type Host = <Wrapped extends Handler>(handler: Wrapped) => Hosted<Wrapped>;
type Batch = SQSEvent | KinesisStreamEvent;
interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * Makes the function that Lambda calls of a service's handler: events that were too large for the bus are whole when
 * the handler sees them, what it throws is logged, and its counts are written down.
 */
export function createHost({ claims, log, flush }: HostOptions): Host {
  return (handler) => {
    const call = handler as unknown as (event: unknown, context: Context) => Promise<unknown>;
    const hosted = async (event: unknown, context: Context) => {
      try {
        return isBatch(event) ? await callWithBatch(call, event, context, claims, log) : await call(event, context);
      } catch (error) {
        log.error('an invocation failed', { function: context.functionName, requestId: context.awsRequestId, error });
        throw error;
      } finally {
        flush();
      }
    };
    return Object.assign(hosted, handler);
  };
}

async function callWithBatch(
  call: (event: unknown, context: Context) => Promise<unknown>,
  batch: Batch,
  context: Context,
  claims: Claims,
  log: Logger,
): Promise<BatchResponse> {
  const report = (record: string, error: unknown) =>
    log.error('the data of an event that was too large for the bus cannot be fetched', {
      function: context.functionName,
      record,
      error,
    });
  const { event, failed }: Redeemed<Batch> = isStream(batch)
    ? await redeemStreamRecords(batch, claims, report)
    : await redeemMessages(batch, claims, report);
  const response =
    event.Records.length > 0 ? ((await call(event, context)) as BatchResponse) : { batchItemFailures: [] };
  const ofHandler = response?.batchItemFailures ?? [];
  return { batchItemFailures: [...ofHandler, ...failed.map((itemIdentifier) => ({ itemIdentifier }))] };
}

function isBatch(event: unknown): event is Batch {
  const records = (event as Partial<Batch> | null)?.Records;
  return (
    Array.isArray(records) && records.length > 0 && ['aws:sqs', 'aws:kinesis'].includes(records[0]?.eventSource ?? '')
  );
}

function isStream(event: Batch): event is KinesisStreamEvent {
  return event.Records[0]?.eventSource === 'aws:kinesis';
}
