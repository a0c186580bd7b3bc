import { isoTime } from '#shared/iso-time.ts';
import type { LineOutput } from './line-output.ts';
import { type LogLevel, logLevels } from './logger.ts';
import { escapeControls, prettyLine } from './pretty.ts';

/** One call of an agent that has ended. It has no payload and no text of a client. */
export interface EndedCall {
  readonly agentId: string;
  /** The method of A2A or the id of a skill. */
  readonly operation: string;
  /** The state of the task in the answer (`completed`), `ok`, `disconnected`, or the code of the error. */
  readonly outcome: string;
  readonly durationMs: number;
  readonly taskId?: string;
}

/** Is called with each call of an agent that has ended. */
export interface CallLog {
  write(call: EndedCall): void;
}

export interface CallLogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  readonly service: string;
  readonly output: LineOutput;
  readonly color: boolean;
}

interface Line {
  readonly time: number;
  readonly call: EndedCall;
}

/** Milliseconds. The lines of this time are written together, because a write costs more than a line. */
const WRITE_INTERVAL_MS = 100;
/** When more lines wait, they are written at once. */
const MAX_LINES = 1_000;
/** When the reader leaves more characters unread, the log drops further calls. */
const MAX_PENDING = 1024 * 1024;

/**
 * One line at INFO for each call. The lines have the forms of `createLogger`, which needs 14 µs for a line: a tenth of a
 * call. The fields here are known, so they need no search for secrets, and lines are written in groups.
 */
export class BufferedCallLog implements CallLog {
  readonly #options: CallLogOptions;
  readonly #isOff: boolean;
  #lines: Line[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lost = 0;

  constructor(options: CallLogOptions) {
    this.#options = options;
    this.#isOff = logLevels.indexOf(options.level) > logLevels.indexOf('INFO');
  }

  write(call: EndedCall): void {
    if (this.#isOff) return;
    if (this.#lines.length >= MAX_LINES) this.flush();
    this.#lines.push({ time: Date.now(), call });
    this.#timer ??= setTimeout(() => this.flush(), WRITE_INTERVAL_MS).unref();
  }

  /** Writes the waiting lines. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    if (lines.length === 0) return;
    this.#lines = [];
    const { output } = this.#options;
    if (output.pending > MAX_PENDING) {
      this.#lost += lines.length;
      return;
    }
    let text = '';
    if (this.#lost > 0) {
      text = this.#line(Date.now(), 'warn', 'calls are not in the log, because its reader was too slow', {
        calls: this.#lost,
      });
      this.#lost = 0;
    }
    for (const { time, call } of lines) text += this.#line(time, 'info', 'call', call);
    output.write(text);
  }

  #line(time: number, level: 'info' | 'warn', message: string, fields: object): string {
    const { format, service, color } = this.#options;
    if (format === 'pretty') return prettyLine({ time: new Date(time), level, message, fields: { ...fields }, color });
    const timestamp = isoTime(time);
    const item = { level: level.toUpperCase(), message, timestamp, service, sampling_rate: 0, ...fields };
    return `${escapeControls(JSON.stringify(item))}\n`;
  }
}
