import { describe, expect, it } from 'vitest';
import { compilePattern, matches } from '#shared/patterns/index.ts';
import { order } from '#test/bench/throughput/payloads.ts';
import { ruleOf } from '#test/bench/throughput/rules.ts';

describe('ruleOf', () => {
  const rules = Array.from({ length: 1000 }, (_, number) => ruleOf(number));

  it('makes rules that all differ', () => {
    expect(new Set(rules.map((rule) => JSON.stringify(rule))).size).toBe(1000);
  });

  it('makes rules of which events match some', () => {
    const patterns = rules.map(compilePattern);
    const matched = new Set<number>();
    for (let number = 0; number < 500; number++) {
      const event = { source: 'shop.orders', 'detail-type': 'OrderPlaced.v1', detail: order(number) };
      for (const [rule, pattern] of patterns.entries()) if (matches(pattern, event)) matched.add(rule % 12);
    }
    expect(matched.size).toBeGreaterThanOrEqual(6);
  });
});
