import { styleText } from 'node:util';
import type { Logger } from './logger.ts';
import type { PlainError } from './redact.ts';

type Level = keyof Logger;
type Style = Parameters<typeof styleText>[0];

export interface PrettyLine {
  readonly time: Date;
  readonly level: Level;
  readonly message: string;
  /** Fields as `redactFields` returns them. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly color: boolean;
}

const levels = { debug: 'DEBUG', info: 'INFO ', warn: 'WARN ', error: 'ERROR' } as const;
const levelStyles: Readonly<Record<Level, Style>> = {
  debug: 'gray',
  info: 'green',
  warn: 'yellow',
  error: ['red', 'bold'],
};

/**
 * One readable line: `12:04:31 INFO message key=value …`. The details of an error follow below it, indented. Messages
 * and values may be the text of a stranger. Control characters are escaped, so that this text cannot end the line, move
 * the cursor or turn the reading order.
 */
export function prettyLine({ time, level, message, fields, color }: PrettyLine): string {
  const style = (format: Style, text: string) => (color ? styleText(format, text, { validateStream: false }) : text);
  const { error, ...rest } = fields;
  let line = `${style('dim', clockTime(time))} ${style(levelStyles[level], levels[level])} ${escapeControls(message)}`;
  let separator = '  ';
  for (const [name, value] of Object.entries(rest)) {
    // The correlation id of most events is the id of the task. One of them is enough for a reader.
    if (value === undefined || (name === 'correlationId' && value === rest.taskId)) continue;
    line += `${separator}${style('dim', `${escapeControls(name)}=`)}${shown(value)}`;
    separator = ' ';
  }
  if (isPlainError(error)) return `${line}\n${errorLines(error, '    ').join('\n')}\n`;
  if (error !== undefined) line += `${separator}${style('dim', 'error=')}${shown(error)}`;
  return `${line}\n`;
}

/** An error, its stack and its causes, in lines. */
export function errorLines(error: PlainError, indent: string): string[] {
  const code = error.code === undefined ? '' : ` (${error.code})`;
  const lines = [`${indent}${escapeControls(`${error.name}: ${error.message}${code}`)}`];
  for (const frame of (error.stack ?? '').split('\n')) {
    if (/^\s+at /.test(frame)) lines.push(`${indent}  ${escapeControls(frame.trim())}`);
  }
  // Without `push(...lines)`: a call takes about 100,000 arguments at most, and the error of an agent may have more
  // lines.
  const inner = [
    ...(error.cause === undefined ? [] : innerLines('caused by', error.cause, indent)),
    ...(error.errors ?? []).flatMap((each) => innerLines('one of', each, indent)),
  ];
  return [...lines, ...inner];
}

function innerLines(relation: string, inner: unknown, indent: string): string[] {
  if (!isPlainError(inner)) return [`${indent}${relation}: ${shown(inner)}`];
  const [first = '', ...frames] = errorLines(inner, `${indent}  `);
  return [`${indent}${relation}: ${first.trimStart()}`, ...frames];
}

export function isPlainError(value: unknown): value is PlainError {
  return typeof value === 'object' && value !== null && 'name' in value && 'message' in value;
}

function shown(value: unknown): string {
  const bare = typeof value === 'string' && /^[^\s"=]+$/.test(value);
  return escapeControls(bare ? value : JSON.stringify(value));
}

/** The time is in the time zone of the machine, because its user reads the line. */
function clockTime(time: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Control characters, line separators and marks that reorder text become escapes that JSON knows too. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
