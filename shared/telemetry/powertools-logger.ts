import { type LogItem, LogLevelThreshold, Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import type { LogFields, Logger, LogLevel } from './logger.ts';
import { escapeControls, prettyLine } from './pretty.ts';
import { redactFields, redactText } from './redact.ts';

export interface LoggerOptions {
  /**
   * A line below this level costs a call of an empty function. On Lambda, a higher level of the function itself wins.
   */
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  readonly service: string;
  /** Is called with whole lines and their line end. Default: standard output. */
  readonly write?: (line: string) => void;
  /** Colors of the pretty format. Default: as standard output and NO_COLOR say, and never with a `write`. */
  readonly color?: boolean;
}

type Emit = (level: keyof Logger, message: string, fields: Record<string, unknown>) => void;

/**
 * The logger of a process. In every format, secrets are redacted and sizes are bounded before a line is made.
 *
 * @example
 * const log = createLogger({ level: 'INFO', format: 'json', service: 'starling' });
 * log.warn('the attempt failed and will be made again', { taskId, agentId, error });
 */
export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? ((line: string) => void process.stdout.write(line));
  if (options.format === 'json') {
    const { emit, threshold } = jsonEmitter(options, write);
    return levelled(threshold, emit);
  }
  const color =
    options.color ?? (options.write === undefined && process.stdout.isTTY === true && process.stdout.hasColors());
  return levelled(LogLevelThreshold[options.level], (level, message, fields) => {
    write(prettyLine({ time: new Date(), level, message, fields, color }));
  });
}

function levelled(threshold: number, emit: Emit): Logger {
  const at = (level: keyof Logger, severity: number) => {
    if (severity < threshold) return () => {};
    return (message: string, fields?: LogFields) =>
      emit(level, redactText(message), fields === undefined ? {} : redactFields(fields));
  };
  return {
    debug: at('debug', LogLevelThreshold.DEBUG),
    info: at('info', LogLevelThreshold.INFO),
    warn: at('warn', LogLevelThreshold.WARN),
    error: at('error', LogLevelThreshold.ERROR),
  };
}

/** Powertools drops these names with a log line, because it uses them itself. */
const reserved = new Set(['level', 'message', 'sampling_rate', 'service', 'timestamp']);

function jsonEmitter(
  { level, service }: LoggerOptions,
  write: (line: string) => void,
): { emit: Emit; threshold: number } {
  // `write` is in the closure, because the base constructor may already print.
  class LineLogger extends PowertoolsLogger {
    protected override printLog(_level: number, item: LogItem): void {
      item.prepareForPrint();
      write(`${escapeControls(JSON.stringify(item.getAttributes()))}\n`);
    }
  }
  const powertools = new LineLogger({ serviceName: service, logLevel: level });
  const emit: Emit = (name, message, fields) => {
    for (const key of Object.keys(fields)) {
      if (!reserved.has(key)) continue;
      fields[`${key}_`] = fields[key];
      delete fields[key];
    }
    powertools[name](message, fields);
  };
  // Powertools uses the level of Lambda in place of this level, even if the level of Lambda lets more lines through.
  return { emit, threshold: Math.max(powertools.level, LogLevelThreshold[level]) };
}
