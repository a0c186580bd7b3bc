import { arnOf, type Resource, type ResourceMap, ref } from '../template.ts';
import { LONGEST_STOP, type WorkerOptions } from './options.ts';

/** A function that runs on containers. */
export interface Worked {
  readonly functionName: string;
  /** The function's name as osls writes it in logical ids. */
  readonly prefix: string;
  /** `starling-{stage}-{function}`. */
  readonly name: string;
  /** The environment of the function's Lambda. */
  readonly environment: Readonly<Record<string, unknown>>;
  readonly logRetention: unknown;
}

export const cluster = 'WorkerCluster';
/** The port of the health endpoint, inside the container only. */
const HEALTH_PORT = 4280;
/** The check uses Node, because the image may lack curl. */
const HEALTH_CHECK = `fetch('http://127.0.0.1:${HEALTH_PORT}/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;

export const logicalIds = (prefix: string) => ({
  service: `${prefix}WorkerService`,
  task: `${prefix}WorkerTask`,
  logGroup: `${prefix}WorkerLogGroup`,
  taskRole: `${prefix}WorkerRole`,
  executionRole: `${prefix}WorkerExecutionRole`,
});

export function clusterResource(stage: string): ResourceMap {
  return {
    [cluster]: {
      Type: 'AWS::ECS::Cluster',
      Properties: { ClusterName: `starling-${stage}-workers`, CapacityProviders: ['FARGATE', 'FARGATE_SPOT'] },
    },
  };
}

/** The service of a function, its containers and their log. Their roles are in roles.ts. */
export function workerResources(worked: Worked, options: WorkerOptions): ResourceMap {
  const ids = logicalIds(worked.prefix);
  return {
    [ids.logGroup]: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: `/aws/ecs/${worked.name}`, RetentionInDays: worked.logRetention },
    },
    [ids.task]: taskDefinition(worked, options),
    [ids.service]: {
      Type: 'AWS::ECS::Service',
      Properties: {
        ServiceName: worked.name,
        Cluster: ref(cluster),
        TaskDefinition: ref(ids.task),
        DesiredCount: options.count,
        CapacityProviderStrategy: [{ CapacityProvider: options.spot ? 'FARGATE_SPOT' : 'FARGATE', Weight: 1 }],
        // New containers start before old ones stop, and ECS rolls back a version that does not start.
        DeploymentConfiguration: {
          MinimumHealthyPercent: 100,
          MaximumPercent: 200,
          DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        },
        NetworkConfiguration: {
          AwsvpcConfiguration: {
            Subnets: options.subnets,
            ...(options.securityGroups.length > 0 && { SecurityGroups: options.securityGroups }),
            AssignPublicIp: options.publicIp ? 'ENABLED' : 'DISABLED',
          },
        },
        PropagateTags: 'SERVICE',
      },
    },
  };
}

function taskDefinition({ functionName, prefix, name, environment }: Worked, options: WorkerOptions): Resource {
  const ids = logicalIds(prefix);
  const variables: Record<string, unknown> = {
    ...environment,
    AWS_REGION: ref('AWS::Region'),
    STARLING_HOST: '127.0.0.1',
    STARLING_PORT: String(HEALTH_PORT),
    STARLING_WORKER_DRAIN: String(options.drain),
  };
  return {
    Type: 'AWS::ECS::TaskDefinition',
    Properties: {
      Family: name,
      Cpu: String(options.cpu),
      Memory: String(options.memory),
      NetworkMode: 'awsvpc',
      RequiresCompatibilities: ['FARGATE'],
      RuntimePlatform: { CpuArchitecture: options.architecture, OperatingSystemFamily: 'LINUX' },
      TaskRoleArn: arnOf(ids.taskRole),
      ExecutionRoleArn: arnOf(ids.executionRole),
      ContainerDefinitions: [
        {
          Name: 'worker',
          Image: options.image,
          Essential: true,
          Command: [functionName],
          Environment: Object.entries(variables).map(([Name, Value]) => ({ Name, Value })),
          StopTimeout: LONGEST_STOP,
          HealthCheck: {
            Command: ['CMD', 'node', '-e', HEALTH_CHECK],
            Interval: 15,
            Timeout: 5,
            Retries: 3,
            StartPeriod: 30,
          },
          // Process 1 of a container ignores signals that it does not handle, and while it starts it handles none.
          LinuxParameters: { InitProcessEnabled: true, Capabilities: { Drop: ['ALL'] } },
          LogConfiguration: {
            LogDriver: 'awslogs',
            Options: {
              'awslogs-group': ref(ids.logGroup),
              'awslogs-region': ref('AWS::Region'),
              'awslogs-stream-prefix': functionName,
            },
          },
        },
      ],
    },
  };
}
