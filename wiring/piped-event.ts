/**
 * What the pipe before a FIFO queue makes of an event. The event by itself would lose its quotes, a field of an object keeps
 * them: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
 */
export const pipedEvent = '{"event": <$.body>}';

/** What follows white space begins with none: else a body without an end would be looked through from each space. */
const wrapped = /^\s*\{\s*"event"\s*:\s*(\S[\s\S]*)\}\s*$/;

/** The event in the body of a message that came through the pipe, as the same text; any other body as it is. */
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
