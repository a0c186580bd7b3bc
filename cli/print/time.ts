import { oneLine } from './text.ts';

/** Times for people, in their time zone. A text that is not a time stays as it is, on one line. */
export class LocalTimes {
  readonly #timeZone: string | undefined;
  #format: Intl.DateTimeFormat | undefined;

  /** @param timeZone an IANA name; undefined: the machine's own */
  constructor(timeZone: string | undefined) {
    this.#timeZone = timeZone;
  }

  /** `2026-11-21 09:10:00` */
  dateAndTime(rfc3339: string): string {
    const part = this.#parts(rfc3339);
    if (part === undefined) return oneLine(rfc3339);
    return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second}`;
  }

  /** `09:10:00.123` */
  timeOfDay(rfc3339: string): string {
    const part = this.#parts(rfc3339);
    if (part === undefined) return oneLine(rfc3339);
    return `${part.hour}:${part.minute}:${part.second}.${part.fractionalSecond}`;
  }

  #parts(rfc3339: string): Readonly<Record<string, string>> | undefined {
    const time = new Date(rfc3339);
    // Producers write the time of an event, and may write anything.
    if (Number.isNaN(time.getTime())) return undefined;
    this.#format ??= new Intl.DateTimeFormat('en-GB', {
      timeZone: this.#timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
    });
    return Object.fromEntries(this.#format.formatToParts(time).map(({ type, value }) => [type, value]));
  }
}
