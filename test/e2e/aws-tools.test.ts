import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mesh } from '../support/mesh.ts';

const run = promisify(execFile);

/** Why a tool cannot be tried on this machine, or undefined when it can. */
function lacks(command: string, ...args: string[]): string | undefined {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 15_000 });
    return undefined;
  } catch {
    return `${[command, ...args].join(' ')} does not run on this machine`;
  }
}

const noCli = lacks('aws', '--version');
const noBoto3 = lacks('python3', '-c', 'import boto3');

let mesh: Mesh;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  mesh = await Mesh.start();
  const { stdout } = await run(process.execPath, ['cli/main.ts', 'env', '--json', '--url', mesh.url], {
    env: { ...process.env, STARLING_DATA: mesh.data },
  });
  // A developer's profile is for another place.
  const nothing = path.join(mesh.data, 'none');
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  env = {
    ...Object.fromEntries(own),
    AWS_CONFIG_FILE: nothing,
    AWS_SHARED_CREDENTIALS_FILE: nothing,
    ...JSON.parse(stdout),
  };
});
afterAll(() => mesh.stop());

describe('the AWS CLI with the variables of `starling env`', () => {
  const aws = async (...args: string[]) => {
    // Version 1 of the CLI gives SQS an address of its own, whatever the variable says.
    const address = args[0] === 'sqs' ? ['--endpoint-url', mesh.url] : [];
    const { stdout } = await run('aws', [...args, ...address, '--output', 'json'], { env });
    return stdout === '' ? {} : JSON.parse(stdout);
  };

  it('puts events, and takes them from a queue', async ({ skip }) => {
    skip(noCli !== undefined, noCli);
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
  }, 60_000);
});

/** Puts an event and a record, reads both back, and prints what it met, as an agent in Python would. */
const python = `
import boto3, json, os
from botocore.exceptions import ClientError
bus, stream = os.environ["STARLING_BUS"], os.environ["STARLING_STREAM"]
events, sqs, kinesis = (boto3.client(name) for name in ("events", "sqs", "kinesis"))
url = sqs.create_queue(QueueName="python")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
events.put_rule(Name="python", EventBusName=bus, EventPattern=json.dumps({"source": ["python"]}))
events.put_targets(Rule="python", EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
put = events.put_events(Entries=[{"Source": "python", "DetailType": "Made.v1", "Detail": json.dumps({"text": "häuser"}), "EventBusName": bus}])
message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"][0]
sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
record = kinesis.put_record(StreamName=stream, PartitionKey="k", Data="häuser".encode())
iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=record["ShardId"], ShardIteratorType="TRIM_HORIZON")
read = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
codes = []
for call in (lambda: sqs.get_queue_url(QueueName="nowhere"), lambda: kinesis.list_shards(StreamName="nowhere"),
             lambda: boto3.client("sqs", aws_secret_access_key="x", aws_access_key_id="y").get_queue_url(QueueName="python"),
             lambda: boto3.client("events", aws_secret_access_key="x", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"]).list_event_buses()):
    try: call()
    except ClientError as error: codes.append(error.response["Error"]["Code"])
print(json.dumps({"failed": put["FailedEntryCount"], "event": json.loads(message["Body"])["detail"],
                  "record": read[-1]["Data"].decode(), "codes": codes}))
`;

describe('boto3 with the variables of `starling env`', () => {
  it('speaks all three protocols, and meets the codes it knows', async ({ skip }) => {
    skip(noBoto3 !== undefined, noBoto3);
    const { stdout } = await run('python3', ['-c', python], { env });
    expect(JSON.parse(stdout)).toEqual({
      failed: 0,
      event: { text: 'häuser' },
      record: 'häuser',
      codes: [
        'AWS.SimpleQueueService.NonExistentQueue',
        'ResourceNotFoundException',
        'InvalidClientTokenId',
        'InvalidSignatureException',
      ],
    });
  }, 60_000);
});
