import type { Clock } from '#shared/ports/clock.ts';
import { limits } from '../reference/limits.ts';
import { expiredToken, invalidArgument } from './errors.ts';

const { tokenMinutes } = limits.kinesis;

/** A NextToken that holds this text for five minutes. */
export function pageToken(text: string, clock: Clock): string {
  return Buffer.from(JSON.stringify([text, clock.now()])).toString('base64url');
}

/** The text of a NextToken. @throws ServiceError when it is not a token, or is older than five minutes */
export function readPageToken(token: string, clock: Clock): string {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    // The text is not a token. The next check refuses it, as it refuses JSON of another shape.
  }
  const [text, at] = Array.isArray(parts) ? (parts as unknown[]) : [];
  if (typeof text !== 'string' || typeof at !== 'number') throw invalidArgument('Invalid NextToken.');
  if (clock.now() - at > tokenMinutes * 60_000) throw expiredToken(tokenMinutes);
  return text;
}
