import { ServiceError } from '../errors.ts';
import type { ValidationMessages } from '../input-reader.ts';

/** EventBridge's messages for a wrong input. */
export const validationMessages: ValidationMessages = {
  missing: (member) =>
    validation(
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    ),
  invalid: (member, value, constraint) =>
    validation(
      `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: Member must be ${constraint}`,
    ),
};

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}
