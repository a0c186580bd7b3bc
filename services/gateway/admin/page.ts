import { invalidParameter } from './errors.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/** @throws AdminError INVALID_PARAMETER */
export function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw invalidParameter('limit', `takes a whole number from 1 to ${MAX_LIMIT}`);
  return limit;
}

/** A store's cursor in a wrapping, by which one that was made up, cut off or of another list is told from one of ours. */
export function writeCursor(list: string, cursor: string): string {
  return Buffer.from(`${list}:${cursor}`).toString('base64url');
}

/** @throws AdminError INVALID_PARAMETER */
export function readCursor(list: string, text: string): string {
  const unwrapped = Buffer.from(text, 'base64url').toString();
  const cursor = unwrapped.slice(list.length + 1);
  if (!unwrapped.startsWith(`${list}:`) || cursor === '' || writeCursor(list, cursor) !== text) {
    throw invalidParameter('cursor', 'takes the "next" of the page before, and nothing else');
  }
  return cursor;
}
