import { StarlingError } from '#shared/errors.ts';

export class FunctionTimeoutError extends StarlingError {
  constructor(name: string, seconds: number) {
    super('FUNCTION_TIMEOUT', `The function ${name} did not end within its timeout of ${seconds} s.`);
  }
}

export class FunctionLoadTimeoutError extends StarlingError {
  constructor(name: string, seconds: number) {
    super('FUNCTION_TIMEOUT', `The module of the function ${name} was not loaded after ${seconds} s.`);
  }
}

/** The function ended the thread or the process that it runs in, or tried to. `call` is the call that did it. */
export class FunctionExitError extends StarlingError {
  constructor(name: string | undefined, call: string) {
    super('FUNCTION_EXIT', `${name === undefined ? 'A function' : `The function ${name}`} called ${call}.`);
  }
}

export class FunctionMemoryError extends StarlingError {
  constructor(name: string, megabytes: number) {
    super(
      'FUNCTION_OUT_OF_MEMORY',
      `The function ${name} used more than its memory of ${megabytes} MB. If it needs more, raise its memorySize in serverless.yml.`,
    );
  }
}
