import { describe, expect, it } from 'vitest';
import { cpu, latency } from '#tools/cost/assumptions.ts';
import { computing, defaultSetting, durationsOf, follow, yieldToClient } from '#tools/cost/durations.ts';
import { callCount, countsOf } from './call.ts';

const own = 2 * latency.dynamodb + computing(cpu.gateway, 256);

describe('how long functions run', () => {
  it('computing is slower by the part of a vCPU that a memory size gives, and never faster than a whole one', () => {
    expect(computing(10, 1769)).toBe(10);
    expect(computing(10, 3538)).toBe(10);
    expect(computing(10, 884.5)).toBe(20);
  });

  it('a blocking call holds the gateway for the way of the events and the work of the agent', () => {
    const { gateway, get } = durationsOf(callCount(), countsOf(), defaultSetting);
    expect(gateway).toBeGreaterThan(own + 2000 + 2 * (latency.bus + latency.queue));
    expect(gateway).toBeLessThan(own + 2000 + 2 * (latency.bus + latency.queue) + 700);
    expect(get).toBe(0);
  });

  it('an immediate call holds it for its own requests only, and a GetTask follows', () => {
    const { gateway, get, polls } = durationsOf(callCount({ kind: 'immediate' }), countsOf(), defaultSetting);
    expect(gateway).toBe(own);
    expect(get).toBe(latency.dynamodb + computing(cpu.get, 256));
    expect(polls).toBe(0);
  });

  it('a wait budget ends the wait of a blocking call, not of a stream', () => {
    const setting = { ...defaultSetting, waitBudget: 1 };
    const blocking = durationsOf(callCount(), countsOf(), setting);
    expect(blocking.gateway).toBe(own + 1000);
    expect(blocking.get).toBeGreaterThan(0);
    const streaming = durationsOf(callCount({ kind: 'streaming' }), countsOf(), setting);
    expect(streaming.gateway).toBeGreaterThan(2000);
    expect(streaming.get).toBe(0);
  });

  it('a chunk that Kinesis pushes reaches its client sooner', () => {
    const runs = { gateway: 1, agent: 1, projector: 2, chunks: 2 };
    const requests = [{ actor: 'chunks', operation: 'dynamodb.PutItem', count: 4 }] as const;
    const [fetched, pushed] = [{}, { fanOut: true as const }].map((more) =>
      yieldToClient(callCount({ kind: 'streaming', runs, requests, ...more }), countsOf()),
    );
    expect((fetched ?? 0) - (pushed ?? 0)).toBeCloseTo(latency.stream - latency.fanOut);
    // Two writes of a run, its CPU, and half of a pause of the tail with its look.
    expect(pushed).toBeCloseTo(
      latency.putRecords + latency.fanOut + 2 * latency.dynamodb + computing(cpu.chunks, 256) + 25 + latency.dynamodb,
    );
  });

  it('a tail looks by its schedule, whose last pause goes on', () => {
    const delays = { fresh: [250, 100], after: [50] };
    const look = latency.dynamodb;
    expect(follow(delays, [], 0)).toEqual({ looks: 0, pause: 0 });
    expect(follow(delays, [], 250 + look)).toEqual({ looks: 1, pause: 250 });
    expect(follow(delays, [], 250 + 3 * 100 + 4 * look)).toEqual({ looks: 4, pause: 100 });
  });

  it('a tail that has found something looks again soon', () => {
    const delays = { fresh: [100], after: [10, 1000] };
    const found = 100 + latency.dynamodb;
    expect(follow(delays, [50], found + 1)).toEqual({ looks: 2, pause: 10 });
    expect(follow(delays, [50], found + 200)).toEqual({ looks: 3, pause: 1000 });
  });
});
