import { describe, expect, it } from 'vitest';
import { harmless } from '#cli/print/output.ts';

const terminal = { isTTY: true };

describe('what agents say', () => {
  it.each([
    ['renames the window', '\u001b]0;owned\u0007', '\ufffd]0;owned\ufffd'],
    ['moves the cursor', 'a\u001b[2Kb', 'a\ufffd[2Kb'],
    ['goes back in its line', 'bad\rgood', 'bad\ufffdgood'],
    ['begins a sequence with eight bits', '\u009b2J', '\ufffd2J'],
  ])('%s on no terminal', (_what, text, shown) => {
    expect(harmless(text, terminal)).toBe(shown);
  });

  it('is shown as it is otherwise', () => {
    expect(harmless('a\tb\n\u001b[32mgreen\u001b[0m ünïcödé 🐦', terminal)).toBe(
      'a\tb\n\u001b[32mgreen\u001b[0m ünïcödé 🐦',
    );
    expect(harmless('\u001b[2K', { isTTY: false })).toBe('\u001b[2K');
  });
});
