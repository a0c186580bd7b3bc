"""Runs MiniStack, an emulator of AWS, until its input closes: until who started it is gone, however it went.

Its folder (TMPDIR), which holds its state and the code of its functions, goes with it.
"""

import json
import os
import shutil
import signal
import sys
import threading

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners


def end_with_parent():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def know_event_sources():
    """Lets IAM see `events:source` and `events:detail-type` of a PutEvents call.

    MiniStack enforces roles but has no context keys of EventBridge, so it would refuse every event of a role that may put
    events of one source only.
    """
    known = iam_actions.request_tag_context

    def with_sources(service, iam_action, body, params):
        context = known(service, iam_action, body, params)
        if iam_action == "events:PutEvents":
            entries = json.loads(body or b"{}").get("Entries") or []
            context["events:source"] = [entry.get("Source", "") for entry in entries]
            context["events:detail-type"] = [entry.get("DetailType", "") for entry in entries]
        return context

    iam_actions.request_tag_context = with_sources


def take_connections_for_encrypted():
    """Lets IAM take every call for one over TLS, as all calls to AWS are: bucket policies deny others."""
    app.pin_request_origin = lambda source_ip, _: iam_evaluator.pin_request_origin(source_ip, True)


def import_retained_resources():
    """Lets CloudFormation import buses and domains of user pools, as AWS does.

    MiniStack imports all other types that a stage of Starling retains.
    """

    def domain(identifier):
        return identifier["Domain"], provisioners._cognito_user_pool_domain_attributes(identifier["Domain"])

    def bus(identifier):
        return identifier["Name"], {"Name": identifier["Name"], "Arn": eventbridge._event_buses[identifier["Name"]]["Arn"]}

    provisioners._RESOURCE_HANDLERS["AWS::Cognito::UserPoolDomain"]["import"] = domain
    provisioners._RESOURCE_HANDLERS["AWS::Events::EventBus"]["import"] = bus


def take_alarms_on_several_metrics():
    """Lets CloudFormation make alarms with metric math, which MiniStack refuses.

    Such an alarm stands there as an alarm on its first metric. No alarm of the emulator ever fires on a metric of AWS.
    """
    record = provisioners._cw_metric_alarm_record

    def with_first_metric(name, props):
        stats = [metric["MetricStat"] for metric in props.get("Metrics") or [] if "MetricStat" in metric]
        if not stats:
            return record(name, props)
        first = stats[0]
        others = {key: value for key, value in props.items() if key != "Metrics"}
        return record(name, {**others, **first["Metric"], "Period": first["Period"], "Statistic": first["Stat"]})

    provisioners._cw_metric_alarm_record = with_first_metric


threading.Thread(target=end_with_parent, daemon=True).start()
know_event_sources()
take_connections_for_encrypted()
import_retained_resources()
take_alarms_on_several_metrics()
try:
    app.main()
finally:
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
