import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { billOf, type CallShape, total } from '#tools/cost/bill.ts';
import { readCounts } from '#tools/cost/counts.ts';
import { defaultSetting } from '#tools/cost/durations.ts';
import { filled } from '#tools/cost/markers.ts';
import { sampleBill } from '#tools/cost/sample.ts';
import { tablesOf } from '#tools/cost/tables.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/cost.md'), 'utf8');
const counts = readCounts();
const dollars = (shape: CallShape) => total(billOf(shape, counts, defaultSetting));

describe('docs/cost.md', () => {
  it('is what counts, prices and assumptions give (else: npm run cost)', () => {
    expect(filled(page, tablesOf(counts))).toBe(page);
  });

  // The factors to the sample's bill when the mesh, too, counts each call of the API with a write. The list of the client costs a
  // blocking call of 0.2 s one write, and an immediate call of 2 s five (docs/decisions/0030).
  it.each<[CallShape, factor: number]>([
    [{ kind: 'blocking', seconds: 0.2, delivery: 'quiet' }, 1.705],
    // The aim is 1.55 without the list, and 1.7 with it.
    [{ kind: 'blocking', seconds: 0.2, delivery: 'busy' }, 1.63],
    // The aim is 0.75.
    [{ kind: 'immediate', seconds: 2, delivery: 'quiet' }, 0.87],
    [{ kind: 'immediate', seconds: 2, delivery: 'busy' }, 0.835],
    // The aim is 0.35, and the agent alone is 0.33.
    [{ kind: 'immediate', seconds: 20, delivery: 'busy' }, 0.395],
  ])('%j costs at most %d of what it costs with the sample', (shape, factor) => {
    const usd = total(billOf(shape, counts, { ...defaultSetting, rateCounter: true }));
    expect(usd).toBeLessThanOrEqual(factor * total(sampleBill(shape.seconds)));
  });

  it.each([2, 20])('an immediate call of %s s costs less than with the sample', (seconds) => {
    for (const delivery of ['quiet', 'busy'] as const) {
      expect(dollars({ kind: 'immediate', seconds, delivery })).toBeLessThan(total(sampleBill(seconds)));
    }
  });
});
