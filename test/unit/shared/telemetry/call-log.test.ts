import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BufferedCallLog, type CallLogOptions } from '#shared/telemetry/call-log.ts';
import { FileOutput } from '#shared/telemetry/line-output.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

const call = { agentId: 'echo', operation: 'SendMessage', outcome: 'completed', durationMs: 3, taskId: '0198c5c6' };

describe('BufferedCallLog', () => {
  let written: string[];
  let pending: number;
  const output = {
    write: (text: string) => void written.push(text),
    get pending() {
      return pending;
    },
    drain: async () => {},
  };
  const open = (options: Partial<CallLogOptions> = {}) =>
    new BufferedCallLog({ level: 'INFO', format: 'json', service: 'starling', output, color: false, ...options });

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 12, 4, 31) });
    written = [];
    pending = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(['json', 'pretty'] as const)('writes the same line in %s as the logger', (format) => {
    open({ format }).write(call);
    vi.runAllTimers();
    const lines: string[] = [];
    vi.setSystemTime(Date.UTC(2026, 0, 1, 12, 4, 31));
    createLogger({ level: 'INFO', format, service: 'starling', write: (line) => lines.push(line) }).info('call', call);
    expect(written).toEqual(lines);
  });

  it('keeps a call on one line, whatever the name of a skill', () => {
    const log = open({ format: 'pretty' });
    log.write({ ...call, operation: 'a\nb\u001b[2J' });
    log.flush();
    expect(written).toEqual([expect.stringMatching(/operation="a\\nb\\u001b\[2J"[^\n]*\n$/)]);
  });

  it('writes the calls of a tenth of a second at once', () => {
    const log = open();
    for (let count = 0; count < 50; count++) log.write(call);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(written).toHaveLength(1);
    expect(written[0]?.split('\n')).toHaveLength(51);
    log.write(call);
    vi.advanceTimersByTime(100);
    expect(written).toHaveLength(2);
  });

  it('keeps at most 1000 lines back', () => {
    const log = open();
    for (let count = 0; count < 2_500; count++) log.write(call);
    expect(written).toHaveLength(2);
  });

  it('writes nothing above its level', () => {
    const log = open({ level: 'WARN' });
    log.write(call);
    vi.runAllTimers();
    expect(written).toEqual([]);
  });

  it('drops calls while a reader is slow, and then says how many', () => {
    const log = open();
    pending = 2_000_000;
    log.write(call);
    log.write(call);
    log.flush();
    expect(written).toEqual([]);
    pending = 0;
    log.write(call);
    log.flush();
    const lines = written
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { level: 'WARN', calls: 2 },
      { level: 'INFO', ...call },
    ]);
  });
});

describe('FileOutput', () => {
  it('writes all lines to the file in their order, after the call', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'log');
    const descriptor = openSync(file, 'w');
    const output = new FileOutput(descriptor);
    const lines = Array.from({ length: 500 }, (_, number) => `${number} ${'ö'.repeat(number)}\n`);
    for (const line of lines) output.write(line);
    // The calls did not wait for the file.
    expect(output.pending).toBeGreaterThan(100_000);
    await output.drain();
    expect(readFileSync(file, 'utf8')).toBe(lines.join(''));
    expect(output.pending).toBe(0);
    await output.drain();
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });
});
