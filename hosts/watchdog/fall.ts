import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { RunningAttempt } from '#shared/runtime/delivery-scope.ts';

/** Why the process before this one ended without a stop. */
export interface Fall {
  /** A sentence, such as `It did not yield for 3 s.` */
  readonly cause: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The delivery that held the main thread. Undefined: not known. */
  readonly delivery?: {
    readonly functionName: string;
    readonly messageId: string;
    readonly attempt?: RunningAttempt;
  };
  /** The innermost calls of the main thread. */
  readonly stack?: readonly string[];
}

/** The file in a data folder in which the watchdog notes a fall. */
export function fallNote(folder: string): string {
  return path.join(folder, 'fall.json');
}

/** Reads the note of the process before this one, and removes it. */
export function takeFall(folder: string): Fall | undefined {
  const file = fallNote(folder);
  try {
    const fall: unknown = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(file);
    return isFall(fall) ? fall : undefined;
  } catch {
    return undefined;
  }
}

function isFall(value: unknown): value is Fall {
  return typeof value === 'object' && value !== null && 'cause' in value && typeof value.cause === 'string';
}
