import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prettyLine } from '#shared/telemetry/pretty.ts';
import { redactFields } from '#shared/telemetry/redact.ts';

const time = new Date(2026, 0, 1, 12, 4, 31);
const line = (message: string, fields: Record<string, unknown> = {}, color = false) =>
  prettyLine({ time, level: 'info', message, fields: redactFields(fields), color });

describe('prettyLine', () => {
  it('is one line of time, level, message and fields', () => {
    expect(line('ready', { port: 4280, host: '127.0.0.1' })).toBe('12:04:31 INFO  ready  port=4280 host=127.0.0.1\n');
    expect(line('ready')).toBe('12:04:31 INFO  ready\n');
    expect(prettyLine({ time, level: 'warn', message: 'slow', fields: {}, color: false })).toBe(
      '12:04:31 WARN  slow\n',
    );
  });

  it('quotes what a reader could take for two fields', () => {
    expect(line('m', { a: 'b c=d', e: '', f: 'say "x"', g: { h: [1] }, i: undefined })).toBe(
      '12:04:31 INFO  m  a="b c=d" e="" f="say \\"x\\"" g={"h":[1]}\n',
    );
  });

  it('shows a correlation id only when it is not the task id', () => {
    expect(line('m', { taskId: 't1', correlationId: 't1' })).not.toContain('correlationId');
    expect(line('m', { taskId: 't2', correlationId: 't1' })).toContain('correlationId=t1');
  });

  it('puts an error with its code, frames and causes below', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'ENOENT' });
    const text = line('failed', { taskId: 't1', error: new Error('outer', { cause }) });
    const [first, second, third] = text.split('\n');
    expect(first).toBe('12:04:31 INFO  failed  taskId=t1');
    expect(second).toBe('    Error: outer');
    expect(third).toMatch(/^ {6}at .*pretty\.test\.ts/);
    expect(text).toMatch(/\n {4}caused by: TypeError: inner \(ENOENT\)\n {8}at /);
    expect(line('failed', { error: 'just text' })).toBe('12:04:31 INFO  failed  error="just text"\n');
  });

  it('has colour only when asked, and reads the same without', () => {
    const fields = { port: 4280 };
    expect(stripVTControlCharacters(line('ready', fields, true))).toBe(line('ready', fields));
    expect(line('ready', fields, true)).not.toBe(line('ready', fields));
  });

  it.each([
    ['a new line', 'hello\n12:00:00 ERROR forged', 'hello\\n12:00:00 ERROR forged'],
    ['a carriage return', 'hello\rforged', 'hello\\rforged'],
    ['an escape sequence', 'a\u001b[2Jb', 'a\\u001b[2Jb'],
    ['an 8-bit escape', 'a\u009b2Jb', 'a\\u009b2Jb'],
    ['a delete', 'a\u007f', 'a\\u007f'],
    ['a turn of the reading order', 'a\u202eb', 'a\\u202eb'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
  ])('escapes %s', (_what, text, shown) => {
    expect(line(text)).toBe(`12:04:31 INFO  ${shown}\n`);
  });

  it('lets no text forge a line or reach the terminal, by whatever way it comes', () => {
    const nasty = fc.string({
      unit: fc.constantFrom(
        '\n',
        '\r',
        '\u001b',
        '\u009b',
        '\u2029',
        '\u202e',
        '\u0000',
        'a',
        ' ',
        '=',
        '"',
        '    at x',
      ),
    });
    fc.assert(
      fc.property(nasty, (text) => {
        const error = new Error(text, { cause: Object.assign(new Error(text), { code: text }) });
        error.name = text;
        error.stack = `${text}\n    at ${text}`;
        const shown = line(text, { [`k${text}`]: text, list: [text, { [text]: text }], error });
        const [first = '', ...rest] = shown.slice(0, -1).split('\n');
        expect(first).toMatch(/^12:04:31 INFO {2}/);
        for (const below of rest) expect(below).toMatch(/^ {4}/);
        expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
      }),
    );
  });
});
