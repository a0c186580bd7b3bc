import { parseJson } from '#shared/exact-json.ts';
import { nestingOf } from '#shared/json-nesting.ts';
import { isObject } from '#shared/objects.ts';
import { type CompiledPattern, InvalidPatternError, matches, parsePattern } from '#shared/patterns/index.ts';
import { ServiceError } from '../errors.ts';
import type { InputReader } from '../input-reader.ts';
import { validation } from './validation-messages.ts';

/** The members that an event for TestEventPattern must have: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html */
const required = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];
const MAX_DEPTH = 1000;

export function testEventPattern(input: InputReader): { Result: boolean } {
  const pattern = compile(input.requiredString('EventPattern'));
  return { Result: matches(pattern, readEvent(input.requiredString('Event'))) };
}

/** @throws ServiceError with the code InvalidEventPatternException */
export function compile(pattern: string): CompiledPattern {
  try {
    return parsePattern(pattern);
  } catch (error) {
    if (!(error instanceof InvalidPatternError)) throw error;
    throw new ServiceError('InvalidEventPatternException', error.message, { cause: error });
  }
}

function readEvent(text: string): object {
  let event: unknown;
  try {
    event = nestingOf(Buffer.from(text)) > MAX_DEPTH ? undefined : parseJson(text);
  } catch {
    // A text that is not JSON is not an event.
  }
  if (!isObject(event)) {
    throw validation('Parameter Event is not valid. Reason: it must be an event as a JSON object, as text.');
  }
  const missing = required.filter((field) => !Object.hasOwn(event, field));
  if (missing.length > 0) {
    throw validation(`Parameter Event is not valid. Reason: it lacks ${missing.join(', ')}.`);
  }
  return event;
}
