import { describe, expect, it } from 'vitest';
import { access } from '#deployment/plugin/access/step.ts';
import type { FunctionDefinition } from '#deployment/plugin/osls.ts';
import { pluginOf } from '#deployment/plugin/step.ts';
import { stream as streamStep } from '#deployment/plugin/stream/step.ts';
import { subscription } from '#deployment/plugin/subscription/step.ts';
import type { Template } from '#deployment/plugin/template.ts';
import { parseWorkers } from '#deployment/plugin/worker/options.ts';
import { worker } from '#deployment/plugin/worker/step.ts';
import { functionOf, serverlessOf, silent } from './serverless.ts';

/** As parameters give it: all texts, or numbers of the file. */
const workers = {
  functions: 'echo',
  image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/tools/starling:1',
  subnets: 'subnet-1, subnet-2',
  securityGroups: '',
  publicIp: 'false',
  count: 2,
  cpu: '512',
  memory: 1024,
  spot: 'true',
  architecture: 'ARM64',
  drain: 100,
};

const lambda = (name: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: `starling-dev-${name}`,
    Environment: { Variables: { STARLING_STAGE: 'dev', STARLING_BLOBS: { Ref: 'BlobBucket' } } },
  },
});

/** Runs the plugins as osls would, and returns what came of it. */
async function deployed(custom: object) {
  const arn = { 'Fn::GetAtt': ['ArtifactStream', 'Arn'] };
  const stream: Record<string, unknown> = { type: 'kinesis', arn, fanOut: 'on' };
  const functions: Record<string, FunctionDefinition> = {
    echo: functionOf({ events: [{ subscription: { agent: 'echo' } }] }),
    other: functionOf({ events: [{ subscription: { agent: 'other' } }] }),
    chunks: functionOf({ events: [{ stream }] }),
    gateway: functionOf({ events: [{ http: { method: 'GET', path: '/health' } }] }),
  };
  const template: Template = { Resources: {} };
  for (const name of Object.keys(functions)) {
    template.Resources[`${name}LambdaFunction`] = lambda(name);
    template.Resources[`${name}LogGroup`] = { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } };
  }
  const serverless = serverlessOf(functions, { custom: { workers: custom }, template, timeout: 30 });
  const { hooks } = new (pluginOf([subscription, worker, streamStep, access]))(serverless, {}, { log: silent });
  for (const hook of [
    'before:package:initialize',
    'package:compileEvents',
    'after:aws:package:finalize:mergeCustomProviderResources',
  ]) {
    await hooks[hook]?.();
  }
  const resource = (id: string) => {
    const found = template.Resources[id];
    if (found === undefined) throw new Error(`there is no ${id}: ${Object.keys(template.Resources)}`);
    // biome-ignore lint/suspicious/noExplicitAny: a resource of any shape, taken apart by the tests
    return found.Properties as any;
  };
  const enabled = (name: string, type: string) =>
    (functions[name]?.events.find((event) => event[type])?.[type] as { enabled?: boolean } | undefined)?.enabled;
  const ids = Object.keys(template.Resources);
  return { resource, enabled, ids };
}

describe('functions on containers', () => {
  it('are none where none is named', async () => {
    const { ids, enabled } = await deployed({ ...workers, functions: '', image: '', subnets: '' });
    expect(ids.filter((id) => id.includes('Worker'))).toEqual([]);
    expect(enabled('echo', 'sqs')).toBeUndefined();
  });

  it('take from the queue in place of their Lambda, and of no other', async () => {
    const { enabled } = await deployed({ ...workers, functions: 'echo,chunks' });
    expect(enabled('echo', 'sqs')).toBe(false);
    expect(enabled('chunks', 'stream')).toBe(false);
    expect(enabled('other', 'sqs')).toBeUndefined();
  });

  it('read the shards of a stream themselves, without a consumer', async () => {
    const onLambda = await deployed({ ...workers, functions: 'echo' });
    expect(onLambda.ids).toContain('chunksStreamConsumer');
    const onContainers = await deployed({ ...workers, functions: 'chunks' });
    expect(onContainers.ids).not.toContain('chunksStreamConsumer');
    expect(JSON.stringify(onContainers.resource('chunksRole'))).not.toContain('SubscribeToShard');
  });

  it('are a service each, as the parameters say', async () => {
    const { resource } = await deployed(workers);
    expect(resource('WorkerCluster').ClusterName).toBe('starling-dev-workers');
    expect(resource('echoWorkerService')).toMatchObject({
      ServiceName: 'starling-dev-echo',
      DesiredCount: 2,
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }],
      NetworkConfiguration: {
        AwsvpcConfiguration: { Subnets: ['subnet-1', 'subnet-2'], AssignPublicIp: 'DISABLED' },
      },
    });
    const onDemand = await deployed({ ...workers, spot: 'false', publicIp: 'true', securityGroups: 'sg-1' });
    expect(onDemand.resource('echoWorkerService')).toMatchObject({
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1 }],
      NetworkConfiguration: { AwsvpcConfiguration: { SecurityGroups: ['sg-1'], AssignPublicIp: 'ENABLED' } },
    });
  });

  it('are told what their Lambda is, and end in time', async () => {
    const { resource } = await deployed(workers);
    const task = resource('echoWorkerTask');
    const [container] = task.ContainerDefinitions;
    expect(task).toMatchObject({ Cpu: '512', Memory: '1024', RuntimePlatform: { CpuArchitecture: 'ARM64' } });
    expect(container).toMatchObject({ Image: workers.image, Command: ['echo'], StopTimeout: 120 });
    expect(container.Environment).toEqual(
      expect.arrayContaining([
        { Name: 'STARLING_STAGE', Value: 'dev' },
        { Name: 'STARLING_BLOBS', Value: { Ref: 'BlobBucket' } },
        { Name: 'AWS_REGION', Value: { Ref: 'AWS::Region' } },
        { Name: 'STARLING_WORKER_DRAIN', Value: '100' },
      ]),
    );
    expect(container.LogConfiguration.Options['awslogs-group']).toEqual({ Ref: 'echoWorkerLogGroup' });
    expect(resource('echoWorkerLogGroup')).toEqual({ LogGroupName: '/aws/ecs/starling-dev-echo', RetentionInDays: 30 });
  });

  it('may do what their Lambda may, and no more', async () => {
    const { resource } = await deployed({ ...workers, functions: 'echo chunks' });
    const statements = (id: string) => resource(id).Policies[0].PolicyDocument.Statement;
    const ofLambda = statements('echoRole').filter(
      ({ Action }: { Action: string[] }) => !Action[0]?.startsWith('logs:'),
    );
    expect(statements('echoWorkerRole')).toEqual(ofLambda);
    expect(resource('echoWorkerRole').AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
    expect(statements('chunksWorkerRole').at(-1)).toEqual({
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      Resource: [{ 'Fn::GetAtt': ['PositionsTable', 'Arn'] }],
    });
  });

  it('are started by a role that pulls this image and writes this log', async () => {
    const { resource } = await deployed(workers);
    const [log, token, pull, ...others] = resource('echoWorkerExecutionRole').Policies[0].PolicyDocument.Statement;
    expect(log.Resource).toEqual([{ 'Fn::GetAtt': ['echoWorkerLogGroup', 'Arn'] }]);
    expect(token.Action).toEqual(['ecr:GetAuthorizationToken']);
    expect(pull.Resource).toEqual([
      { 'Fn::Sub': `arn:\${AWS::Partition}:ecr:eu-west-1:123456789012:repository/tools/starling` },
    ]);
    expect(others).toEqual([]);
    const elsewhere = await deployed({ ...workers, image: 'ghcr.io/someone/starling:1' });
    expect(elsewhere.resource('echoWorkerExecutionRole').Policies[0].PolicyDocument.Statement).toHaveLength(1);
  });

  it.each([
    [{ functions: 'nobody' }, /no function 'nobody'/],
    [{ functions: 'gateway' }, /'gateway' has neither a subscription nor a stream/],
    [{ image: '' }, /'image' is missing.*workerImage/],
    [{ subnets: '' }, /'subnets' is missing/],
    [{ spot: 'yes' }, /'spot' is "yes", but takes true or false/],
    [{ drain: 115 }, /'drain' is 115, but takes a whole number from 6 to 110/],
    [{ cpu: 'much' }, /'cpu' is "much"/],
    [{ architecture: 'arm' }, /ARM64 or X86_64/],
    [{ replicas: 2 }, /there is no 'replicas'/],
  ])('are refused with %o', async (wrong, message) => {
    await expect(deployed({ ...workers, ...wrong })).rejects.toThrow(message);
  });

  it('need nothing where there is no such section', () => {
    expect(parseWorkers(undefined)).toBeUndefined();
  });
});
