import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ask } from './aws-client.ts';
import type { Ledger, QueueLedger, Receipt } from './ledger.ts';
import { untilAnswered } from './retry.ts';

/** After an answer that a consumer should not get, in milliseconds. */
const PAUSE = 1_000;
/** Of the test's queues: seconds until messages come again whose answer a kill cut off. */
export const VISIBILITY_TIMEOUT = 5;

export interface ConsumerOptions {
  readonly sqs: SQSClient;
  readonly url: string;
  readonly ledger: Ledger;
  readonly queue: QueueLedger;
  /** What the body says of the message. */
  readonly read: (body: string) => Pick<Receipt, 'key' | 'group' | 'place'>;
}

/** Receives the messages of a queue, notes them and deletes them, for as long as it is let. */
export async function consume(options: ConsumerOptions, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    try {
      await consumeOnce(options);
    } catch (error) {
      options.ledger.surprises.push(`a consumer: ${error instanceof Error ? error.stack : error}`);
      await sleep(PAUSE);
    }
  }
}

async function consumeOnce({ sqs, url: QueueUrl, ledger, queue, read }: ConsumerOptions): Promise<void> {
  const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
  let asked = 0;
  let since = 0;
  const { Messages = [] } = await untilAnswered(() => {
    asked = ledger.tick();
    since = performance.now();
    return ask((options) => sqs.send(receive, options));
  });
  if (Messages.length === 0) return;
  const answered = ledger.tick();
  const receipts = Messages.map(({ MessageId = '', Body = '' }): Receipt => {
    return { messageId: MessageId, ...read(Body), asked, answered, deleting: undefined, deleted: undefined };
  });
  queue.received.push(...receipts);
  for (const receipt of receipts) receipt.deleting = ledger.tick();
  const done = await untilAnswered(() => deleteAll(sqs, QueueUrl, Messages));
  // Later another may have got the message, in an answer that a kill cut off: this delete was then without effect.
  if (performance.now() - since > VISIBILITY_TIMEOUT * 1000) return;
  for (const [index, receipt] of receipts.entries()) if (done.has(String(index))) receipt.deleted = ledger.tick();
}

/**
 * A delete whose answer was lost is repeated: the second has no effect. Returns the places of those that are deleted; a
 * message of a FIFO queue that took too long to be, in all those kills, is refused and comes again, as on AWS.
 */
async function deleteAll(
  sqs: SQSClient,
  QueueUrl: string,
  messages: readonly Message[],
): Promise<ReadonlySet<string | undefined>> {
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  const command = new DeleteMessageBatchCommand({ QueueUrl, Entries });
  const { Successful = [], Failed = [] } = await ask((options) => sqs.send(command, options));
  const refused = Failed.filter(({ Message: text }) => !text?.includes('The receipt handle has expired'));
  if (refused.length > 0) throw new Error(`not deleted: ${JSON.stringify(refused)}`);
  return new Set(Successful.map(({ Id }) => Id));
}
