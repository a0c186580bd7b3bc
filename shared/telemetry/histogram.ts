/** The upper bounds of the buckets, in seconds: from an answer in memory to a task that takes an hour. */
export const bucketSeconds = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600] as const;

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** The number of values in each bucket alone; the last bucket has no bound. */
  readonly counts: number[];
  sum: number;
}

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A histogram in the form that the registry of prom-client prints. To note a value is to add to a number in a map.
 * prom-client takes 40 ms to load, so it is loaded when the metrics are first read.
 */
export class Histogram {
  readonly name: string;
  readonly help: string;
  readonly #labels: readonly string[];
  readonly #series = new Map<string, Series>();

  constructor(name: string, { help, labels }: { readonly help: string; readonly labels: readonly string[] }) {
    this.name = name;
    this.help = help;
    this.#labels = labels;
  }

  observe(labels: Readonly<Record<string, string>>, value: number): void {
    let key = '';
    for (const name of this.#labels) key += `${labels[name]}\n`;
    const series = this.#series.get(key) ?? this.#add(key, labels);
    let bucket = 0;
    while (bucket < bucketSeconds.length && value > (bucketSeconds[bucket] as number)) bucket++;
    series.counts[bucket] = (series.counts[bucket] as number) + 1;
    series.sum += value;
  }

  async get() {
    return { name: this.name, help: this.help, type: 'histogram', values: this.#samples(), aggregator: 'sum' };
  }

  #add(key: string, labels: Readonly<Record<string, string>>): Series {
    const made = {
      labels: Object.fromEntries(this.#labels.map((name) => [name, String(labels[name])])),
      counts: Array<number>(bucketSeconds.length + 1).fill(0),
      sum: 0,
    };
    this.#series.set(key, made);
    return made;
  }

  /** Prometheus wants each bucket to include the buckets below it. */
  #samples(): Sample[] {
    return [...this.#series.values()].flatMap(({ labels, counts, sum }) => {
      let below = 0;
      const buckets = counts.map((count, at) => {
        below += count;
        const le = String(bucketSeconds[at] ?? '+Inf');
        return { metricName: `${this.name}_bucket`, labels: { ...labels, le }, value: below };
      });
      return [
        ...buckets,
        { metricName: `${this.name}_sum`, labels, value: sum },
        { metricName: `${this.name}_count`, labels, value: below },
      ];
    });
  }
}
