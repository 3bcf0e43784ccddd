"""Read server-sent events as a client does."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

PROGRESS = """subscription ($id: ID!) {
  batchProgress(id: $id) { id status rowsReceived rowsRejected rowsStored error { code } }
}"""


async def read_events(
    http: httpx.AsyncClient, headers: dict[str, str], query: str, **variables: Any
) -> AsyncIterator[dict[str, Any]]:
    """Yield the results of a subscription until the server completes it."""
    accept = {"accept": "text/event-stream"}
    body = {"query": query, "variables": variables}
    async with http.stream("POST", "/graphql", json=body, headers=headers | accept) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        event = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data:") and event == "next":
                yield json.loads(line.removeprefix("data:"))
            if event == "complete":
                return
    raise AssertionError("the stream was cut off")
