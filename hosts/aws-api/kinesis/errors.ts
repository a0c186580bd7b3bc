import { ServiceError } from '../errors.ts';
import { ACCOUNT } from '../identity.ts';
import type { ValidationMessages } from '../input-reader.ts';

/** Kinesis's messages for a wrong input. */
export const validationMessages: ValidationMessages = {
  missing: (member) => invalid(member, 'null', 'Member must not be null'),
  invalid: (member, value, constraint) => invalid(member, String(value), `Member must be ${constraint}`),
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
    `Iterator expired. An iterator is good for ${minutes} minutes: get another with GetShardIterator.`,
  );
}
