let last = Number.NaN;
let text = '';

/**
 * Writes milliseconds since 1970 as RFC 3339 in UTC with milliseconds. Many events share one moment, so the last text
 * is kept.
 */
export function isoTime(milliseconds: number): string {
  if (milliseconds !== last) {
    text = new Date(milliseconds).toISOString();
    last = milliseconds;
  }
  return text;
}
