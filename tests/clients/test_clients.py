"""Clients that frontends use, current and unmodified, against the real service."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

Node = Callable[..., Awaitable[Any]]


def assert_same_catalogue(seen: dict[str, Any]) -> None:
    """Check what every client should have seen of the sample."""
    assert seen["batch"]["status"] == "DONE"
    assert seen["batch"]["rowsStored"] == 60
    assert counts(seen["genres"]) == counts(seen["batch"]["genres"])
    assert sum(counts(seen["genres"]).values()) == 60
    assert seen["code"] == "UNKNOWN_GENRE"


def counts(genres: list[dict[str, Any]]) -> dict[str, int]:
    return {genre["name"]: genre["trackCount"] for genre in genres}


def assert_progress(events: list[dict[str, Any]], batch_id: str) -> None:
    """Check the events of a batch that was followed to its end."""
    assert {event["id"] for event in events} == {batch_id}
    assert (events[-1]["status"], events[-1]["rowsStored"]) == ("DONE", 60)
    stored = [event["rowsStored"] for event in events]
    assert stored == sorted(stored)
    assert not [event for event in events[:-1] if event["status"] == "DONE"]


async def test_apollo_client_uploads_pages_and_caches(
    api: GraphQLClient, address: str, node: Node, sample_file: str
) -> None:
    seen = await node("apollo.mjs", address, sample_file)

    assert_same_catalogue(seen)
    assert len(seen["titles"]) == len(set(seen["titles"])) == seen["largest"]["trackCount"]
    assert seen["corrected"]["cached"] == seen["corrected"]["expected"]
    assert_progress(seen["progress"], seen["queued"]["id"])


async def test_graphql_request_uploads_pages_and_follows(
    api: GraphQLClient, address: str, node: Node, sample_file: str
) -> None:
    seen = await node("request.mjs", address, sample_file)

    assert_same_catalogue(seen)
    assert len(seen["titles"]) == len(set(seen["titles"])) == seen["largest"]["trackCount"]
    assert seen["noFile"] == "EMPTY_CSV"
    assert_progress(seen["progress"], seen["progress"][0]["id"])


@pytest.mark.parametrize("method", ["post", "get", "ws"])
async def test_urql_uploads_queries_and_follows(
    api: GraphQLClient, address: str, node: Node, sample_file: str, method: str
) -> None:
    seen = await node("urql.mjs", address, sample_file, method)

    assert_same_catalogue(seen)
    assert len(seen["titles"]) == min(4, seen["largest"]["trackCount"])
    assert_progress(seen["progress"], seen["progress"][0]["id"])


async def test_graphql_sse_follows_a_batch_to_its_end(
    api: GraphQLClient, address: str, node: Node, sample_file: str
) -> None:
    seen = await node("sse.mjs", address, sample_file)

    assert_progress(seen["progress"], seen["id"])
    assert sum(counts(seen["genres"]).values()) == 60
    assert seen["unknown"] == ["NOT_FOUND"]
    assert seen["refused"] == ["GRAPHQL_VALIDATION_FAILED"]


async def test_graphql_ws_runs_everything_over_one_websocket(
    api: GraphQLClient, address: str, node: Node, sample_file: str
) -> None:
    seen = await node("ws.mjs", address, sample_file)

    assert_progress(seen["progress"], seen["id"])
    assert sum(counts(seen["genres"]).values()) == 60
    assert seen["corrected"] == {"trackId": "1", "genre": "folk"}
    assert seen["unknown"] == ["NOT_FOUND"]
    assert seen["refused"] == ["GRAPHQL_VALIDATION_FAILED"]
    assert seen["closed"][0] == 4403
