import { ServiceError } from '../errors.ts';
import type { ValidationMessages } from '../input-reader.ts';
import { constraintOf } from '../reference/constraint.ts';
import { limits } from '../reference/limits.ts';
import type { Member, Violation } from '../reference/member.ts';

/** SQS's messages for a wrong input. */
export const validationMessages: ValidationMessages = {
  missing: (member) =>
    member === 'Entries'
      ? batchErrors.empty()
      : new ServiceError('MissingParameter', `The request must contain the parameter ${member}.`),
  invalid: (member, violation, limits) => {
    if (member === 'Entries') return violation.size === 0 ? batchErrors.empty() : batchErrors.tooMany(violation.size);
    if (member === 'Id') return batchErrors.invalidId();
    if (member === 'MessageBody') return validationMessages.missing(member);
    return invalidValue(member, violation.value, reasonOf(member, violation, limits));
  },
  unsupported: (member) => unsupported(`the parameter ${member}`, 'Leave it out.'),
};

function reasonOf(member: string, { limit }: Violation, limits: Member): string {
  if (limits.type === 'integer') return `Must be between ${limits.min} and ${limits.max}, if provided.`;
  switch (member) {
    case 'QueueName':
      return 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.';
    case 'MessageGroupId':
    case 'MessageDeduplicationId':
    case 'ReceiveRequestAttemptId':
      return `${member} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
    default:
      return `${constraintOf(limit, limits)}.`;
  }
}

export function invalidValue(member: string, value: unknown, reason: string): ServiceError {
  return invalidParameter(`Value ${String(value)} for parameter ${member} is invalid. Reason: ${reason}`);
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterValue', message);
}

/** In the query protocol most of SQS's own codes begin with this prefix. SDKs still report the codes with it. */
const PREFIX = 'AWS.SimpleQueueService.';

function ownError(code: string, message: string, queryCode = `${PREFIX}${code}`): ServiceError {
  return new ServiceError(code, message, { queryCode });
}

/** Also the FailureReason of a move task whose queue does not exist. */
export const NON_EXISTENT_QUEUE = `${PREFIX}NonExistentQueue`;

export function queueDoesNotExist(): ServiceError {
  return ownError('QueueDoesNotExist', 'The specified queue does not exist.', NON_EXISTENT_QUEUE);
}

export function queueNameExists(attribute: string): ServiceError {
  const message = `A queue already exists with the same name and a different value for attribute ${attribute}.`;
  return ownError('QueueNameExists', message, 'QueueAlreadyExists');
}

export function queueDeletedRecently(seconds: number): ServiceError {
  return ownError(
    'QueueDeletedRecently',
    `You must wait ${seconds} seconds after deleting a queue before you can create another with the same name.`,
  );
}

export function purgeInProgress(queue: string, seconds: number): ServiceError {
  const message = `Only one PurgeQueue operation on ${queue} is allowed every ${seconds} seconds.`;
  return new ServiceError('PurgeQueueInProgress', message, {
    status: 403,
    queryCode: `${PREFIX}PurgeQueueInProgress`,
  });
}

/** @param advice what to do instead */
export function wiredQueue(queue: string, operation: string, advice: string): ServiceError {
  return ownError(
    'UnsupportedOperation',
    `serverless.yml defines the queue ${queue}, so ${operation} cannot change it. ${advice}`,
  );
}

/** SQS gives this code in the operations on move tasks. */
export function resourceNotFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, { status: 404 });
}

export function unsupported(what: string, advice: string): ServiceError {
  return ownError('UnsupportedOperation', `A standalone mesh does not support ${what}. ${advice}`);
}

export function invalidAddress(address: string): ServiceError {
  return new ServiceError('InvalidAddress', `The address ${address} is not valid for this endpoint.`);
}

export function invalidReceipt(handle: string): ServiceError {
  return new ServiceError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
  );
}

/** The message became visible again, or was received again, after the receive that gave this handle. */
export function notInFlight(): ServiceError {
  return ownError('MessageNotInflight', 'The message referred to is not in flight.');
}

export function invalidContents(): ServiceError {
  return new ServiceError(
    'InvalidMessageContents',
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.',
  );
}

export function invalidAttributeValue(name: string): ServiceError {
  return new ServiceError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}

export function invalidAttributeName(name: string): ServiceError {
  return new ServiceError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

export const batchErrors = {
  empty: () => ownError('EmptyBatchRequest', 'There should be at least one entry in the request.'),
  tooMany: (count: number) =>
    ownError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are 10. You have sent ${count}.`),
  notDistinct: (id: string) => ownError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`),
  invalidId: () =>
    ownError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    ),
  tooLong: (size: number) =>
    ownError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${limits.sqs.messageBytes} bytes. You have sent ${size} bytes.`,
    ),
};

/** Whether all characters are allowed in SQS. SQS allows the characters of XML 1.0. */
export function isValidText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
  return text.isWellFormed() && !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text);
}
