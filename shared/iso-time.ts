let last = Number.NaN;
let text = '';

/** RFC 3339 in UTC with milliseconds, of milliseconds since 1970. The events of one moment are many: their time is written once. */
export function isoTime(milliseconds: number): string {
  if (milliseconds !== last) {
    text = new Date(milliseconds).toISOString();
    last = milliseconds;
  }
  return text;
}
