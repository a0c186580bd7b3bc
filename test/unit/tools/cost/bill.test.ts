import { describe, expect, it } from 'vitest';
import { billOf, type CallShape, type Line, total } from '#tools/cost/bill.ts';
import { CountMissingError } from '#tools/cost/counts.ts';
import { defaultSetting } from '#tools/cost/durations.ts';
import { UnexplainedRowError } from '#tools/cost/guarantees.ts';
import { prices } from '#tools/cost/prices.ts';
import { sampleBill } from '#tools/cost/sample.ts';
import { callCount, countsOf } from './call.ts';

const blocking = { kind: 'blocking', seconds: 2, delivery: 'quiet' } as const;
const bill = (shape: CallShape, ...changes: Parameters<typeof callCount>) =>
  billOf(shape, countsOf(callCount(...changes)), defaultSetting);
const lineOf = (lines: readonly Line[], what: string) => lines.find((line) => line.what === what);

describe('the bill of a million calls', () => {
  it('is quantity by price, a million times', () => {
    const lines = bill(blocking);
    for (const { quantity, price, usd } of lines) expect(usd).toBeCloseTo(quantity * prices[price].usd * 1e6, 9);
    expect(lineOf(lines, 'API')?.usd).toBeCloseTo(3.5);
    expect(lineOf(lines, 'event TaskRequested')?.usd).toBeCloseTo(1);
    expect(total(lines)).toBeCloseTo(lines.reduce((sum, { usd }) => sum + usd, 0));
  });

  it('every line says what it pays for', () => {
    for (const { pays } of [...bill(blocking), ...sampleBill(2)]) expect(pays).not.toBe('');
  });

  it('what nobody explains is refused', () => {
    const row = { actor: 'projector', api: 'write', what: 'tasks diary', count: 1, units: 1 } as const;
    expect(() => bill(blocking, { rows: [row] })).toThrow(UnexplainedRowError);
    expect(() => bill(blocking, { rows: [row] })).toThrow('a write of tasks diary');
  });

  it('a queue is a send for each message, a receive and a delete for each run', () => {
    expect(lineOf(bill(blocking), "the projector's queue: send, receive, delete")?.quantity).toBe(2 + 2 * 2);
  });

  it('a busy projector shares its runs among tasks', () => {
    const busy = bill({ ...blocking, delivery: 'busy' }, { delivery: 'busy' });
    expect(lineOf(busy, 'projector: runs')?.quantity).toBeCloseTo(2 / 5);
    expect(lineOf(busy, "the projector's queue: send, receive, delete")?.quantity).toBeCloseTo(2 + 2 * (2 / 5));
  });

  it('an immediate call is two of the API, and no wait', () => {
    const lines = bill({ ...blocking, kind: 'immediate' }, { kind: 'immediate' });
    expect(lineOf(lines, 'API, with GetTask')?.quantity).toBe(2);
    expect(lineOf(lines, 'gateway: time')?.usd).toBeLessThan(lineOf(bill(blocking), 'gateway: time')?.usd ?? 0);
  });

  it('work of 20 s is counted as that of 2 s, and timed as 20', () => {
    const lines = bill({ ...blocking, seconds: 20 });
    const short = bill(blocking);
    expect(lineOf(lines, 'event TaskRequested')).toEqual(lineOf(short, 'event TaskRequested'));
    expect(lineOf(lines, 'agent: time')?.quantity).toBeCloseTo((lineOf(short, 'agent: time')?.quantity ?? 0) + 9);
  });

  it('a call that was not counted is told', () => {
    expect(() => bill({ ...blocking, kind: 'streaming' })).toThrow(CountMissingError);
  });
});

describe("the sample's bill", () => {
  it('pays for the wait at its own memory', () => {
    const [small, large] = [sampleBill(20, 512), sampleBill(20, 1024)].map((lines) =>
      lineOf(lines, 'proxy: time, waiting'),
    );
    expect(large?.quantity).toBeGreaterThan(20);
    expect(small?.quantity).toBeLessThan(11);
  });

  it('has the same agent behind it', () => {
    expect(lineOf(sampleBill(2), 'agent: runs')).toEqual(lineOf(bill(blocking), 'agent: runs'));
  });
});
