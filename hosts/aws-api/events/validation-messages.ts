import { ServiceError } from '../errors.ts';
import type { ValidationMessages } from '../input-reader.ts';
import { constraintOf } from '../reference/constraint.ts';

/** EventBridge's messages for a wrong input. */
export const validationMessages: ValidationMessages = {
  missing: (member) =>
    validation(
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    ),
  invalid: (member, { value, limit }, limits) =>
    validation(
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraintOf(limit, limits)}`,
    ),
  unsupported: (member) =>
    validation(`Parameter ${member} is not valid. Reason: a standalone mesh does not support it. Leave it out.`),
};

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}
