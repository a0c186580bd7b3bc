import { InexactNumber } from '#shared/exact-json.ts';
import { isObject } from '#shared/objects.ts';
import { isFifoId } from '#shared/ports/fifo.ts';

/**
 * Characters of a path. EventBridge Pipes takes 100, with `$.body.` before the path:
 * https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetSqsQueueParameters.html
 */
export const LONGEST_GROUP_PATH = 100 - '$.body.'.length;

/** Whether a text is a path that both runtimes can follow into an event: field names with dots between them. */
export function isGroupPath(text: string): boolean {
  return text.length <= LONGEST_GROUP_PATH && /^[\w-]+(\.[\w-]+)*$/.test(text);
}

/** Reads the message group of an event. Undefined if the event has none. */
export type GroupReader = (event: object) => string | undefined;

/**
 * Makes the reader of a path. The group is the text, number or boolean at the path, if SQS accepts it: 1 to 128 letters,
 * digits and punctuation.
 */
export function groupReader(path: string): GroupReader {
  const names = path.split('.');
  return (event) => {
    let value: unknown = event;
    for (const name of names) {
      // A pipe reads no length and no items of a list by such a name either.
      if (!isObject(value)) return undefined;
      value = value[name];
    }
    const group = textOf(value);
    return group !== undefined && isFifoId(group) ? group : undefined;
  };
}

/** The text of a text, number or boolean. The bus keeps the text of a number such as an id of twenty digits. */
function textOf(value: unknown): string | undefined {
  if (value instanceof InexactNumber) return value.digits;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}
