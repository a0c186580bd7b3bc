import { isGroupPath, LONGEST_GROUP_PATH } from '#shared/events/message-group.ts';
import { isObject } from '#shared/objects.ts';
import { InvalidSubscriptionError } from './errors.ts';
import type { FifoOptions } from './subscription.ts';

/**
 * The value of a subscription's `fifo`: `true` for one message group, or `{ groupBy: detail.data.orderId }`.
 *
 * @throws InvalidSubscriptionError
 */
export function parseFifo(raw: unknown): FifoOptions | undefined {
  if (raw === undefined || raw === false) return undefined;
  if (raw === true) return { groupBy: undefined };
  const entries = isObject(raw) ? Object.entries(raw) : [];
  const [[key, groupBy] = [], ...others] = entries;
  if (key !== 'groupBy' || others.length > 0) {
    throw new InvalidSubscriptionError(
      `'fifo' is true, which orders all events, or { groupBy: <path> }, which orders those of one group, not ${JSON.stringify(raw)}.`,
      'fifo',
    );
  }
  if (typeof groupBy !== 'string' || !isGroupPath(groupBy)) {
    throw new InvalidSubscriptionError(
      `'groupBy' is a path into the event, such as detail.data.orderId: names of letters, digits, _ and - with dots between them, ${LONGEST_GROUP_PATH} characters at most, not ${JSON.stringify(groupBy)}.`,
      'fifo',
    );
  }
  return { groupBy };
}
