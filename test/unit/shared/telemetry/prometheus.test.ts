import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { metricHelp } from '#shared/telemetry/metric-help.ts';
import { type CounterName, counters, type HistogramName, histograms, type Metrics } from '#shared/telemetry/metrics.ts';
import { createMetrics } from '#shared/telemetry/prometheus.ts';

/** The samples of the text format by their series, without comments. */
function samples(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.lastIndexOf(' ');
    found[line.slice(0, at)] = Number(line.slice(at + 1));
  }
  return found;
}

describe('createMetrics', () => {
  it('counts by labels, also between and after readings', async () => {
    const metrics = createMetrics();
    metrics.count('starling_calls_total', { agent: 'echo', method: 'SendMessage' });
    metrics.count('starling_calls_total', { agent: 'echo', method: 'GetTask' }, 3);
    metrics.count('starling_calls_total', { agent: 'weather', method: 'SendMessage' }, 0);
    metrics.count('starling_dead_letters_total', { function: 'echo' });
    await metrics.text();
    metrics.count('starling_calls_total', { method: 'SendMessage', agent: 'echo' });
    metrics.count('starling_tasks_ended_total', { agent: 'echo', state: 'TASK_STATE_COMPLETED' });
    const text = await metrics.text();
    expect(samples(text)).toMatchObject({
      'starling_calls_total{agent="echo",method="SendMessage"}': 2,
      'starling_calls_total{agent="echo",method="GetTask"}': 3,
      'starling_calls_total{agent="weather",method="SendMessage"}': 0,
      'starling_dead_letters_total{function="echo"}': 1,
      'starling_tasks_ended_total{agent="echo",state="TASK_STATE_COMPLETED"}': 1,
    });
    expect(samples(await metrics.text())['starling_calls_total{agent="echo",method="SendMessage"}']).toBe(2);
  });

  it('gives every counter its help, in the format that its content type says', async () => {
    const metrics = createMetrics();
    const text = await metrics.text();
    for (const name of Object.keys(counters) as CounterName[]) {
      expect(text).toContain(`# HELP ${name} ${metricHelp[name]}\n# TYPE ${name} counter\n`);
    }
    expect(metrics.contentType).toBe(Registry.PROMETHEUS_CONTENT_TYPE);
  });

  it('puts durations into buckets, each with those below it', async () => {
    const metrics = createMetrics();
    const labels = { agent: 'echo', state: 'TASK_STATE_COMPLETED' };
    for (const seconds of [0.0005, 0.001, 0.3, 4000, -2]) {
      metrics.observe('starling_task_duration_seconds', labels, seconds);
    }
    metrics.observe('starling_task_duration_seconds', { ...labels, agent: 'weather' }, 1);
    const text = await metrics.text();
    const found = samples(text);
    const series = (le: string) =>
      `starling_task_duration_seconds_bucket{agent="echo",state="${labels.state}",le="${le}"}`;
    expect(['0.001', '0.25', '0.5', '3600', '+Inf'].map((le) => found[series(le)])).toEqual([3, 3, 4, 4, 5]);
    expect(found[`starling_task_duration_seconds_sum{agent="echo",state="${labels.state}"}`]).toBeCloseTo(4000.3015);
    expect(found[`starling_task_duration_seconds_count{agent="echo",state="${labels.state}"}`]).toBe(5);
    expect(found[`starling_task_duration_seconds_count{agent="weather",state="${labels.state}"}`]).toBe(1);
    for (const name of Object.keys(histograms) as HistogramName[]) {
      expect(text).toContain(`# HELP ${name} ${metricHelp[name]}\n# TYPE ${name} histogram\n`);
    }
    metrics.observe('starling_task_duration_seconds', labels, 1);
    expect(samples(await metrics.text())[series('+Inf')]).toBe(6);
    expect(() => metrics.observe('starling_task_duration_seconds', labels, Number.NaN)).toThrow(RangeError);
  });

  it('keeps label values apart, whatever is in them, and on their line', async () => {
    const metrics = createMetrics();
    metrics.count('starling_calls_total', { agent: 'a\nb', method: 'c' });
    metrics.count('starling_calls_total', { agent: 'a', method: 'b"\\\nforged 9' });
    const found = samples(await metrics.text());
    expect(found['starling_calls_total{agent="a\\nb",method="c"}']).toBe(1);
    expect(found['starling_calls_total{agent="a",method="b\\"\\\\\\nforged 9"}']).toBe(1);
    expect(found.forged).toBeUndefined();
  });

  it.each([-1, Number.NaN])('refuses to count %d', (by) => {
    expect(() => createMetrics().count('starling_calls_total', { agent: 'a', method: 'b' }, by)).toThrow(RangeError);
  });

  it('refuses a counter that is not declared', () => {
    const metrics: { count(name: string, labels: object): void } = createMetrics() as Metrics as never;
    expect(() => metrics.count('starling_other_total', {})).toThrow(RangeError);
  });

  it('says how the process is, and two do not meet', async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.count('starling_dead_letters_total', { function: 'echo' });
    const first = samples(await one.text());
    expect(first.process_resident_memory_bytes).toBeGreaterThan(0);
    expect(first).toHaveProperty('nodejs_eventloop_lag_p99_seconds');
    expect(samples(await two.text())).not.toHaveProperty('starling_dead_letters_total{function="echo"}');
  });

  it('asks gauges at each reading and forgets series that are gone', async () => {
    const depths = [
      [
        { labels: { queue: 'echo' }, value: 4 },
        { labels: { queue: 'weather' }, value: 1 },
      ],
      [{ labels: { queue: 'echo' }, value: 2 }],
    ];
    const collect = async () => depths.shift() ?? [];
    const metrics = createMetrics({
      gauges: [{ name: 'starling_queue_messages', help: 'Waiting.', labels: ['queue'], collect }],
    });
    const first = await metrics.text();
    expect(first).toContain('# TYPE starling_queue_messages gauge');
    expect(samples(first)).toMatchObject({
      'starling_queue_messages{queue="echo"}': 4,
      'starling_queue_messages{queue="weather"}': 1,
    });
    const second = samples(await metrics.text());
    expect(second['starling_queue_messages{queue="echo"}']).toBe(2);
    expect(second).not.toHaveProperty('starling_queue_messages{queue="weather"}');
  });

  it('gives the other figures when a gauge fails, and no old one in its place', async () => {
    const error = new Error('closed');
    const collect = vi
      .fn()
      .mockResolvedValueOnce([{ labels: {}, value: 7 }])
      .mockRejectedValue(error);
    const warn = vi.fn();
    const gauges = [{ name: 'starling_quarantined', help: 'Put aside.', labels: [], collect }];
    const metrics = createMetrics({ gauges, log: { warn } });
    metrics.count('starling_dead_letters_total', { function: 'echo' });
    expect(samples(await metrics.text())).toHaveProperty('starling_quarantined', 7);
    const second = samples(await metrics.text());
    expect(second.starling_quarantined).not.toBe(7);
    expect(second['starling_dead_letters_total{function="echo"}']).toBe(1);
    expect(warn).toHaveBeenCalledWith(expect.any(String), { metric: 'starling_quarantined', error });
  });
});

it('docs/concepts/telemetry.md lists every counter with its labels', () => {
  const page = readFileSync(new URL('../../../../docs/concepts/telemetry.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `(starling_\w+_total)` \| ([^|]*) \|/gm)].map(([, name, labels]) => [
    name,
    labels,
  ]);
  expect(listed).toEqual(Object.entries(counters).map(([name, { labels }]) => [name, labels.join(', ')]));
});
