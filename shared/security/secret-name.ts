import { StarlingError } from '#shared/errors.ts';

const namePattern = /^[a-z][a-z0-9-]{0,127}$/;
/** The limit of AWS Secrets Manager. */
const MAX_VALUE_BYTES = 65_536;

export class SecretNameError extends StarlingError {
  constructor() {
    super(
      'SECRET_NAME',
      'A secret has a name of 1 to 128 lower-case letters, digits and hyphens; the first is a letter.',
    );
  }
}

export class SecretTooLargeError extends StarlingError {
  constructor(name: string) {
    super('SECRET_TOO_LARGE', `The secret ${name} is over ${MAX_VALUE_BYTES} bytes.`);
  }
}

/** AWS Secrets Manager refuses an empty text, and an empty secret protects nothing. */
export class SecretEmptyError extends StarlingError {
  constructor(name: string) {
    super('SECRET_EMPTY', `The secret ${name} would be empty. Delete it instead.`);
  }
}

/** @throws SecretNameError, SecretEmptyError, SecretTooLargeError */
export function checkSecret(name: string, value?: string): void {
  if (!namePattern.test(name)) throw new SecretNameError();
  if (value === undefined) return;
  if (value === '') throw new SecretEmptyError(name);
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES) throw new SecretTooLargeError(name);
}
