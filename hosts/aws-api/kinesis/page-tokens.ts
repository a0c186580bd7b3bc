import type { Clock } from '#shared/ports/clock.ts';
import { expiredToken, invalidArgument } from './errors.ts';

/** As on Kinesis: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
const LIFE_MS = 300_000;

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
  if (clock.now() - at > LIFE_MS) throw expiredToken(LIFE_MS / 60_000);
  return text;
}
