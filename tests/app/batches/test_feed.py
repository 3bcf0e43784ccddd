"""Follow batches as server-sent events: from any process, to the end, leaving nothing open."""

import asyncio
import io
import json
import uuid
from dataclasses import replace
from typing import Any

import anyio
import pytest
from sqlalchemy import event, text
from support.graphql_client import GraphQLClient
from support.permissions import WRITES_AND_REVIEWS
from support.sse_reading import PROGRESS, read_events

from app.batches.errors import TooManyFollowersError
from app.batches.feed import BatchFeed
from app.batches.worker import working
from app.http.graphql_view import GenreGraphQL
from app.main import build_ports
from app.service import Service
from db.notices import BATCH_CHANNEL, Notices
from schema import build_schema
from schema.core.context import make_context

pytestmark = pytest.mark.asyncio
QUEUE = "mutation ($csvFile: Upload!) { classifyBatch(csvFile: $csvFile, wait: false) { id } }"


async def events_of(api: GraphQLClient, batch_id: str) -> list[dict[str, Any]]:
    """Follow a batch to its end."""
    return [found async for found in read_events(api.http, api.headers, PROGRESS, id=batch_id)]


async def submit(service: Service, content: bytes) -> uuid.UUID:
    """Queue a file that no worker reads yet."""
    return (await service.intake.enqueue(io.BytesIO(content), "tracks.csv", None)).id


async def test_tells_the_states_in_order_and_ends_with_the_batch(
    api: GraphQLClient, sample: bytes
) -> None:
    body = await api.upload(sample, query=QUEUE)
    batch_id = body["data"]["classifyBatch"]["id"]

    states = [event["data"]["batchProgress"] for event in await events_of(api, batch_id)]

    order = ["QUEUED", "RUNNING", "DONE"]
    places = [order.index(state["status"]) for state in states]
    assert places == sorted(places)
    received = [state["rowsReceived"] for state in states]
    assert received == sorted(received)
    assert states[-1] == {
        "id": batch_id,
        "status": "DONE",
        "rowsReceived": 60,
        "rowsRejected": 0,
        "rowsStored": 60,
        "error": None,
    }


async def test_a_batch_that_has_ended_is_told_once(api: GraphQLClient, sample: bytes) -> None:
    batch = await api.classify(sample)

    events = await events_of(api, batch["id"])

    assert [event["data"]["batchProgress"]["status"] for event in events] == ["DONE"]


@pytest.mark.parametrize("unknown", ["00000000-0000-4000-8000-000000000000", "x"])
async def test_an_unknown_batch_is_not_found(api: GraphQLClient, unknown: str) -> None:
    (event,) = await events_of(api, unknown)

    assert event["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_batch_that_is_removed_meanwhile_is_not_found(
    idle_service: Service, sample: bytes
) -> None:
    batch_id = await submit(idle_service, sample)
    schema, context = (
        build_schema(),
        make_context(build_ports(idle_service, WRITES_AND_REVIEWS), "test"),
    )

    results: Any = await schema.subscribe(
        PROGRESS, variable_values={"id": str(batch_id)}, context_value=context
    )
    first = await anext(results)
    await idle_service.housekeeping.remove(batch_id)
    second = await anext(results)

    assert first.data["batchProgress"]["status"] == "QUEUED"
    assert second.errors[0].extensions["code"] == "NOT_FOUND"


async def test_a_disconnected_client_leaves_nothing_open(
    idle_service: Service, sample: bytes
) -> None:
    batch_id = await submit(idle_service, sample)
    ports = build_ports(idle_service, WRITES_AND_REVIEWS)
    view = GenreGraphQL(build_schema(), build_context=lambda request: make_context(ports, "test"))
    watched_before = idle_service.notices.watcher_count
    tasks_before = len(asyncio.all_tasks())
    has_first_event = anyio.Event()

    body = json.dumps({"query": PROGRESS, "variables": {"id": str(batch_id)}}).encode()
    requests = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        for message in requests:
            return message
        await has_first_event.wait()
        assert idle_service.notices.watcher_count == watched_before + 1
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if b"QUEUED" in message.get("body", b""):
            has_first_event.set()

    with anyio.fail_after(5):
        await view(_scope(), receive, send)

    assert has_first_event.is_set()
    assert idle_service.notices.watcher_count == watched_before
    assert len(asyncio.all_tasks()) == tasks_before


async def test_hears_of_changes_again_after_its_connection_broke(
    idle_service: Service, sample: bytes
) -> None:
    break_others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    batch_id = await submit(idle_service, sample)

    with idle_service.notices.watch(BATCH_CHANNEL, str(batch_id)) as changed, anyio.fail_after(10):
        async with idle_service.engine.begin() as connection:
            await connection.execute(text(break_others))
        await changed.wait()  # the new connection wakes all listeners
        changed.clear()
        async with idle_service.engine.begin() as connection:
            await connection.execute(text("UPDATE batches SET attempts = attempts"))
        await changed.wait()


async def test_a_lost_notice_only_delays(idle_service: Service, sample: bytes) -> None:
    deaf = Notices(idle_service.engine, ())
    feed = BatchFeed(idle_service.batches, deaf, poll_interval_s=0.05)
    batch_id = await submit(idle_service, sample)

    with anyio.fail_after(10):
        async with working(replace(idle_service.worker), timeout_s=5):
            statuses = [record.status async for record in feed.follow(batch_id)]

    assert statuses[-1] == "DONE"
    assert deaf.watcher_count == 0


async def test_looks_a_batch_up_once_for_all_who_follow_it(
    idle_service: Service, sample: bytes
) -> None:
    feed = BatchFeed(idle_service.batches, idle_service.notices, poll_interval_s=0.05)
    batch_id = await submit(idle_service, sample)
    lookups: list[str] = []
    polled = anyio.Event()

    def note(_: Any, __: Any, statement: str, *rest: Any) -> None:
        if "FROM batches" in statement and "error_code" in statement:
            lookups.append(statement)
            if len(lookups) == 5:
                polled.set()

    event.listen(idle_service.engine.sync_engine, "before_cursor_execute", note)
    try:
        feeds = [feed.follow(batch_id) for _ in range(100)]
        firsts = [(await anext(states)).status for states in feeds]
        assert len(lookups) < 50  # not one for each
        await polled.wait()
        assert idle_service.notices.watcher_count == 1
        await idle_service.housekeeping.cancel(batch_id)
        lasts = [[record.status async for record in states] for states in feeds]
    finally:
        event.remove(idle_service.engine.sync_engine, "before_cursor_execute", note)

    assert firsts == ["QUEUED"] * 100
    assert lasts == [["CANCELLED"]] * 100
    assert idle_service.notices.watcher_count == 0


async def test_limits_how_many_may_follow(idle_service: Service, sample: bytes) -> None:
    feed = BatchFeed(
        idle_service.batches, idle_service.notices, max_followers=3, max_followers_per_client=2
    )
    batch_id = await submit(idle_service, sample)

    feeds = [feed.follow(batch_id, client_id) for client_id in ("a", "a", "b")]
    for states in feeds:
        await anext(states)
    for client_id, whose in (("a", "by one client"), ("c", "at a time")):
        with pytest.raises(TooManyFollowersError, match=whose):
            await anext(feed.follow(batch_id, client_id))
    await feeds[0].aclose()
    feeds.append(feed.follow(batch_id, "a"))
    await anext(feeds[-1])

    for states in feeds:
        await states.aclose()
    assert idle_service.notices.watcher_count == 0


async def test_a_client_with_too_many_streams_is_told_so(
    idle_service: Service, sample: bytes
) -> None:
    batch_id = await submit(idle_service, sample)
    full = replace(idle_service.feed, max_followers_per_client=0)
    context = make_context(
        replace(build_ports(idle_service, WRITES_AND_REVIEWS), progress=full), "test"
    )

    result: Any = await anext(
        await build_schema().subscribe(
            PROGRESS, variable_values={"id": str(batch_id)}, context_value=context
        )
    )

    assert result.errors[0].extensions == {"code": "SERVICE_UNAVAILABLE", "retryable": True}


def _scope() -> dict[str, Any]:
    headers = {b"content-type": b"application/json", b"accept": b"text/event-stream"}
    return {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
        "server": ("genre.test", 80),
        "client": ("127.0.0.1", 1),
        "headers": list(headers.items()),
    }
