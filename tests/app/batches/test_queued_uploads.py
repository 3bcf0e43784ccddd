"""Upload files with `wait: false` through the real mutation; the service itself reads them."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.archives import ZIP_ARCHIVE
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.sse_reading import PROGRESS, read_events
from support.waiting import until

from app.config.settings import Settings

pytestmark = pytest.mark.asyncio

QUEUE = """mutation ($csvFile: Upload!) {
  classifyBatch(csvFile: $csvFile, wait: false) {
    id fileName status rowsReceived rowsStored modelVersion startedAt finishedAt
    error { code } genres { name }
  }
}"""
BATCH = """query ($id: ID!) { batch(id: $id) {
  status rowsReceived rowsRejected rowsStored finishedAt error { code }
  genres { name trackCount } rejects { nodes { line column code } }
} }"""
DELETE = "mutation ($id: ID!) { deleteBatch(id: $id) { id status rowsStored } }"
TRACK = '{ track(trackId: "1") { title } }'
NOTHING_STORED = {"genres": [], "batches": {"totalCount": 0}}


async def queue(api: GraphQLClient, content: bytes, name: str = "tracks.csv") -> dict[str, Any]:
    """Send a file that must be accepted, and return its batch."""
    body = await api.upload(content, name, QUEUE)
    assert "errors" not in body, body["errors"]
    batch: dict[str, Any] = body["data"]["classifyBatch"]
    return batch


async def follow(api: GraphQLClient, batch_id: str) -> list[dict[str, Any]]:
    """Return every state of a batch until it has ended."""
    events = read_events(api.http, api.headers, PROGRESS, id=batch_id)
    return [event["data"]["batchProgress"] async for event in events]


def spooled(settings: Settings) -> list[Path]:
    """List the files waiting for a worker."""
    folder = Path(settings.spool)
    return [path for path in folder.iterdir() if path.is_file()] if folder.exists() else []


async def test_answers_at_once_and_ends_like_a_batch_that_was_waited_for(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    content = write_csv(sample_rows, {(3, "tempo"): "fast", (40, "trackID"): "5"})

    queued = await queue(api, content, "my tracks.csv")
    await follow(api, queued["id"])
    waited_for = await api.classify(content)

    assert queued["fileName"] == "my tracks.csv"
    assert (queued["status"], queued["rowsReceived"], queued["genres"]) == ("QUEUED", 0, [])
    assert queued["finishedAt"] is None
    assert queued["error"] is None
    in_background = (await api.data(BATCH, id=queued["id"]))["batch"]
    at_once = (await api.data(BATCH, id=waited_for["id"]))["batch"]
    assert in_background.pop("finishedAt") < at_once.pop("finishedAt")
    assert in_background == at_once
    assert in_background["rowsReceived"] == 60


async def test_the_spooled_file_is_removed_at_the_end(
    api: GraphQLClient, sample: bytes, settings: Settings
) -> None:
    batch = await queue(api, sample)

    events = await follow(api, batch["id"])

    assert events[-1]["status"] == "DONE"
    # The file is removed just after the last event.
    await until(partial(_is_empty, settings))


async def test_several_files_at_once_are_all_read(api: GraphQLClient, sample: bytes) -> None:
    batches = [await queue(api, sample) for _ in range(5)]

    ends = [(await follow(api, batch["id"]))[-1] for batch in batches]

    assert [(end["status"], end["rowsStored"]) for end in ends] == [("DONE", 60)] * 5
    genres = await api.data("{ genres { trackCount } }")
    assert sum(genre["trackCount"] for genre in genres["genres"]) == 60


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        pytest.param(b"", "tracks.csv", "EMPTY_CSV", id="no-bytes"),
        pytest.param(b"trackID,title\n1,a\n", "tracks.csv", "INVALID_CSV", id="columns-missing"),
        pytest.param(ZIP_ARCHIVE, "tracks.csv", "UNSUPPORTED_FILE_TYPE", id="archive"),
        pytest.param(b"{}", "tracks.json", "UNSUPPORTED_FILE_TYPE", id="other-suffix"),
    ],
)
async def test_a_file_that_is_no_csv_is_an_error_of_the_mutation(
    api: GraphQLClient, settings: Settings, content: bytes, name: str, code: str
) -> None:
    body = await api.upload(content, name, QUEUE)

    assert body["data"] is None
    assert body["errors"][0]["extensions"]["code"] == code
    assert await api.data("{ genres { name } batches { totalCount } }") == NOTHING_STORED
    assert spooled(settings) == []


async def test_names_missing_columns_and_refuses_a_header_without_rows(
    api: GraphQLClient, sample: bytes
) -> None:
    header = sample.splitlines(keepends=True)[0]

    no_rows = await api.upload(header, query=QUEUE)
    no_tempo = await api.upload(sample.replace(b"tempo", b"speed", 1), query=QUEUE)

    assert no_rows["errors"][0]["extensions"]["code"] == "EMPTY_CSV"
    assert no_tempo["errors"][0]["extensions"]["missingColumns"] == ["tempo"]
    assert await api.data("{ genres { name } batches { totalCount } }") == NOTHING_STORED


async def test_deletes_a_batch_with_the_tracks_that_no_later_one_has_written(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    first = await api.classify(write_csv(sample_rows, {(2, "title"): "Old"}))
    second = await api.classify(write_csv(sample_rows[:1], {(2, "title"): "New"}))

    deleted = await api.data(DELETE, id=first["id"])

    assert deleted["deleteBatch"] == {"id": first["id"], "status": "DONE", "rowsStored": 60}
    assert await api.data(TRACK) == {"track": {"title": "New"}}
    genres = (await api.data("{ genres { trackCount } }"))["genres"]
    assert [genre["trackCount"] for genre in genres] == [1]
    assert await api.data(BATCH, id=first["id"]) == {"batch": None}
    await api.data(DELETE, id=second["id"])
    assert await api.data("{ genres { name } batches { totalCount } }") == NOTHING_STORED


@pytest.mark.parametrize("unknown", ["00000000-0000-4000-8000-000000000000", "x"])
async def test_deleting_an_unknown_batch_is_not_found(api: GraphQLClient, unknown: str) -> None:
    error = await api.error(DELETE, id=unknown)

    assert error["extensions"]["code"] == "NOT_FOUND"


async def _is_empty(settings: Settings) -> bool:
    return spooled(settings) == []
