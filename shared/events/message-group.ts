import { isObject } from '#shared/objects.ts';
import { InexactNumber } from '#shared/patterns/leaf.ts';
import { isFifoId } from '#shared/ports/fifo.ts';

/**
 * Characters of a path, as EventBridge Pipes takes it with `$.body.` before it:
 * https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetSqsQueueParameters.html
 */
export const LONGEST_GROUP_PATH = 100 - '$.body.'.length;

/** Whether a text is a path of field names with dots between them that both runtimes can follow into an event. */
export function isGroupPath(text: string): boolean {
  return text.length <= LONGEST_GROUP_PATH && /^[\w-]+(\.[\w-]+)*$/.test(text);
}

/** Reads the message group of an event; undefined where it cannot be told. */
export type GroupReader = (event: object) => string | undefined;

/**
 * Makes the reader of a path: the group is the text, number or boolean that stands there, if it is one that SQS takes, so
 * 1 to 128 letters, digits and punctuation.
 */
export function groupReader(path: string): GroupReader {
  const names = path.split('.');
  return (event) => {
    let value: unknown = event;
    for (const name of names) {
      // A pipe would have neither the length nor an item of a list by such a name.
      if (!isObject(value) || value instanceof InexactNumber) return undefined;
      value = value[name];
    }
    const group = textOf(value);
    return group !== undefined && isFifoId(group) ? group : undefined;
  };
}

/** Of a text, number or boolean. An id of twenty digits is a number that the bus keeps by its text. */
function textOf(value: unknown): string | undefined {
  if (value instanceof InexactNumber) return value.text;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}
