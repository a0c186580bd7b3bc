import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Admission } from '#hosts/standalone/connections/admission.ts';
import { connectionGauges, gauges } from '#hosts/standalone/gauges.ts';
import { counters, histograms } from '#shared/telemetry/metrics.ts';

const page = readFileSync('docs/concepts/telemetry.md', 'utf8');

/** The metrics of the table that begins with this word, each with its labels. */
function documented(kind: 'counter' | 'histogram' | 'gauge'): [string, string][] {
  const [, table = ''] = page.split(`| ${kind} | labels |`);
  const [rows = ''] = table.split('\n\n');
  return [...rows.matchAll(/^\| `(starling_\w+)` \| ([^|]*)\|/gm)].map(([, name = '', labels = '']) => [
    name,
    labels.trim(),
  ]);
}

const labelled = (metrics: Readonly<Record<string, { readonly labels: readonly string[] }>>) =>
  Object.entries(metrics).map(([name, { labels }]) => [name, labels.join(', ')]);

it('the page on telemetry has each metric with its labels, and no other', () => {
  expect(documented('counter')).toEqual(labelled(counters));
  expect(documented('histogram')).toEqual(labelled(histograms));
  const runtime = () => {
    throw new Error('nothing is read here');
  };
  const defined = [
    ...gauges({ file: 'serverless.yml', stage: 'local', functions: [] }, runtime),
    ...connectionGauges({} as Admission),
  ];
  expect(documented('gauge')).toEqual(defined.map(({ name, labels }) => [name, labels.join(', ')]));
});
