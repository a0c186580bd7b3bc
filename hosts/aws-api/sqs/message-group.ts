import type { FifoSettings } from '#shared/ports/control-plane.ts';
import type { OutgoingMessage } from '#shared/ports/queue.ts';
import { ServiceError } from '../errors.ts';
import type { InputReader } from '../input-reader.ts';
import { invalidValue, validationMessages } from './errors.ts';

type MessageGroup = Pick<OutgoingMessage, 'groupId' | 'deduplicationId'>;

/** Reads the message group and deduplication id for a FIFO queue. @throws ServiceError */
export function readMessageGroup(input: InputReader, fifo: FifoSettings, delay: number | undefined): MessageGroup {
  const groupId = input.string('MessageGroupId');
  if (groupId === undefined) throw validationMessages.missing('MessageGroupId');
  if (delay !== undefined && delay !== 0) throw notOfThisType('DelaySeconds', delay);
  const deduplicationId = input.string('MessageDeduplicationId');
  if (deduplicationId !== undefined) return { groupId, deduplicationId };
  if (fifo.contentBasedDeduplication) return { groupId };
  throw new ServiceError(
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

/**
 * Reads the message group for a standard queue. SQS uses it for fair queues. The mesh has no fair queues: it only
 * passes the group to the reader.
 *
 * @throws ServiceError
 */
export function readStandardMessageGroup(input: InputReader): MessageGroup {
  const groupId = input.string('MessageGroupId');
  const deduplicationId = input.string('MessageDeduplicationId');
  if (deduplicationId !== undefined) throw notOfThisType('MessageDeduplicationId', deduplicationId);
  return groupId === undefined ? {} : { groupId };
}

function notOfThisType(member: string, value: unknown): ServiceError {
  return invalidValue(member, value, 'The request include parameter that is not valid for this queue type.');
}
