import { describe, expect, it } from 'vitest';
import type { Io } from '#cli/io.ts';
import { Printer } from '#cli/print/printer.ts';
import { tableLines } from '#cli/print/table.ts';
import { harmless } from '#cli/print/text.ts';
import { LocalTimes } from '#cli/print/time.ts';
import { CommandLines } from '#shared/command-line.ts';
import { systemClock } from '#shared/ports/clock.ts';

const terminal = { isTTY: true };

function printerOn(stdout: { isTTY?: boolean }, env: Readonly<Record<string, string>> = {}) {
  let printed = '';
  const write = (text: string) => {
    printed += text;
  };
  const output = { ...stdout, write };
  const io: Io = {
    stdin: (async function* () {})(),
    stdout: output,
    stderr: output,
    env,
    clock: systemClock,
    sleep: async () => {},
    stopSignal: () => new AbortController().signal,
    timeZone: 'UTC',
  };
  const commands = new CommandLines({ cwd: process.cwd(), path: undefined });
  const printer = new Printer(io, { json: false, commands });
  return { printer, printed: () => printed };
}

describe('text of agents and producers', () => {
  it.each([
    ['cannot rename the window', '\u001b]0;owned\u0007', '\ufffd]0;owned\ufffd'],
    ['cannot move the cursor', 'a\u001b[2Kb', 'a\ufffd[2Kb'],
    ['cannot go back in its line', 'bad\rgood', 'bad\ufffdgood'],
    ['cannot begin a sequence with eight bits', '\u009b2J', '\ufffd2J'],
  ])('%s of a terminal', (_what, text, shown) => {
    expect(harmless(text, terminal)).toBe(shown);
    const { printer, printed } = printerOn(terminal);
    printer.print(text);
    printer.note(text);
    printer.table(['A'], [[text]]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of the heading are the only ones allowed.
    expect(printed().replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  it('is otherwise unchanged', () => {
    const text = 'a\tb\n\u001b[32mgreen\u001b[0m ünïcödé 🐦';
    expect(harmless(text, terminal)).toBe(text);
    expect(harmless('\u001b[2K', { isTTY: false })).toBe('\u001b[2K');
  });
});

describe('a table', () => {
  it.each([
    ['wide characters', '鳥鳥', 4],
    ['emoji', '👩‍👩‍👧🐦', 4],
    ['combining marks', 'e\u0301e\u0301', 2],
    ['colours', '\u001b[1mab\u001b[22m', 2],
    ['plain text', 'abc', 3],
  ])('gives %s the places that they take on a terminal', (_what, text, width) => {
    const [, , longest] = tableLines([
      ['', 'B'],
      [text, 'b'],
      ['-'.repeat(6), 'c'],
    ]);
    const [, line] = tableLines([
      ['', 'B'],
      [text, 'b'],
      ['-'.repeat(6), 'c'],
    ]);
    expect(longest).toBe('------  c');
    expect(line).toBe(`${text}${' '.repeat(6 - width)}  b`);
  });

  it('shows each row on one line, aligned by what the terminal shows', () => {
    const { printer, printed } = printerOn(terminal, { NO_COLOR: '1', TERM: 'xterm' });
    printer.table(
      ['NAME', 'AGENT'],
      [
        ['a\u001b[2Kb\nc', 'one'],
        ['x', 'two'],
      ],
    );
    expect(printed()).toBe('NAME      AGENT\na\ufffd[2Kb c  one\nx         two\n');
  });
});

describe('colours', () => {
  it.each([
    ['on a terminal', terminal, { TERM: 'xterm' }, true],
    ['on a pipe', {}, { TERM: 'xterm' }, false],
    ['on a terminal with NO_COLOR', terminal, { TERM: 'xterm', NO_COLOR: '1' }, false],
    ['on a dumb terminal', terminal, { TERM: 'dumb' }, false],
    ['on a pipe with FORCE_COLOR', {}, { FORCE_COLOR: '1' }, true],
  ])('%s', (_where, stdout, env, coloured) => {
    expect(printerOn(stdout, env).printer.styled('bold', 'x')).toBe(coloured ? '\u001b[1mx\u001b[22m' : 'x');
  });
});

describe('times', () => {
  it('are in the time zone of the person', () => {
    const times = new LocalTimes('Asia/Seoul');
    expect(times.dateAndTime('2026-11-21T15:10:00.123Z')).toBe('2026-11-22 00:10:00');
    expect(times.timeOfDay('2026-11-21T15:10:00.123Z')).toBe('00:10:00.123');
  });

  it('that are not times stay as they are, on one line', () => {
    expect(new LocalTimes('UTC').dateAndTime('next\nweek')).toBe('next week');
  });
});
