import { describe, expect, it } from 'vitest';
import { eventOfPiped, pipedEvent } from '#wiring/piped-event.ts';

describe('the event in a message that came through a pipe', () => {
  const event = '{ "id": "1", "detail": { "exact": 12345678901234567890, "text": "}\\n{\\"event\\":" } }';

  it('is the text that the pipe put into its template', () => {
    expect(eventOfPiped(pipedEvent.replace('<$.body>', event))).toBe(event);
    expect(eventOfPiped(`{\n  "event":${event}\n}\n`)).toBe(event);
  });

  it('is not looked for again from each of a million spaces', () => {
    const body = `{"event":${' '.repeat(1_000_000)}x`;
    expect(eventOfPiped(body)).toBe(body);
  });

  it.each([
    event,
    '',
    'event',
    '{"event":}',
    '{"event": {"id": "1"}, "more": {}}',
    '{"other": {"event": 1}}',
    '["event"]',
  ])('is the body itself of any other message: %s', (body) => {
    expect(eventOfPiped(body)).toBe(body);
  });
});
