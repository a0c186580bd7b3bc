// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Fn::Sub
import { describe, expect, it } from 'vitest';
import { dashboard } from '#deployment/plugin/dashboard/step.ts';
import type { Resource, ResourceMap } from '#deployment/plugin/template.ts';
import { serverlessOf, silent } from './serverless.ts';

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

function dashboardOf(resources: ResourceMap): Resource | undefined {
  const template = { Resources: { ...resources } };
  dashboard(serverlessOf({}, { template }), silent).finish?.();
  return template.Resources.Dashboard;
}

/** The graphs by their titles, as CloudFormation puts the body together. */
function widgetsOf(resources: ResourceMap): ReadonlyMap<string, Widget['properties']> {
  const { 'Fn::Sub': text } = (dashboardOf(resources)?.Properties.DashboardBody ?? {}) as { 'Fn::Sub'?: string };
  const body = String(text)
    .replace(/\$\{AWS::(\w+)\}/g, (_, name: string) => name)
    .replace(/\$\{!/g, '${');
  const { widgets } = JSON.parse(body) as { widgets: readonly Widget[] };
  return new Map(widgets.map(({ properties }) => [properties.title ?? '', properties]));
}

const resource = (Type: string, Properties: Record<string, unknown>, Condition?: string): Resource => ({
  Type,
  Properties,
  ...(Condition !== undefined && { Condition }),
});

describe('the dashboard', () => {
  it('has the name of the stage, and a stage may be without', () => {
    expect(dashboardOf({})).toMatchObject({
      Type: 'AWS::CloudWatch::Dashboard',
      Condition: 'HasDashboard',
      Properties: { DashboardName: 'starling-dev' },
    });
  });

  it('shows each alarm that is always there', () => {
    const alarms = widgetsOf({
      A: resource('AWS::CloudWatch::Alarm', { AlarmName: 'a' }),
      B: resource('AWS::CloudWatch::Alarm', { AlarmName: { 'Fn::Sub': '${AWS::StackName}-b' } }),
      C: resource('AWS::CloudWatch::Alarm', { AlarmName: 'c' }, 'HasEventLog'),
    }).get('Alarms')?.alarms;
    const arn = 'arn:Partition:cloudwatch:Region:AccountId:alarm';
    expect(alarms).toEqual([`${arn}:a`, `${arn}:StackName-b`]);
  });

  it('has a line for each agent, which CloudWatch finds', () => {
    expect(widgetsOf({}).get('Calls')?.metrics).toEqual([
      [
        {
          expression:
            'SEARCH(\'{Starling,service,agent} service="starling-dev" MetricName="starling_calls_total"\', \'Sum\', 60)',
          label: "${PROP('Dim.agent')}",
        },
      ],
    ]);
  });

  it('tells queues from dead letters', () => {
    const queue = (QueueName: string) => resource('AWS::SQS::Queue', { QueueName });
    const names = ['q', 'q-dlq', 'f.fifo', 'f-dlq.fifo', 'f-intake', 'f-undelivered'];
    const widgets = widgetsOf(Object.fromEntries(names.map((name) => [name, queue(name)])));
    const shown = (title: string) => widgets.get(title)?.metrics?.map((line) => line[3]);
    expect(shown('Age of the oldest message, in seconds')).toEqual(['q', 'f.fifo', 'f-intake']);
    expect(shown('Dead letters')).toEqual(['q-dlq', 'f-dlq.fifo', 'f-undelivered']);
  });

  it('shows what Lambda bills, in GB-seconds', () => {
    const echo = resource('AWS::Lambda::Function', { FunctionName: 's-echo', MemorySize: 512 });
    expect(widgetsOf({ Echo: echo }).get('GB-seconds of functions')?.metrics).toEqual([
      ['AWS/Lambda', 'Duration', 'FunctionName', 's-echo', { id: 'd0', visible: false }],
      [{ expression: 'd0 * 0.0005', label: 's-echo' }],
    ]);
  });
});
