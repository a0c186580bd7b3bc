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

  it.each(['quiet', 'busy'] as const)(
    'a %s blocking call of 0.2 s costs at most twice as much as with the sample',
    (delivery) => {
      expect(dollars({ kind: 'blocking', seconds: 0.2, delivery })).toBeLessThanOrEqual(2 * total(sampleBill(0.2)));
    },
  );

  it.each([2, 20])('an immediate call of %s s costs less than with the sample', (seconds) => {
    for (const delivery of ['quiet', 'busy'] as const) {
      expect(dollars({ kind: 'immediate', seconds, delivery })).toBeLessThan(total(sampleBill(seconds)));
    }
  });
});
