import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Mesh } from '#test/support/mesh.ts';
import { describeWith } from '../tools.ts';
import { environmentOf, installed } from './environment.ts';

const run = promisify(execFile);
const patience = 60_000;

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

describeWith(['python3'], 'boto3 with the variables of `starling env`', () => {
  let mesh: Mesh;
  let env: NodeJS.ProcessEnv;
  let programs: string;
  beforeAll(async () => {
    programs = await installed('boto3');
    mesh = await Mesh.start();
    env = await environmentOf(mesh);
  });
  afterAll(() => mesh?.stop());

  it('speaks all three protocols, and meets the codes it knows', { timeout: patience }, async () => {
    const { stdout } = await run(path.join(programs, 'python'), ['-c', python], { env });
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
  });

  it('reaches AWS for every other service, also with credentials of AWS', { timeout: patience }, async () => {
    const program = `
import boto3, json, os
mesh = boto3.Session(profile_name=os.environ.get("STARLING_AWS_PROFILE"))
own = boto3.Session()
url = lambda session, name: session.client(name).meta.endpoint_url
names = mesh.client("kinesis").list_streams()["StreamNames"]
print(json.dumps({"mesh": [url(mesh, name) for name in ("events", "sqs", "kinesis")],
                  "aws": [url(own, name) for name in ("sts", "s3", "bedrock-runtime")],
                  "key": own.get_credentials().access_key, "streams": names}))
`;
    const { STARLING_STREAM } = env;
    for (const before of [{}, { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' }]) {
      const shell = await environmentOf(mesh, before);
      const { stdout } = await run(path.join(programs, 'python'), ['-c', program], { env: shell });
      expect(JSON.parse(stdout)).toEqual({
        mesh: [mesh.url, mesh.url, mesh.url],
        aws: [
          'https://sts.us-east-1.amazonaws.com',
          'https://s3.amazonaws.com',
          'https://bedrock-runtime.us-east-1.amazonaws.com',
        ],
        key: 'AWS_ACCESS_KEY_ID' in before ? before.AWS_ACCESS_KEY_ID : env.AWS_ACCESS_KEY_ID,
        streams: expect.arrayContaining([STARLING_STREAM]),
      });
    }
  });
});
