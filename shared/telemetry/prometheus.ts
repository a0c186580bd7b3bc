import type { Metric, Registry } from 'prom-client';
import { Histogram } from './histogram.ts';
import type { Logger } from './logger.ts';
import { metricHelp } from './metric-help.ts';
import { type CounterName, counters, type HistogramName, histograms, type Metrics } from './metrics.ts';

/** A metric that is read when Prometheus asks, such as the depth of each queue. */
export interface GaugeDefinition {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** All series of the metric. A series that is missing now is gone. */
  readonly collect: () => Promise<readonly GaugeSample[]>;
}

export interface GaugeSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricsOptions {
  readonly gauges?: readonly GaugeDefinition[];
  /** Is called for a gauge that could not be read. All other metrics are still returned. */
  readonly log?: Pick<Logger, 'warn'>;
}

export interface PrometheusMetrics extends Metrics {
  /** All metrics in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Does nothing: this process lives on, and Prometheus asks it. */
  flush(): void;
}

interface Series {
  readonly labels: Record<string, string>;
  count: number;
  /** The part of the count that the registry knows. */
  told: number;
}

interface Family {
  readonly labels: readonly string[];
  readonly series: Map<string, Series>;
}

/**
 * The counters of this process, for Prometheus. To count is to add to a number in a map. prom-client takes 40 ms to
 * load, so it is loaded when the metrics are first read. From then on it also watches memory, processor and the event
 * loop.
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
      // A failed import is tried again. For example, no file descriptor may be free.
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
  // The histogram of prom-client takes single values only. The registry uses only the name and `get` of a metric.
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
          // An old value that looks new is worse than no value.
          this.reset();
          log?.warn('a figure could not be collected', { metric: name, error });
        }
      },
    });
  }
  prometheus.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
  return registry;
}
