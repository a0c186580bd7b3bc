/**
 * The input template of the pipe before a FIFO queue. The pipe removes the quotes of an event that is the whole template; in
 * a field of an object they stay: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
 */
export const pipedEvent = '{"event": <$.body>}';

/** The group after `\s*` begins with `\S`. Otherwise a long run of spaces without an end would cost quadratic time. */
const wrapped = /^\s*\{\s*"event"\s*:\s*(\S[\s\S]*)\}\s*$/;

/** The text of the event in a message that came through the pipe. Any other body is returned unchanged. */
export function eventOfPiped(body: string): string {
  const event = wrapped.exec(body)?.[1]?.trimEnd();
  return event !== undefined && isJson(event) ? event : body;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
