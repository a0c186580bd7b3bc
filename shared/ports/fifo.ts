import { ConfigurationError } from '#shared/errors.ts';
import type { QueueSettings } from './control-plane.ts';
import { InvalidMessageError } from './errors.ts';
import type { OutgoingMessage } from './queue.ts';

/** Within this time, a second message with the same deduplication id is a duplicate: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
export const DEDUPLICATION_INTERVAL_MS = 5 * 60_000;

/** True for a name that ends in `.fifo`. As in SQS, the name alone tells the kind of a queue. */
export function isFifo(queue: string): boolean {
  return queue.endsWith('.fifo');
}

/** True for a valid group id or deduplication id: 1 to 128 ASCII letters, digits and punctuation characters. */
export function isFifoId(id: string): boolean {
  return /^[!-~]{1,128}$/.test(id);
}

/** @throws ConfigurationError when the name, the settings and the dead-letter queue are not of the same kind, or SQS does not allow the settings */
export function checkKind(queue: string, { fifo, deadLetterQueue }: QueueSettings): void {
  if (isFifo(queue) !== (fifo !== undefined)) {
    throw new ConfigurationError(
      isFifo(queue)
        ? `The queue ${queue} has the name of a FIFO queue but no FIFO settings. Set \`fifo\`, or choose a name without .fifo.`
        : `The name of the FIFO queue ${queue} must end in .fifo.`,
    );
  }
  if (fifo?.throughputLimit === 'perMessageGroupId' && fifo.deduplicationScope !== 'messageGroup') {
    throw new ConfigurationError(
      `The FIFO queue ${queue} has the throughputLimit perMessageGroupId. Set its deduplicationScope to messageGroup.`,
    );
  }
  if (deadLetterQueue !== undefined && isFifo(deadLetterQueue) !== isFifo(queue)) {
    throw new ConfigurationError(
      `${queue} is a ${isFifo(queue) ? 'FIFO' : 'standard'} queue, so its dead-letter queue must be one too. ${deadLetterQueue} is not.`,
    );
  }
}

/**
 * Does not check for a missing deduplication id, because only the queue knows whether it makes ids itself.
 *
 * @throws InvalidMessageError
 */
export function checkMessage(queue: string, { groupId, deduplicationId, delay }: OutgoingMessage): void {
  if (groupId !== undefined && !isFifoId(groupId)) throw invalidId(queue, 'group id', groupId);
  if (deduplicationId !== undefined && !isFifoId(deduplicationId)) {
    throw invalidId(queue, 'deduplication id', deduplicationId);
  }
  if (!isFifo(queue)) {
    if (deduplicationId === undefined) return;
    throw new InvalidMessageError(
      `The standard queue ${queue} does not deduplicate. Send without a deduplication id, or send to a FIFO queue.`,
    );
  }
  if (groupId === undefined) throw missingGroupId(queue);
  if (delay !== undefined && delay !== 0) {
    throw new InvalidMessageError(
      `A message for the FIFO queue ${queue} cannot have its own delay. The delay is a setting of the queue.`,
    );
  }
}

export function missingGroupId(queue: string): InvalidMessageError {
  return new InvalidMessageError(`A message for the FIFO queue ${queue} needs a group id.`);
}

export function missingDeduplicationId(queue: string): InvalidMessageError {
  return new InvalidMessageError(
    `A message for the FIFO queue ${queue} needs a deduplication id, because the queue's content-based deduplication is off.`,
  );
}

function invalidId(queue: string, what: string, id: string): InvalidMessageError {
  return new InvalidMessageError(
    `The ${what} ${JSON.stringify(id.slice(0, 150))} of a message for ${queue} must be 1 to 128 ASCII letters, digits and punctuation characters.`,
  );
}
