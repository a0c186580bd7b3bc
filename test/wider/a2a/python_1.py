"""Calls the agent at AGENT with the official client of A2A 1, and prints what it saw. Arguments: the binding, the version."""

import asyncio
import json
import os
import sys
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import a2a_pb2 as pb

AGENT, TOKEN = os.environ["AGENT"], os.environ["TOKEN"]
BINDING, VERSION = sys.argv[1:3]


def request():
    parts = [pb.Part(text="hello")]
    return pb.SendMessageRequest(
        message=pb.Message(role=pb.ROLE_USER, message_id=str(uuid.uuid4()), parts=parts)
    )


async def failure(call):
    try:
        await call
    except Exception as error:
        return type(error).__name__
    return None


async def main():
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"}, timeout=60) as http:
        card = await A2ACardResolver(http, AGENT).get_agent_card()
        interfaces = [
            each
            for each in card.supported_interfaces
            if each.protocol_binding == BINDING and each.protocol_version == VERSION
        ]
        del card.supported_interfaces[:]
        card.supported_interfaces.extend(interfaces)
        seen = {}
        for name, streaming in (("streamed", True), ("sent", False)):
            config = ClientConfig(httpx_client=http, streaming=streaming, supported_protocol_bindings=[BINDING])
            client = ClientFactory(config).create(card)
            events = [event async for event in client.send_message(request())]
            seen[name] = [event.WhichOneof("payload") for event in events]
            task_id = events[0].task.id
        got = await client.get_task(pb.GetTaskRequest(id=task_id))
        seen["got"] = [pb.TaskState.Name(got.status.state), got.artifacts[0].parts[0].text]
        seen["missing"] = await failure(client.get_task(pb.GetTaskRequest(id="nope")))
        seen["ended"] = await failure(client.cancel_task(pb.CancelTaskRequest(id=task_id)))
        print(json.dumps(seen))


asyncio.run(main())
