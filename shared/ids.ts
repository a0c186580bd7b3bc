import { randomHex } from './random.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A UUIDv7. Such ids sort by time, so inserts go to the end of the index. */
export type TaskId = Branded<'TaskId'>;
export type ContextId = Branded<'ContextId'>;
export type EventId = Branded<'EventId'>;
/**
 * A lower-case name of at most 64 letters, digits and hyphens that begins with a letter. It is part of paths, queue
 * names and IAM policies.
 */
export type AgentId = Branded<'AgentId'>;

export const agentIdPattern = '^[a-z][a-z0-9-]{0,63}$';
const agentId = new RegExp(agentIdPattern);

export function isAgentId(text: string): text is AgentId {
  return agentId.test(text);
}

let lastMillisecond = 0;
let counter = 0;
/** The first 13 characters. All ids of one millisecond share them. */
let timePrefix = '';

/** The digit with the two bits of the variant and two random bits, by a random digit. */
const variants: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 16 }, (_, digit) => [digit.toString(16), (8 | (digit & 3)).toString(16)]),
);

/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then a 12-bit counter that keeps the ids of one process in order
 * within a millisecond (§6.2 method 1), then 62 random bits. `now` is in milliseconds since 1970. The ids keep their
 * order when the clock steps back.
 */
export function uuidv7(now: number): string {
  if (now > lastMillisecond) begin(now);
  else if (++counter > 0xfff) begin(lastMillisecond + 1);
  const sequence = counter.toString(16).padStart(3, '0');
  const random = randomHex(8);
  return `${timePrefix}-7${sequence}-${variants[random.charAt(0)]}${random.slice(1, 4)}-${random.slice(4)}`;
}

function begin(millisecond: number): void {
  lastMillisecond = millisecond;
  counter = 0;
  const time = millisecond.toString(16).padStart(12, '0');
  timePrefix = `${time.slice(0, 8)}-${time.slice(8)}`;
}
