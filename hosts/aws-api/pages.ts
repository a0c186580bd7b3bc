import type { ServiceError } from './errors.ts';
import type { InputReader } from './input-reader.ts';
import { limits } from './reference/limits.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/**
 * Sorts a list by name and returns one page. The token is the last name of the page. So items that are created or
 * removed between two calls do not shift the pages.
 *
 * @throws ServiceError from `invalid` when the token did not come from a page
 */
export function pageOf<Item>(
  items: readonly Item[],
  options: {
    readonly name: (item: Item) => string;
    readonly limit: number;
    readonly token: string | undefined;
    readonly invalid: () => ServiceError;
  },
): Page<Item> {
  const { name, limit, token, invalid } = options;
  const sorted = items.toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
  const after = token === undefined ? undefined : readToken(token);
  if (token !== undefined && after === undefined) throw invalid();
  const rest = after === undefined ? sorted : sorted.filter((item) => name(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { items: page, ...(rest.length > limit && last !== undefined && { next: tokenOf(name(last)) }) };
}

/** Reads `Limit` and `NextToken` of EventBridge. */
export function pageOptions(input: InputReader): { limit: number; token: string | undefined } {
  return { limit: input.integer('Limit') ?? limits.events.listed, token: input.string('NextToken') };
}

function tokenOf(name: string): string {
  return Buffer.from(`after:${name}`).toString('base64url');
}

function readToken(token: string): string | undefined {
  const text = Buffer.from(token, 'base64url').toString();
  return text.startsWith('after:') ? text.slice('after:'.length) : undefined;
}
