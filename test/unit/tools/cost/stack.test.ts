import { beforeAll, describe, expect, it } from 'vitest';
import type { Resource, Template } from '#deployment/plugin/template.ts';
import { stack } from '#tools/cost/stack.ts';
import { packageMesh } from '../../deployment/template/packaged.ts';

/** Milliseconds: packaging bundles every function. */
const PACKAGING = 90_000;

/** AWS bills an alarm by the metrics that it looks at. */
function metricsOf({ Properties }: Resource): unknown[] {
  const queries = Properties.Metrics as readonly { readonly MetricStat?: object }[] | undefined;
  return queries === undefined ? [Properties.MetricName] : queries.flatMap(({ MetricStat }) => MetricStat ?? []);
}

describe('what the bill stands on is what the template has', () => {
  let template: Template;

  beforeAll(async () => {
    ({ template } = await packageMesh('dev'));
  }, PACKAGING);

  const all = (type: string): Resource[] => Object.values(template.Resources).filter(({ Type }) => Type === type);
  const properties = (id: string) => template.Resources[id]?.Properties;

  it.each(['gateway', 'authorizer', 'projector', 'chunks', 'sweeper', 'canary'] as const)('memory of %s', (name) => {
    const id = `${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`;
    expect(properties(id)?.MemorySize).toBe(stack.memory[name]);
  });

  it.each(['Echo', 'Calculator', 'Weather'])('memory of the agent %s', (name) => {
    expect(properties(`${name}LambdaFunction`)?.MemorySize).toBe(stack.memory.agent);
  });

  it('no line of log at the beginning and end of each invocation', () => {
    for (const { Properties } of all('AWS::Lambda::Function')) {
      expect(Properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
    }
  });

  it('the time that API Gateway keeps the answer of the authorizer', () => {
    expect(all('AWS::ApiGateway::Authorizer').map(({ Properties }) => Properties.AuthorizerResultTtlInSeconds)).toEqual(
      [stack.authorizerCache],
    );
  });

  it('the share of calls that X-Ray records', () => {
    expect(all('AWS::XRay::SamplingRule').map(({ Properties }) => Properties.SamplingRule)).toMatchObject([
      { FixedRate: stack.traceRate, ReservoirSize: 0 },
    ]);
  });

  it('what bills by the month', () => {
    const mappings = all('AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => !('StartingPosition' in Properties),
    );
    const withMaximum = mappings.filter(({ Properties }) => Properties.ScalingConfig !== undefined);
    expect({ all: mappings.length, withMaximum: withMaximum.length }).toEqual(stack.queueConsumers);
    const alarms = all('AWS::CloudWatch::Alarm').filter(({ Condition }) => Condition === undefined);
    expect(alarms.flatMap(metricsOf)).toHaveLength(stack.alarmMetrics);
    expect(all('AWS::KMS::Key')).toHaveLength(stack.keys);
    expect(all('AWS::SecretsManager::Secret')).toHaveLength(stack.secrets);
  });

  it('the days that the archive keeps events', () => {
    expect(all('AWS::Events::Archive').map(({ Properties }) => Number(Properties.RetentionDays))).toEqual([
      stack.archiveRetention,
    ]);
  });
});
