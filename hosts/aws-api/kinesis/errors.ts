import { ServiceError } from '../errors.ts';
import { ACCOUNT } from '../identity.ts';
import type { ValidationMessages } from '../input-reader.ts';
import { constraintOf } from '../reference/constraint.ts';

/** Numbers as texts. Kinesis refuses their form as it refuses a number out of bounds. */
const numbers = new Set(['StartingSequenceNumber', 'SequenceNumberForOrdering', 'ExplicitHashKey']);

/** Kinesis's messages for a wrong input. */
export const validationMessages: ValidationMessages = {
  missing: (member) => invalid(member, 'null', 'Member must not be null'),
  invalid: (member, { value, limit }, limits) =>
    numbers.has(member) && limit === 'pattern'
      ? invalidArgument(`Invalid ${member} ${value}. ${constraintOf(limit, limits)}`)
      : invalid(member, value, constraintOf(limit, limits)),
  unsupported: (member) => invalidArgument(`A standalone mesh does not support ${member}. Leave it out.`),
};

function invalid(member: string, value: string, constraint: string): ServiceError {
  const path = member.charAt(0).toLowerCase() + member.slice(1);
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value ${value} at '${path}' failed to satisfy constraint: ${constraint}`,
  );
}

export function invalidArgument(message: string): ServiceError {
  return new ServiceError('InvalidArgumentException', message);
}

/** Kinesis gives this error for every sequence number that no record of the shard can have. */
export function foreignSequenceNumber(number: string, shard: string, stream: string): ServiceError {
  return invalidArgument(
    `StartingSequenceNumber ${number} used in GetShardIterator on shard ${shard} in stream ${stream} under account ${ACCOUNT} is invalid because it did not come from this stream.`,
  );
}

export function futureTimestamp(time: number, now: number): ServiceError {
  return invalidArgument(
    `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${time}, currentTimestampInMillis: ${now}`,
  );
}

export function streamNotFound(stream: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Stream ${stream} under account ${ACCOUNT} not found.`);
}

export function shardNotFound(shard: string, stream: string): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    `Shard ${shard} in stream ${stream} under account ${ACCOUNT} does not exist`,
  );
}

export function expiredIterator(minutes: number): ServiceError {
  return new ServiceError(
    'ExpiredIteratorException',
    `Iterator expired. An iterator is valid for ${minutes} minutes. Get another with GetShardIterator.`,
  );
}

export function expiredToken(minutes: number): ServiceError {
  return new ServiceError(
    'ExpiredNextTokenException',
    `NextToken expired. A token is valid for ${minutes} minutes. Begin again without NextToken.`,
  );
}
