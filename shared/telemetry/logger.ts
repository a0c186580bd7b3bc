/** Structured fields beside the message. No payloads and no secrets: ids, codes and counts. */
export interface LogFields {
  readonly taskId?: string;
  readonly correlationId?: string;
  readonly traceId?: string;
  readonly agentId?: string;
  readonly error?: unknown;
  readonly [field: string]: unknown;
}

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof logLevels)[number];
