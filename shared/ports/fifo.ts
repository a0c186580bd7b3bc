import { ConfigurationError } from '#shared/errors.ts';
import type { QueueSettings } from './control-plane.ts';
import { InvalidMessageError } from './errors.ts';
import type { OutgoingMessage } from './queue.ts';

/** Of a message with the deduplication id of another one: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
export const DEDUPLICATION_INTERVAL = 5 * 60_000;

/** A queue's name tells its kind, as on SQS. */
export function isFifo(queue: string): boolean {
  return queue.endsWith('.fifo');
}

/** What makes a message group or deduplicates: letters, digits and punctuation of ASCII. */
export function isFifoId(id: string): boolean {
  return /^[!-~]{1,128}$/.test(id);
}

/** @throws ConfigurationError where the queue, its settings and its dead-letter queue are not of one kind, or SQS knows no such settings */
export function checkKind(queue: string, { fifo, deadLetterQueue }: QueueSettings): void {
  if (isFifo(queue) !== (fifo !== undefined)) {
    throw new ConfigurationError(
      isFifo(queue)
        ? `The queue ${queue} has the name of a FIFO queue and no settings of one: give it \`fifo\`, or another name.`
        : `The FIFO queue ${queue} must have a name that ends in .fifo.`,
    );
  }
  if (fifo?.throughputLimit === 'perMessageGroupId' && fifo.deduplicationScope !== 'messageGroup') {
    throw new ConfigurationError(
      `The limit of the FIFO queue ${queue} counts for each message group: its deduplicationScope must be messageGroup then.`,
    );
  }
  if (deadLetterQueue !== undefined && isFifo(deadLetterQueue) !== isFifo(queue)) {
    throw new ConfigurationError(
      `The dead-letter queue of ${queue} must be ${isFifo(queue) ? 'a FIFO queue' : 'a standard queue'} as it is, which ${deadLetterQueue} is not.`,
    );
  }
}

/** Only the queue knows whether it makes deduplication ids itself. @throws InvalidMessageError */
export function checkMessage(queue: string, { groupId, deduplicationId, delay }: OutgoingMessage): void {
  if (groupId !== undefined && !isFifoId(groupId)) throw invalidId(queue, 'group id', groupId);
  if (deduplicationId !== undefined && !isFifoId(deduplicationId)) {
    throw invalidId(queue, 'deduplication id', deduplicationId);
  }
  if (!isFifo(queue)) {
    if (deduplicationId === undefined) return;
    throw new InvalidMessageError(
      `The standard queue ${queue} does not deduplicate: send without a deduplication id, or to a FIFO queue.`,
    );
  }
  if (groupId === undefined) throw missingGroupId(queue);
  if (delay !== undefined && delay !== 0) {
    throw new InvalidMessageError(`The FIFO queue ${queue} takes no message with a delay of its own.`);
  }
}

export function missingGroupId(queue: string): InvalidMessageError {
  return new InvalidMessageError(`A message for the FIFO queue ${queue} needs a group id.`);
}

export function missingDeduplicationId(queue: string): InvalidMessageError {
  return new InvalidMessageError(
    `A message for the FIFO queue ${queue} needs a deduplication id, since the queue makes none of the body (content-based deduplication).`,
  );
}

function invalidId(queue: string, what: string, id: string): InvalidMessageError {
  return new InvalidMessageError(
    `The ${what} ${JSON.stringify(id.slice(0, 150))} of a message for ${queue} must be 1 to 128 letters, digits and punctuation of ASCII.`,
  );
}
