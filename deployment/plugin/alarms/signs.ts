import { secondsOfRate } from '#wiring/events.ts';
import { type Resource, type ResourceMap, ref, resourcesOf, type Template } from '../template.ts';
import { type Sign, signResource } from './alarm.ts';
import { idOf } from './owners.ts';

/** Alarms on what does not run: functions that their schedules no longer invoke, and services with too few containers. */
export function signsOf(template: Template, topic: string): ResourceMap {
  const schedules = resourcesOf(template, 'AWS::Events::Rule').flatMap(([, rule]) => silence(template, rule));
  const services = resourcesOf(template, 'AWS::ECS::Service').map(([id, service]) => containers(id, service));
  return Object.fromEntries(
    [...schedules, ...services].map(({ id, sign, condition }) => [id, signResource(sign, topic, condition)]),
  );
}

interface Found {
  /** The logical id of the alarm. */
  readonly id: string;
  readonly sign: Sign;
  readonly condition: string | undefined;
}

function silence(template: Template, { Properties: rule, Condition: condition }: Resource): Found[] {
  const seconds = secondsOfRate(String(rule.ScheduleExpression));
  const [target] = (rule.Targets ?? []) as readonly { readonly Arn: unknown }[];
  const functionId = idOf(target?.Arn) ?? '';
  const name = template.Resources[functionId]?.Properties.FunctionName;
  if (seconds === undefined || name === undefined || rule.State === 'DISABLED') return [];
  const sign: Sign = {
    name: `${name}-silent`,
    description: `The function ${name} has not run for five times its rate: its schedule is disabled, or its rule may not invoke it.`,
    namespace: 'AWS/Lambda',
    metric: 'Invocations',
    dimensions: { FunctionName: ref(functionId) },
    statistic: 'Sum',
    below: 1,
    periodSeconds: seconds,
  };
  return [{ id: `${functionId}SilentAlarm`, sign, condition }];
}

function containers(id: string, { Properties: service, Condition: condition }: Resource): Found {
  const { ServiceName: name, DesiredCount: desired } = service;
  const sign: Sign = {
    name: `${name}-containers`,
    description: `Fewer than ${desired} containers of ${name} run: see the events of the service and its log.`,
    namespace: 'AWS/ECS',
    // Each running container reports its use once a minute, so the number of samples is the number of containers:
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
    metric: 'CPUUtilization',
    dimensions: { ClusterName: service.Cluster, ServiceName: name },
    statistic: 'SampleCount',
    below: Number(desired),
    periodSeconds: 60,
  };
  return { id: `${id}ContainersAlarm`, sign, condition };
}
