"""Calls the agent at AGENT with the official client of A2A 0.3, and prints what it saw. The argument is the transport."""

import asyncio
import json
import os
import sys
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import Message, Part, Role, TaskIdParams, TaskQueryParams, TextPart

AGENT, TOKEN = os.environ["AGENT"], os.environ["TOKEN"]
TRANSPORT = sys.argv[1]


def message():
    return Message(role=Role.user, message_id=str(uuid.uuid4()), parts=[Part(root=TextPart(text="hello"))])


async def failure(call):
    try:
        await call
    except Exception as error:
        return str(error)
    return None


async def main():
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"}, timeout=60) as http:
        card = await A2ACardResolver(http, AGENT).get_agent_card()
        seen = {}
        for name, streaming in (("streamed", True), ("sent", False)):
            config = ClientConfig(
                httpx_client=http, streaming=streaming, supported_transports=[TRANSPORT], use_client_preference=True
            )
            client = ClientFactory(config).create(card)
            events = [event async for event in client.send_message(message())]
            task = events[-1][0]
            seen[name] = [len(events) > 1, task.status.state.value, task.artifacts[0].parts[0].root.text]
        got = await client.get_task(TaskQueryParams(id=task.id))
        seen["got"] = [got.id == task.id, got.status.state.value]
        seen["missing"] = await failure(client.get_task(TaskQueryParams(id="nope")))
        seen["ended"] = await failure(client.cancel_task(TaskIdParams(id=task.id)))
        print(json.dumps(seen))


asyncio.run(main())
