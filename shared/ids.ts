import { randomFillSync } from 'node:crypto';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A UUIDv7: ids that sort by time keep inserts at the end of the index. */
export type TaskId = Branded<'TaskId'>;
export type ContextId = Branded<'ContextId'>;
export type EventId = Branded<'EventId'>;
/** A lower-case name of at most 64 letters, digits and hyphens that begins with a letter: it stands in paths, queue names and IAM policies. */
export type AgentId = Branded<'AgentId'>;

const agentIdPattern = /^[a-z][a-z0-9-]{0,63}$/;

export function isAgentId(text: string): text is AgentId {
  return agentIdPattern.test(text);
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const pool = new Uint8Array(4096);
let used = pool.length;
let lastMillisecond = 0;
let counter = 0;

/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then a 12-bit counter that keeps the ids of one process in order
 * within a millisecond (§6.2 method 1), then 62 random bits. `now` is in milliseconds since 1970; a clock that steps
 * back does not take the order with it.
 */
export function uuidv7(now: number): string {
  if (now > lastMillisecond) {
    lastMillisecond = now;
    counter = 0;
  } else if (++counter > 0xfff) {
    lastMillisecond++;
    counter = 0;
  }
  if (used + 8 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const time = lastMillisecond.toString(16).padStart(12, '0');
  const sequence = counter.toString(16).padStart(3, '0');
  const at = used;
  used += 8;
  const byte = (i: number) => hex[pool[at + i] as number] as string;
  const variant = hex[((pool[at] as number) & 0x3f) | 0x80] as string;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence}-${variant}${byte(1)}-${byte(2)}${byte(3)}${byte(4)}${byte(5)}${byte(6)}${byte(7)}`;
}
