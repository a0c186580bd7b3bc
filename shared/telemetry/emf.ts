import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import { type EmfObject, mergeEmf } from './emf-merge.ts';
import { type CounterName, counters, type HistogramName, histograms, type Metrics } from './metrics.ts';

export interface EmfOptions {
  readonly stage: string;
  /** The name of the Lambda function, for its cold starts. A container has none. */
  readonly functionName?: string;
  /** Is called with whole lines and their line end. Default: standard output. */
  readonly write?: (line: string) => void;
}

export interface EmfMetrics extends Metrics {
  /**
   * Writes the metrics since the last flush. Call it at the end of each invocation, because the process may be frozen
   * afterwards.
   */
  flush(): void;
  /** The answer of GET /metrics on AWS: it says where the metrics are. */
  text(): Promise<string>;
  readonly contentType: string;
}

const NAMESPACE = 'Starling';

/**
 * The labels that are dimensions in CloudWatch; the others stand in the log line only, where Logs Insights finds them.
 *
 * Each name with each combination of values is a metric of its own, at $0.30 a month for the hours in which it comes
 * (https://aws.amazon.com/cloudwatch/pricing/). So an agent costs some $1.80 while all is well (calls, tasks completed,
 * attempts, and three durations), and a failure costs when it happens. Method and code would multiply that, and no alarm
 * needs them.
 */
const dimensions: { readonly [Name in CounterName]: readonly (typeof counters)[Name]['labels'][number][] } & {
  readonly [Name in HistogramName]: readonly (typeof histograms)[Name]['labels'][number][];
} = {
  starling_calls_total: ['agent'],
  starling_call_errors_total: ['agent'],
  starling_tasks_ended_total: ['agent', 'state'],
  starling_agent_attempts_total: ['agent'],
  starling_agent_retries_total: ['agent'],
  starling_dead_letters_total: ['function'],
  starling_deadlines_missed_total: ['agent'],
  starling_quarantined_total: ['function'],
  starling_undelivered_total: ['rule'],
  starling_invocations_failed_total: ['function'],
  starling_authorizer_failures_total: [],
  starling_starts_refused_total: ['function'],
  starling_connections_refused_total: ['why'],
  starling_store_write_failures_total: ['reason'],
  starling_store_checkpoint_failures_total: ['reason'],
  starling_pruned_total: ['what'],
  starling_retention_failures_total: [],
  starling_call_duration_seconds: ['agent'],
  starling_task_duration_seconds: ['agent'],
  starling_queue_wait_seconds: ['function'],
};

const definitions = { ...counters, ...histograms };

/**
 * The largest number of values of one metric in a line. The format allows 100. At 100, Powertools would write a line of
 * its own.
 */
const MAX_VALUES = 99;

/** Metrics with the same labels share a line. */
interface Line {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly counts: Map<string, number>;
  /** Seconds. */
  readonly durations: Map<string, number[]>;
}

class Serializer extends PowertoolsMetrics {
  /** Counted once for each environment of a function, and not for an environment that was made before a call. */
  takeColdStart(): boolean {
    return this.getColdStart();
  }

  objectOf(line: Line): EmfObject {
    for (const [name, value] of Object.entries(line.dimensions)) this.addDimension(name, value);
    for (const [name, value] of Object.entries(line.properties)) this.addMetadata(name, value);
    for (const [name, count] of line.counts) this.addMetric(name, MetricUnit.Count, count);
    for (const [name, values] of line.durations) {
      for (const seconds of values) this.addMetric(name, MetricUnit.Seconds, seconds);
    }
    const object = this.serializeMetrics() as unknown as EmfObject;
    this.clearMetrics();
    this.clearDimensions();
    this.clearMetadata();
    return object;
  }
}

/**
 * The counters and durations of a function on AWS, as lines of CloudWatch's embedded metric format: CloudWatch makes metrics of them,
 * without a call (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 * The dimension `service` is `starling-{stage}`.
 */
export function createEmfMetrics({ stage, functionName, write = toStandardOutput }: EmfOptions): EmfMetrics {
  const serviceName = `starling-${stage}`;
  const serializer = new Serializer({ namespace: NAMESPACE, serviceName });
  const lines = new Map<string, Line>();
  const writeAll = (objects: readonly EmfObject[]) => {
    for (const object of objects) write(`${JSON.stringify(object)}\n`);
  };
  return {
    count(name, labels, by = 1) {
      if (!(by >= 0)) throw new RangeError(`${name} cannot count ${by}`);
      const { counts } = lineOf(lines, name, labels);
      counts.set(name, (counts.get(name) ?? 0) + by);
    },
    observe(name, labels, seconds) {
      if (Number.isNaN(seconds)) throw new RangeError(`${name} cannot be ${seconds} s`);
      const line = lineOf(lines, name, labels);
      const values = line.durations.get(name) ?? [];
      line.durations.set(name, values);
      values.push(Math.max(seconds, 0));
      if (values.length < MAX_VALUES) return;
      writeAll([serializer.objectOf({ ...line, counts: new Map(), durations: new Map([[name, values]]) })]);
      line.durations.delete(name);
    },
    flush() {
      const objects: EmfObject[] = [];
      if (functionName !== undefined && serializer.takeColdStart()) {
        const properties = { function: functionName };
        const counts = new Map([['ColdStart', 1]]);
        objects.push(serializer.objectOf({ dimensions: {}, properties, counts, durations: new Map() }));
      }
      for (const line of lines.values()) {
        if (line.counts.size + line.durations.size > 0) objects.push(serializer.objectOf(line));
      }
      lines.clear();
      writeAll(mergeEmf(objects));
    },
    text: async () =>
      `# On AWS the figures are in CloudWatch: namespace ${NAMESPACE}, dimension service = ${serviceName}.\n# aws cloudwatch list-metrics --namespace ${NAMESPACE} --dimensions Name=service,Value=${serviceName}\n`,
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  };
}

function lineOf(
  lines: Map<string, Line>,
  name: CounterName | HistogramName,
  labels: Readonly<Record<string, string>>,
): Line {
  const names: readonly string[] = dimensions[name];
  const all: readonly string[] = definitions[name].labels;
  const pick = (chosen: readonly string[]) => Object.fromEntries(chosen.map((label) => [label, String(labels[label])]));
  const made = {
    dimensions: pick(names),
    properties: pick(all.filter((label) => !names.includes(label))),
    counts: new Map<string, number>(),
    durations: new Map<string, number[]>(),
  };
  const key = JSON.stringify([made.dimensions, made.properties]);
  const known = lines.get(key);
  if (known !== undefined) return known;
  lines.set(key, made);
  return made;
}

function toStandardOutput(line: string): void {
  process.stdout.write(line);
}
