import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AwsServices, busName as EventBusName, openAwsServices, wiredQueue } from '#test/support/aws-services.ts';
import { queueArnOf } from '#test/support/bus-tap.ts';

const EventPattern = '{"source":["shop"]}';

let aws: AwsServices;
beforeEach(async () => {
  aws = await openAwsServices();
});
afterEach(() => aws.remove());

const events = (operation: string, input: object = {}) => aws.call('events', operation, { EventBusName, ...input });
const put = () =>
  aws.call('events', 'PutEvents', {
    Entries: [{ EventBusName, Source: 'shop', DetailType: 'Ordered.v1', Detail: '{}' }],
  });
const waiting = async () => (await aws.queue.depth('jobs')).visible;

describe('a rule', () => {
  beforeEach(async () => {
    await aws.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
    await events('PutRule', { Name: 'shop', EventPattern, Description: 'orders', State: 'DISABLED' });
    await events('PutTargets', { Rule: 'shop', Targets: [{ Id: '1', Arn: queueArnOf('jobs') }] });
  });

  it('is described', async () => {
    expect(await events('DescribeRule', { Name: 'shop' })).toEqual({
      Name: 'shop',
      Arn: `arn:aws:events:us-east-1:000000000000:rule/${EventBusName}/shop`,
      EventPattern,
      State: 'DISABLED',
      Description: 'orders',
      EventBusName,
      CreatedBy: '000000000000',
    });
  });

  it('is enabled and disabled, also over a restart', async () => {
    await put();
    expect(await waiting()).toBe(0);
    expect(await events('EnableRule', { Name: 'shop' })).toEqual({});
    await put();
    expect(await waiting()).toBe(1);
    aws = await aws.restart();
    await put();
    expect(await waiting()).toBe(2);
    expect(await events('DescribeRule', { Name: 'shop' })).toMatchObject({ State: 'ENABLED', Description: 'orders' });
    await events('DisableRule', { Name: 'shop' });
    aws = await aws.restart();
    await put();
    expect(await waiting()).toBe(2);
  });

  it.each(['DescribeRule', 'EnableRule', 'DisableRule'])('that does not exist is refused by %s', async (operation) => {
    const missing = { code: 'ResourceNotFoundException' };
    await expect(events(operation, { Name: 'nowhere' })).rejects.toMatchObject(missing);
    await expect(events(operation, { Name: 'shop', EventBusName: 'other' })).rejects.toMatchObject(missing);
    await expect(aws.call('events', operation, { Name: 'shop' })).rejects.toMatchObject(missing);
  });
});

describe('a rule whose target is being removed', () => {
  it('delivers nothing to it meanwhile, and goes on when the removal fails', async () => {
    await aws.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
    await events('PutRule', { Name: 'shop', EventPattern });
    await events('PutTargets', { Rule: 'shop', Targets: [{ Id: '1', Arn: queueArnOf('jobs') }] });
    const removal = aws.rules.withoutQueue('jobs', async () => {
      await put();
      throw new Error('no room');
    });
    await expect(removal).rejects.toThrow('no room');
    expect(await waiting()).toBe(0);
    await put();
    expect(await waiting()).toBe(1);
  });
});

describe('a rule of serverless.yml', () => {
  it('is described as managed, and not enabled or disabled', async () => {
    expect(await events('DescribeRule', { Name: wiredQueue })).toMatchObject({
      State: 'ENABLED',
      ManagedBy: 'serverless.yml',
    });
    for (const operation of ['EnableRule', 'DisableRule', 'DeleteRule']) {
      const input = { Name: wiredQueue, ...(operation === 'DeleteRule' && { Force: true }) };
      await expect(events(operation, input)).rejects.toMatchObject({ code: 'ManagedRuleException' });
    }
  });
});

describe('PutTargets', () => {
  it.each(['DeadLetterConfig', 'RetryPolicy', 'HttpParameters', 'InputTransformer'])('refuses %s', async (member) => {
    await events('PutRule', { Name: 'shop', EventPattern });
    const Targets = [{ Id: '1', Arn: queueArnOf(wiredQueue), [member]: {} }];
    await expect(events('PutTargets', { Rule: 'shop', Targets })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(member),
    });
    expect((await events('ListTargetsByRule', { Rule: 'shop' })).Targets).toEqual([]);
  });
});

describe('PutEvents', () => {
  it('refuses an endpoint, which the mesh does not have', async () => {
    const Entries = [{ EventBusName, Source: 'shop', DetailType: 'Ordered.v1', Detail: '{}' }];
    const refused = aws.call('events', 'PutEvents', { Entries, EndpointId: 'abc.def' });
    await expect(refused).rejects.toMatchObject({ code: 'ValidationException' });
  });
});
