import { messageOf } from '#shared/errors.ts';
import { isSqliteError, type SqliteError } from './sqlite-errors.ts';

/** An error of SQLite in another thread. It carries the code, because a posted error keeps only its text. */
export interface PostedFailure {
  readonly message: string;
  readonly errcode: number | undefined;
}

export function postable(error: unknown): PostedFailure {
  return { message: messageOf(error), errcode: isSqliteError(error) ? error.errcode : undefined };
}

export function received({ message, errcode }: PostedFailure): Error {
  if (errcode === undefined) return new Error(message);
  const error: SqliteError = Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR' as const, errcode });
  return error;
}
