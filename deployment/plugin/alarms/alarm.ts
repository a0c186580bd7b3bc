import { type Resource, ref } from '../template.ts';

/** A metric of CloudWatch, and the value above which something is wrong. */
export interface Check {
  /** Its id in metric math: letters, a small letter first. */
  readonly id: string;
  /** The end of the sentence `If the value has this digit, …`. */
  readonly problem: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  readonly statistic: 'Sum' | 'Maximum' | 'Average';
  readonly above: number;
}

/** A metric whose values stop, or fall below a number, when something does not run. */
export interface Sign {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  readonly statistic: 'Sum' | 'SampleCount';
  readonly below: number;
  readonly periodSeconds: number;
}

/** An alarm, and the checks that it stands for. */
export interface Alarm {
  readonly name: unknown;
  /** The beginning of its description: a sentence. */
  readonly title: string;
  readonly checks: readonly Check[];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html */
export const MAX_METRICS = 10;
/**
 * Metrics of different services come up to some minutes late. An alarm of several metrics looks at the last minutes again,
 * because the metric of one service may be there before the failure that another one reports.
 */
const MINUTES = 5;

/**
 * One alarm for all checks of a function or of another part of the mesh. Its value has a digit 1 for each check that
 * fails: 101 are the first and the third check. The description says what each digit means.
 *
 * `SUM` of a list adds the values that are there. A `+` would have no value in a minute in which one metric has no value.
 *
 * @param topic the logical id of the SNS topic that is notified of the beginning and the end
 * @param condition the condition of the resource
 */
export function alarmResource({ name, title, checks }: Alarm, topic: string, condition: string | undefined): Resource {
  const [first] = checks;
  if (first === undefined || checks.length > MAX_METRICS) {
    throw new Error(
      `An alarm of CloudWatch has 1 to ${MAX_METRICS} metrics, but ${JSON.stringify(name)} has ${checks.length}.`,
    );
  }
  return {
    Type: 'AWS::CloudWatch::Alarm',
    ...(condition !== undefined && { Condition: condition }),
    Properties: {
      AlarmName: name,
      AlarmDescription: describe(title, checks),
      ...(checks.length === 1 ? metricOf(first) : sumOf(checks)),
      ComparisonOperator: 'GreaterThanThreshold',
      // A metric without values reports no failure.
      TreatMissingData: 'notBreaching',
      AlarmActions: [ref(topic)],
      OKActions: [ref(topic)],
    },
  };
}

/** The alarm goes off after five periods in which the metric has no value, or one below the number. */
export function signResource(sign: Sign, topic: string, condition: string | undefined): Resource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    ...(condition !== undefined && { Condition: condition }),
    Properties: {
      AlarmName: sign.name,
      AlarmDescription: sign.description,
      Namespace: sign.namespace,
      MetricName: sign.metric,
      Dimensions: dimensionsOf(sign.dimensions),
      Statistic: sign.statistic,
      Period: sign.periodSeconds,
      EvaluationPeriods: 5,
      Threshold: sign.below,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      AlarmActions: [ref(topic)],
      OKActions: [ref(topic)],
    },
  };
}

function metricOf({ namespace, metric, dimensions, statistic, above }: Check) {
  return {
    Namespace: namespace,
    MetricName: metric,
    Dimensions: dimensionsOf(dimensions),
    Statistic: statistic,
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: above,
  };
}

function sumOf(checksOfAlarm: readonly Check[]) {
  const checks = withUniqueIds(checksOfAlarm);
  const metrics = checks.map(({ id, namespace, metric, dimensions, statistic }) => ({
    Id: id,
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: metric, Dimensions: dimensionsOf(dimensions) },
      Stat: statistic,
      Period: 60,
    },
    ReturnData: false,
  }));
  const digits = checks.map(({ id, above }, index) => ({
    Id: `${id}Digit`,
    Expression: `IF(${id} > ${above}, ${10 ** index}, 0)`,
    ReturnData: false,
  }));
  const sum = `SUM([${digits.map(({ Id }) => Id).join(', ')}])`;
  return {
    Metrics: [...metrics, ...digits, { Id: 'failing', Label: 'failing checks', Expression: sum, ReturnData: true }],
    EvaluationPeriods: MINUTES,
    DatapointsToAlarm: 1,
    Threshold: 0,
  };
}

/** A function may have several rules: the second check of one kind gets a number. */
function withUniqueIds(checks: readonly Check[]): readonly Check[] {
  return checks.map((check, index) => {
    const before = checks.slice(0, index).filter(({ id }) => id === check.id).length;
    return before === 0 ? check : { ...check, id: `${check.id}${before + 1}` };
  });
}

function describe(title: string, checks: readonly Check[]): string {
  if (checks.length === 1) return `${title} ${checks[0]?.problem}.`;
  const digits = checks.map(({ problem }, index) => `${10 ** index}: ${problem}.`);
  return [`${title} The value has a 1 for each problem.`, ...digits].join(' ');
}

function dimensionsOf(dimensions: Readonly<Record<string, unknown>>) {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}
