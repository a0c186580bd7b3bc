import { describe, expect, it } from 'vitest';
import { LOG_OVERHEAD, traffic } from '#tools/cost/assumptions.ts';
import { billOf, type CallShape, GB, type Line, total } from '#tools/cost/bill.ts';
import { CountMissingError } from '#tools/cost/counts.ts';
import { defaultSetting } from '#tools/cost/durations.ts';
import { UnexplainedRowError } from '#tools/cost/guarantees.ts';
import { prices } from '#tools/cost/prices.ts';
import { sampleBill } from '#tools/cost/sample.ts';
import { stack } from '#tools/cost/stack.ts';
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

  it('a GetTask is logged, traced and answered as a call is', () => {
    const [one, two] = (['blocking', 'immediate'] as const).map((kind) => bill({ ...blocking, kind }, { kind }));
    const more = (what: string) => (lineOf(two ?? [], what)?.quantity ?? 0) - (lineOf(one ?? [], what)?.quantity ?? 0);
    expect(more('traces')).toBeCloseTo(stack.traceRate);
    expect(more('answer over the internet') * GB).toBeCloseTo(traffic.answer);
    // Its two lines, and the one of API Gateway.
    expect(more('logs') * GB).toBeCloseTo(400 + 2 * LOG_OVERHEAD + traffic.accessLine + LOG_OVERHEAD);
  });

  it('a trace is recorded for each run that the decision of the call reaches', () => {
    const runs = { gateway: 1, agent: 1, projector: 2, chunks: 20 };
    const streaming = bill({ ...blocking, kind: 'streaming' }, { kind: 'streaming', runs });
    expect(lineOf(streaming, 'traces')?.quantity).toBeCloseTo((1 + 1 + 2) * stack.traceRate);
  });

  it('a rate counter is one write for each call of the API', () => {
    const counted = (kind: 'blocking' | 'immediate') =>
      billOf({ ...blocking, kind }, countsOf(callCount({ kind })), { ...defaultSetting, rateCounter: true });
    expect(lineOf(bill(blocking), 'rate counter')).toBeUndefined();
    expect(lineOf(counted('blocking'), 'rate counter')?.quantity).toBe(1);
    expect(lineOf(counted('immediate'), 'rate counter')?.quantity).toBe(2);
  });

  it('a stream that Kinesis pushes is read at another price, and counted apart', () => {
    const runs = { gateway: 1, agent: 1, projector: 2, chunks: 2 };
    const kind = 'streaming' as const;
    const rows = [{ actor: 'agent', api: 'record', what: 'chunk', count: 20, units: 20 }] as const;
    const fetched = bill({ ...blocking, kind }, { kind, runs, rows });
    const pushed = bill({ ...blocking, kind, fanOut: true }, { kind, runs, rows, fanOut: true });
    expect(lineOf(fetched, 'stream: chunks out')?.price).toBe('streamOut');
    expect(lineOf(pushed, 'stream: chunks out')?.price).toBe('fanOutOut');
    expect(() => bill({ ...blocking, kind, fanOut: true }, { kind, runs })).toThrow(/with fan-out/);
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
