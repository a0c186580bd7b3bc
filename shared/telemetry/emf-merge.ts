/** An object of CloudWatch's embedded metric format. Its members hold the values of dimensions, metrics and properties. */
export interface EmfObject {
  readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly Directive[] };
  readonly [member: string]: unknown;
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/**
 * Puts objects together whose members agree. CloudWatch bills the bytes of each line and 26 more, and makes the same metrics of
 * one object with several directives:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * A member that is neither a dimension nor a metric describes all metrics of its line. So no metric gets such a member that it did
 * not have.
 */
export function mergeEmf(objects: readonly EmfObject[]): readonly EmfObject[] {
  const merged: EmfObject[] = [];
  for (const object of objects) {
    const at = merged.findIndex((other) => agree(other, object));
    const other = merged[at];
    if (other === undefined) merged.push(object);
    else merged[at] = together(other, object);
  }
  return merged;
}

function agree(left: EmfObject, right: EmfObject): boolean {
  const metrics = [...metricsOf(left), ...metricsOf(right)];
  const shared = Object.keys(right).filter((name) => name !== '_aws' && name in left);
  return (
    shared.every((name) => left[name] === right[name] && !metrics.includes(name)) &&
    [...propertiesOf(left), ...propertiesOf(right)].every((name) => shared.includes(name))
  );
}

function metricsOf({ _aws }: EmfObject): string[] {
  return _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
}

function propertiesOf(object: EmfObject): string[] {
  const dimensions = object._aws.CloudWatchMetrics.flatMap(({ Dimensions }) => Dimensions.flat());
  const others = ['_aws', ...dimensions, ...metricsOf(object)];
  return Object.keys(object).filter((name) => !others.includes(name));
}

function together(left: EmfObject, right: EmfObject): EmfObject {
  const directives = [...left._aws.CloudWatchMetrics];
  for (const directive of right._aws.CloudWatchMetrics) {
    const key = keyOf(directive);
    const at = directives.findIndex((other) => keyOf(other) === key);
    const other = directives[at];
    if (other === undefined) directives.push(directive);
    else directives[at] = { ...other, Metrics: [...other.Metrics, ...directive.Metrics] };
  }
  return { ...left, ...right, _aws: { ...left._aws, CloudWatchMetrics: directives } };
}

function keyOf({ Namespace, Dimensions }: Directive): string {
  return JSON.stringify([Namespace, Dimensions]);
}
