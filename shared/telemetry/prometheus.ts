import type { Metric, Registry } from 'prom-client';
import { Histogram } from './histogram.ts';
import type { Logger } from './logger.ts';
import { metricHelp } from './metric-help.ts';
import { type CounterName, counters, type HistogramName, histograms, type Metrics } from './metrics.ts';

/** A figure that is looked up when it is asked for, such as the depth of each queue. */
export interface GaugeDefinition {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** All of its series; one that is missing now is gone. */
  readonly collect: () => Promise<readonly GaugeSample[]>;
}

export interface GaugeSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricsOptions {
  readonly gauges?: readonly GaugeDefinition[];
  /** Is told of a gauge that could not be collected; the other figures are given all the same. */
  readonly log?: Pick<Logger, 'warn'>;
}

export interface PrometheusMetrics extends Metrics {
  /** Everything in Prometheus's text format. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Nothing: this process lives, and is asked. */
  flush(): void;
}

interface Series {
  readonly labels: Record<string, string>;
  count: number;
  /** How much of it the registry has been told. */
  told: number;
}

interface Family {
  readonly labels: readonly string[];
  readonly series: Map<string, Series>;
}

/**
 * The counters of this process, for Prometheus to fetch.
 *
 * Counting is an addition to a number in a map. prom-client, which takes 40 ms to load, comes in when the figures are
 * first asked for; from then on it also watches memory, processor and the event loop.
 */
export function createMetrics({ gauges = [], log }: MetricsOptions = {}): PrometheusMetrics {
  const families = new Map<CounterName, Family>();
  for (const name of Object.keys(counters) as CounterName[]) {
    families.set(name, { labels: counters[name].labels, series: new Map() });
  }
  const durations = new Map<HistogramName, Histogram>();
  for (const name of Object.keys(histograms) as HistogramName[]) {
    durations.set(name, new Histogram(name, { help: metricHelp[name], labels: histograms[name].labels }));
  }
  let registry: Promise<Registry> | undefined;
  return {
    count(name, labels, by = 1) {
      const family = families.get(name);
      if (family === undefined || !(by >= 0)) throw new RangeError(`${name} cannot count ${by}`);
      seriesOf(family, labels).count += by;
    },
    observe(name, labels, seconds) {
      const histogram = durations.get(name);
      if (histogram === undefined || Number.isNaN(seconds)) throw new RangeError(`${name} cannot be ${seconds} s`);
      histogram.observe(labels, Math.max(seconds, 0));
    },
    async text() {
      // A failed import, such as without a free file descriptor, is tried again.
      registry ??= createRegistry(families, [...durations.values()], gauges, log).catch((error: unknown) => {
        registry = undefined;
        throw error;
      });
      return (await registry).metrics();
    },
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    flush() {},
  };
}

function seriesOf({ labels: names, series }: Family, labels: Readonly<Record<string, string>>): Series {
  let key = '';
  for (const name of names) key += `${labels[name]}\n`;
  const known = series.get(key);
  if (known !== undefined) return known;
  const made: Series = {
    labels: Object.fromEntries(names.map((name) => [name, String(labels[name])])),
    count: 0,
    told: 0,
  };
  series.set(key, made);
  return made;
}

async function createRegistry(
  families: ReadonlyMap<CounterName, Family>,
  durations: readonly Histogram[],
  gauges: readonly GaugeDefinition[],
  log: MetricsOptions['log'],
): Promise<Registry> {
  const { default: prometheus } = await import('prom-client');
  const registry = new prometheus.Registry();
  for (const [name, { labels, series }] of families) {
    new prometheus.Counter({
      name,
      help: metricHelp[name],
      labelNames: labels,
      registers: [registry],
      collect() {
        for (const one of series.values()) {
          this.inc(one.labels, one.count - one.told);
          one.told = one.count;
        }
      },
    });
  }
  // prom-client's own histogram takes single values only. The registry asks a metric for nothing but its name and `get`.
  for (const histogram of durations) registry.registerMetric(histogram as unknown as Metric);
  for (const { name, help, labels, collect } of gauges) {
    new prometheus.Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      async collect() {
        try {
          const samples = await collect();
          this.reset();
          for (const sample of samples) this.set(sample.labels, sample.value);
        } catch (error) {
          // An old figure that looks new is worse than none.
          this.reset();
          log?.warn('a figure could not be collected', { metric: name, error });
        }
      },
    });
  }
  prometheus.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
  return registry;
}
