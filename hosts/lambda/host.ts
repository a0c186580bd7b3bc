import type { Context, KinesisStreamEvent, SQSEvent } from 'aws-lambda';
import { failedInOrder } from '#shared/events/fifo-batch.ts';
import type { Quarantine } from '#shared/ports/quarantine.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Metrics } from '#shared/telemetry/metrics.ts';
import { type Claims, type RedeemOptions, redeemMessages, redeemStreamRecords } from './redeem-records.ts';

export interface HostOptions {
  readonly claims: Claims;
  readonly log: Logger;
  /** The FIFO queue of the function's subscription. Its messages come through a pipe. Undefined: the function has none. */
  readonly pipedQueue: string | undefined;
  /** Flushed at the end of every invocation, because Lambda then freezes the process. */
  readonly metrics: Metrics & { flush(): void };
  /** Takes events whose data is lost for good. Undefined: their source delivers them again until it gives up. */
  readonly quarantine?: Pick<Quarantine, 'put'>;
  /** Observes how long messages waited in the queue. In a worker, the source of the queue does it. */
  readonly observesWaits?: boolean;
}

type Handler = (event: never, context: Context) => unknown;
/** The function that Lambda calls. It has the properties of the handler, such as an agent's definition. */
export type Hosted<Wrapped extends Handler> = Pick<Wrapped, keyof Wrapped> &
  ((event: Parameters<Wrapped>[0], context: Context) => Promise<unknown>);
export type Host = <Wrapped extends Handler>(handler: Wrapped) => Hosted<Wrapped>;
type Batch = SQSEvent | KinesisStreamEvent;
interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * Makes the function that Lambda calls from a service's handler. It puts data that was too large for the bus back into the
 * events, logs the errors of the handler, and writes its metrics.
 */
export function createHost(options: HostOptions): Host {
  const { log, metrics } = options;
  return (handler) => {
    const call = handler as unknown as (event: unknown, context: Context) => Promise<unknown>;
    const hosted = async (event: unknown, context: Context) => {
      try {
        return isBatch(event) ? await callWithBatch(call, event, context, options) : await call(event, context);
      } catch (error) {
        log.error('an invocation failed', { function: context.functionName, requestId: context.awsRequestId, error });
        throw error;
      } finally {
        metrics.flush();
      }
    };
    return Object.assign(hosted, handler);
  };
}

async function callWithBatch(
  call: (event: unknown, context: Context) => Promise<unknown>,
  batch: Batch,
  context: Context,
  options: HostOptions,
): Promise<BatchResponse> {
  if (options.observesWaits && !isStream(batch)) observeWaits(batch, options.metrics, context.functionName);
  const redeeming = redeemOptions(options, context.functionName);
  const { event, failed } = isStream(batch)
    ? await redeemStreamRecords(batch, redeeming)
    : await redeemMessages(batch, redeeming);
  const response =
    event.Records.length > 0 ? ((await call(event, context)) as BatchResponse) : { batchItemFailures: [] };
  const ofHandler = response?.batchItemFailures ?? [];
  const all = [...ofHandler.map(({ itemIdentifier }) => itemIdentifier), ...failed];
  const again = isStream(batch) ? all : failedInOrder(batch.Records, new Set(all));
  return { batchItemFailures: Array.from(again, (itemIdentifier) => ({ itemIdentifier })) };
}

function observeWaits({ Records }: SQSEvent, metrics: Metrics, functionName: string): void {
  for (const { attributes } of Records) {
    if (attributes.ApproximateReceiveCount !== '1') continue;
    const waitedMs = Number(attributes.ApproximateFirstReceiveTimestamp) - Number(attributes.SentTimestamp);
    metrics.observe('starling_queue_wait_seconds', { function: functionName }, waitedMs / 1000);
  }
}

function redeemOptions(options: HostOptions, functionName: string): RedeemOptions {
  const { claims, log, metrics, pipedQueue, quarantine } = options;
  return {
    claims,
    pipedQueue,
    report: (record, error) =>
      log.error('the data of an event that was too large for the bus cannot be fetched', {
        function: functionName,
        record,
        error,
      }),
    async putAside({ message }, event) {
      if (quarantine === undefined) return false;
      try {
        await quarantine.put(message, event);
        metrics.count('starling_quarantined_total', { function: functionName });
        return true;
      } catch (error) {
        log.error('an event could not be put aside', { function: functionName, error });
        return false;
      }
    },
  };
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
