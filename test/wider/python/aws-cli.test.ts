import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Mesh } from '#test/support/mesh.ts';
import { describeWith } from '../tools.ts';
import { environmentOf, installed } from './environment.ts';

const run = promisify(execFile);
const patience = 60_000;

describeWith(['python3'], 'the AWS CLI with the variables of `starling env`', () => {
  let mesh: Mesh;
  let env: NodeJS.ProcessEnv;
  let programs: string;
  beforeAll(async () => {
    programs = await installed('awscli');
    mesh = await Mesh.start();
    env = await environmentOf(mesh);
  });
  afterAll(() => mesh?.stop());

  const aws = async (...args: string[]) => {
    // Version 1 of the CLI gives SQS an address of its own, whatever the variable says.
    const address = args[0] === 'sqs' ? ['--endpoint-url', mesh.url] : [];
    const { stdout } = await run(path.join(programs, 'aws'), [...args, ...address, '--output', 'json'], { env });
    return stdout === '' ? {} : JSON.parse(stdout);
  };

  it('puts events, and takes them from a queue', { timeout: patience }, async () => {
    const bus = env.STARLING_BUS ?? '';
    const { QueueUrl } = await aws('sqs', 'create-queue', '--queue-name', 'cli');
    await aws('events', 'put-rule', '--name', 'cli', '--event-bus-name', bus, '--event-pattern', '{"source":["cli"]}');
    const target = 'Id=1,Arn=arn:aws:sqs:us-east-1:000000000000:cli';
    await aws('events', 'put-targets', '--rule', 'cli', '--event-bus-name', bus, '--targets', target);
    const entry = { Source: 'cli', DetailType: 'Made.v1', Detail: '{"n":1}', EventBusName: bus };
    const put = await aws('events', 'put-events', '--entries', JSON.stringify([entry]));
    expect(put.FailedEntryCount).toBe(0);
    const { Messages } = await aws('sqs', 'receive-message', '--queue-url', QueueUrl, '--wait-time-seconds', '5');
    expect(JSON.parse(Messages[0].Body)).toMatchObject({ id: put.Entries[0].EventId, detail: { n: 1 } });
  });

  it('lists, changes, empties and deletes a queue, and returns its dead letters', {
    timeout: patience * 2,
  }, async () => {
    const arn = 'arn:aws:sqs:us-east-1:000000000000:cli-dead';
    const { QueueUrl: dead } = await aws('sqs', 'create-queue', '--queue-name', 'cli-dead');
    const { QueueUrl } = await aws('sqs', 'create-queue', '--queue-name', 'cli-jobs');
    const policy = JSON.stringify({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 5 }) });
    await aws('sqs', 'set-queue-attributes', '--queue-url', QueueUrl, '--attributes', policy);
    const { QueueUrls } = await aws('sqs', 'list-queues', '--queue-name-prefix', 'cli-');
    expect(QueueUrls).toEqual([dead, QueueUrl]);
    await aws('sqs', 'send-message', '--queue-url', dead, '--message-body', 'letter');
    const to = ['--destination-arn', arn.replace('dead', 'jobs')];
    await aws('sqs', 'start-message-move-task', '--source-arn', arn, ...to);
    const taken = await aws('sqs', 'receive-message', '--queue-url', QueueUrl, '--wait-time-seconds', '10');
    expect(taken.Messages).toMatchObject([{ Body: 'letter' }]);
    const { Results } = await aws('sqs', 'list-message-move-tasks', '--source-arn', arn);
    expect(Results).toMatchObject([{ ApproximateNumberOfMessagesMoved: 1 }]);
    await aws('sqs', 'purge-queue', '--queue-url', QueueUrl);
    await aws('sqs', 'delete-queue', '--queue-url', QueueUrl);
    const gone = aws('sqs', 'get-queue-url', '--queue-name', 'cli-jobs');
    await expect(gone).rejects.toMatchObject({ stderr: expect.stringContaining('NonExistentQueue') });
  });

  it('describes, disables and enables a rule, and describes the stream', { timeout: patience }, async () => {
    const rule = ['--name', 'cli-rule', '--event-bus-name', env.STARLING_BUS ?? ''];
    await aws('events', 'put-rule', ...rule, '--event-pattern', '{"source":["cli"]}');
    await aws('events', 'disable-rule', ...rule);
    expect(await aws('events', 'describe-rule', ...rule)).toMatchObject({ Name: 'cli-rule', State: 'DISABLED' });
    await aws('events', 'enable-rule', ...rule);
    expect(await aws('events', 'describe-rule', ...rule)).toMatchObject({ State: 'ENABLED' });
    const described = await aws('kinesis', 'describe-stream', '--stream-name', env.STARLING_STREAM ?? '');
    expect(described.StreamDescription.Shards).toHaveLength(4);
  });
});
