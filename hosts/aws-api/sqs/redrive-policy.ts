import { isFifo } from '#shared/ports/fifo.ts';
import { isQueueArn, queueArn, queueOf } from '../identity.ts';
import { limits } from '../reference/limits.ts';
import { invalidValue } from './errors.ts';
import type { QueueAttributes } from './queue-store.ts';

type RedrivePolicy = Pick<QueueAttributes, 'maxReceiveCount' | 'deadLetterQueue'>;

/** @throws ServiceError */
export function readRedrivePolicy(
  queue: string,
  text: string,
  exists: (queue: string) => boolean,
): Required<RedrivePolicy> {
  const { deadLetterTargetArn, maxReceiveCount } = parseObject(text);
  const count = Number(maxReceiveCount);
  if (
    typeof deadLetterTargetArn !== 'string' ||
    !(Number.isInteger(count) && count >= 1 && count <= limits.sqs.maxReceiveCount)
  ) {
    throw invalidValue(
      'RedrivePolicy',
      text,
      `It must have deadLetterTargetArn, and maxReceiveCount from 1 to ${limits.sqs.maxReceiveCount}.`,
    );
  }
  if (!isQueueArn(deadLetterTargetArn) || !exists(queueOf(deadLetterTargetArn))) {
    throw invalidValue('RedrivePolicy', text, 'Dead letter target does not exist.');
  }
  const deadLetterQueue = queueOf(deadLetterTargetArn);
  if (isFifo(deadLetterQueue) !== isFifo(queue)) {
    throw invalidValue('RedrivePolicy', text, 'Dead-letter queue must be same type of queue as the source.');
  }
  return { maxReceiveCount: count, deadLetterQueue };
}

export function describeRedrivePolicy({ maxReceiveCount, deadLetterQueue }: RedrivePolicy): { RedrivePolicy?: string } {
  if (deadLetterQueue === undefined) return {};
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(deadLetterQueue), maxReceiveCount }) };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    throw invalidValue('RedrivePolicy', text, 'It must be JSON.');
  }
}
