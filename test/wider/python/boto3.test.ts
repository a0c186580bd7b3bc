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

/** Calls the operations that change queues, rules and streams, as a script of an operator would. */
const operations = `
import boto3, json, os, time
from botocore.exceptions import ClientError
bus, stream = os.environ["STARLING_BUS"], os.environ["STARLING_STREAM"]
events, sqs, kinesis = (boto3.client(name) for name in ("events", "sqs", "kinesis"))
seen = {}
def code(call):
    try: call()
    except ClientError as error: return error.response["Error"]["Code"]
def attributes(url): return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
dead = sqs.create_queue(QueueName="op-dead")["QueueUrl"]
policy = json.dumps({"deadLetterTargetArn": attributes(dead)["QueueArn"], "maxReceiveCount": 1})
jobs = sqs.create_queue(QueueName="op-jobs", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
sqs.set_queue_attributes(QueueUrl=jobs, Attributes={"RedrivePolicy": policy})
pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix="op-", PaginationConfig={"PageSize": 1})
seen["queues"] = [url.rsplit("/", 1)[1] for page in pages for url in page["QueueUrls"]]
trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
sent = sqs.send_message(QueueUrl=jobs, MessageBody="poison", MessageSystemAttributes=trace)
seen["digest"] = len(sent["MD5OfMessageSystemAttributes"])
first = sqs.receive_message(QueueUrl=jobs, AttributeNames=["All"], WaitTimeSeconds=5)["Messages"][0]
seen["trace"], seen["sender"] = first["Attributes"]["AWSTraceHeader"], first["Attributes"]["SenderId"]
letter = []
while not letter:
    sqs.receive_message(QueueUrl=jobs)
    letter = sqs.receive_message(QueueUrl=dead, VisibilityTimeout=30).get("Messages", [])
entries = [{"Id": "a", "ReceiptHandle": letter[0]["ReceiptHandle"], "VisibilityTimeout": 0}, {"Id": "b", "ReceiptHandle": "x", "VisibilityTimeout": 0}]
batch = sqs.change_message_visibility_batch(QueueUrl=dead, Entries=entries)
seen["batch"] = [len(batch["Successful"]), batch["Failed"][0]["Code"]]
sqs.set_queue_attributes(QueueUrl=jobs, Attributes={"VisibilityTimeout": "30"})
sqs.start_message_move_task(SourceArn=attributes(dead)["QueueArn"])
while (task := sqs.list_message_move_tasks(SourceArn=attributes(dead)["QueueArn"])["Results"][0])["Status"] == "RUNNING": time.sleep(0.1)
seen["moved"] = [task["Status"], task["ApproximateNumberOfMessagesMoved"]]
seen["back"] = sqs.receive_message(QueueUrl=jobs, WaitTimeSeconds=5)["Messages"][0]["Body"]
sqs.purge_queue(QueueUrl=jobs)
sqs.delete_queue(QueueUrl=dead)
events.put_rule(Name="op", EventBusName=bus, EventPattern=json.dumps({"source": ["op"]}))
events.disable_rule(Name="op", EventBusName=bus)
seen["rule"] = [events.describe_rule(Name="op", EventBusName=bus)["State"]]
events.enable_rule(Name="op", EventBusName=bus)
seen["rule"].append(events.describe_rule(Name="op", EventBusName=bus)["State"])
seen["shards"] = len(kinesis.describe_stream(StreamName=stream)["StreamDescription"]["Shards"])
shard = {"StreamName": stream, "ShardId": "shardId-000000000000"}
wired = sqs.get_queue_url(QueueName="starling-local-echo")["QueueUrl"]
seen["codes"] = [code(call) for call in (
    lambda: sqs.purge_queue(QueueUrl=jobs), lambda: sqs.purge_queue(QueueUrl=wired), lambda: sqs.delete_queue(QueueUrl=dead),
    lambda: sqs.create_queue(QueueName="op-dead"), lambda: sqs.cancel_message_move_task(TaskHandle="x"), lambda: sqs.list_queue_tags(QueueUrl=jobs),
    lambda: events.describe_rule(Name="nowhere", EventBusName=bus), lambda: events.disable_rule(Name="starling-local-echo", EventBusName=bus),
    lambda: kinesis.get_shard_iterator(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber="999999999", **shard),
    lambda: kinesis.get_shard_iterator(ShardIteratorType="AT_TIMESTAMP", Timestamp=time.time() + 60, **shard))]
print(json.dumps(seen))
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

  it('changes queues, rules and dead letters, and meets the codes of AWS', { timeout: patience }, async () => {
    const { stdout } = await run(path.join(programs, 'python'), ['-c', operations], { env });
    expect(JSON.parse(stdout)).toEqual({
      queues: ['op-dead', 'op-jobs'],
      digest: 32,
      trace: 'Root=1-5759e988-bd862e3fe1be46a994272793',
      sender: '000000000000',
      batch: [1, 'ReceiptHandleIsInvalid'],
      moved: ['COMPLETED', 1],
      back: 'poison',
      rule: ['DISABLED', 'ENABLED'],
      shards: 4,
      codes: [
        'AWS.SimpleQueueService.PurgeQueueInProgress',
        'AWS.SimpleQueueService.UnsupportedOperation',
        'AWS.SimpleQueueService.NonExistentQueue',
        'AWS.SimpleQueueService.QueueDeletedRecently',
        'InvalidParameterValue',
        'InvalidAction',
        'ResourceNotFoundException',
        'ManagedRuleException',
        'InvalidArgumentException',
        'InvalidArgumentException',
      ],
    });
  });
});
