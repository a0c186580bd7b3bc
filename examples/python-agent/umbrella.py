import json, os, signal, sys, time, uuid
import boto3
from botocore.exceptions import BotoCoreError, ClientError

NAME, SOURCE, TYPE, BUS = "umbrella", "examples.umbrella", "UmbrellaAdvised.v1", os.environ["STARLING_BUS"]
PATTERN = {"source": ["starling.agents.weather"], "detail-type": ["TaskStatusChanged.v1"]}
events, sqs = map(boto3.Session(profile_name=os.environ.get("STARLING_AWS_PROFILE")).client, ("events", "sqs"))

def subscribe():
    """Creates the agent's queue and the rule that fills it. A second call changes nothing."""
    queue = sqs.create_queue(QueueName=NAME)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=NAME, EventBusName=BUS, EventPattern=json.dumps(PATTERN))
    events.put_targets(Rule=NAME, EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])
    return queue

def handle(cause):
    """Publishes the advice for a report. Returns whether the bus took it. The same report gives the same id."""
    report = next((p["data"] for a in cause["data"].get("artifacts", []) for p in a["parts"] if "data" in p), None)
    if report is None:
        return True  # no result yet, or a summary in words
    made = str(uuid.uuid5(uuid.NAMESPACE_URL, cause["id"]))
    detail = {"specversion": "1.0", "id": made, "source": SOURCE, "type": TYPE,
              "causationid": cause["id"], "correlationid": cause["correlationid"], "traceparent": cause["traceparent"],
              "data": {"location": report["location"], "umbrella": report["precipitationMm"] > 0}}
    entry = {"EventBusName": BUS, "Source": SOURCE, "DetailType": TYPE, "Detail": json.dumps(detail)}
    return events.put_events(Entries=[entry])["FailedEntryCount"] == 0

for sign in (signal.SIGINT, signal.SIGTERM):
    signal.signal(sign, lambda *_: sys.exit())
queue = subscribe()
print("umbrella listens at", queue, flush=True)
while True:
    try:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20).get("Messages", []):
            if handle(json.loads(message["Body"])["detail"]):  # else it comes again after its visibility timeout
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    except (BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)  # for example, the mesh restarts
        time.sleep(1)
