"""Upload files through the real mutation, and see what Postgres has then."""

from pathlib import Path
from typing import Any

import pytest
from support.archives import ZIP_ARCHIVE
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

GENRES = "{ genres { name trackCount } }"
COUNTS = ("status", "rowsReceived", "rowsRejected", "rowsStored")
NOTHING_STORED = {"genres": [], "batches": {"totalCount": 0}}


def edited(sample: bytes, changes: dict[int, Any]) -> bytes:
    """Return the sample with each line (from 1) changed by a function."""
    lines = sample.decode().splitlines(keepends=True)
    for number, change in changes.items():
        lines[number - 1] = change(lines[number - 1])
    return "".join(lines).encode()


async def stored(api: GraphQLClient) -> int:
    """Count the tracks that can be queried."""
    return sum(genre["trackCount"] for genre in (await api.data(GENRES))["genres"])


async def test_stores_every_track_with_a_genre(api: GraphQLClient, sample: bytes) -> None:
    batch = await api.classify(sample, "my tracks.csv")

    assert {key: batch[key] for key in COUNTS} == {
        "status": "DONE",
        "rowsReceived": 60,
        "rowsRejected": 0,
        "rowsStored": 60,
    }
    assert batch["fileName"] == "my tracks.csv"
    assert batch["finishedAt"] is not None
    assert batch["error"] is None
    assert batch["genres"] == (await api.data(GENRES))["genres"]
    assert await stored(api) == 60


async def test_sending_a_file_again_gives_the_same_tracks_once(
    api: GraphQLClient, sample: bytes
) -> None:
    first = await api.classify(sample)
    second = await api.classify(sample)

    assert await stored(api) == 60
    assert first["genres"] == second["genres"]
    assert first["id"] != second["id"]
    counts = "query ($id: ID!) { batch(id: $id) { rowsStored genres { trackCount } } }"
    kept = (await api.data(counts, id=first["id"]))["batch"]
    assert kept["rowsStored"] == sum(genre["trackCount"] for genre in kept["genres"]) == 60


async def test_reports_bad_rows_by_line_and_stores_the_others(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    plain = [{**row, "title": f"Song {row['trackID']}"} for row in sample_rows]
    content = write_csv(
        plain, {(3, "tempo"): "fast", (7, "title"): "", (11, "key"): "12", (40, "trackID"): "5"}
    )
    lines = content.split(b"\n")
    lines[20] = b"20,short"

    batch = await api.classify(b"\n".join(lines))

    assert [(r["line"], r["column"], r["code"]) for r in batch["rejects"]["nodes"]] == [
        (3, "tempo", "NOT_A_NUMBER"),
        (7, "title", "MISSING_VALUE"),
        (11, "key", "OUT_OF_RANGE"),
        (21, None, "WRONG_FIELD_COUNT"),
        (40, "trackID", "DUPLICATE_TRACK"),
    ]
    assert [r["trackId"] for r in batch["rejects"]["nodes"]] == ["2", "6", "10", "20", "5"]
    assert {key: batch[key] for key in COUNTS} == {
        "status": "DONE",
        "rowsReceived": 60,
        "rowsRejected": 5,
        "rowsStored": 55,
    }
    assert batch["rejects"]["totalCount"] == 5
    assert await stored(api) == 55


async def test_finds_a_track_that_appears_twice_in_distant_chunks(
    api: GraphQLClient, sample: bytes
) -> None:
    header, *rows = sample.splitlines(keepends=True)
    content = header + b"".join(rows) + b"".join(rows[:3])
    assert len(content) > 65_536, "the repetition must not lie in the chunk of the original"

    batch = await api.classify(content)

    assert (batch["rowsReceived"], batch["rowsStored"], batch["rowsRejected"]) == (63, 60, 3)
    assert {r["code"] for r in batch["rejects"]["nodes"]} == {"DUPLICATE_TRACK"}
    assert [r["trackId"] for r in batch["rejects"]["nodes"]] == ["1", "2", "3"]


async def test_a_new_classification_replaces_title_and_keeps_the_track(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    await api.classify(write_csv(sample_rows, {(2, "title"): "Before"}))
    second = await api.classify(write_csv(sample_rows[:1], {(2, "title"): "After"}))

    track = await api.data('{ track(trackId: "1") { title batch { id } } }')
    assert track == {"track": {"title": "After", "batch": {"id": second["id"]}}}
    assert await stored(api) == 60


async def test_a_file_of_bad_rows_alone_is_done_with_nothing_stored(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    batch = await api.classify(write_csv(sample_rows[:1], {(2, "mode"): "2"}))

    assert {key: batch[key] for key in COUNTS} == {
        "status": "DONE",
        "rowsReceived": 1,
        "rowsRejected": 1,
        "rowsStored": 0,
    }
    assert await stored(api) == 0


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        pytest.param(b"", "tracks.csv", "EMPTY_CSV", id="no-bytes"),
        pytest.param(b"trackID,title\n1,a\n", "tracks.csv", "INVALID_CSV", id="columns-missing"),
        pytest.param(ZIP_ARCHIVE, "tracks.csv", "UNSUPPORTED_FILE_TYPE", id="archive"),
        pytest.param(b"{}", "tracks.json", "UNSUPPORTED_FILE_TYPE", id="other-suffix"),
    ],
)
async def test_refuses_a_file_that_is_no_csv_and_stores_nothing(
    api: GraphQLClient, content: bytes, name: str, code: str
) -> None:
    body = await api.upload(content, name)

    assert body["data"] is None
    (error,) = body["errors"]
    assert error["extensions"]["code"] == code
    assert await api.data("{ genres { name } batches { totalCount } }") == NOTHING_STORED


async def test_a_header_without_rows_is_empty(api: GraphQLClient, sample: bytes) -> None:
    body = await api.upload(sample.splitlines(keepends=True)[0])

    assert body["errors"][0]["extensions"]["code"] == "EMPTY_CSV"
    assert await api.data("{ genres { name } batches { totalCount } }") == NOTHING_STORED


async def test_names_every_missing_column(api: GraphQLClient, sample: bytes) -> None:
    content = edited(
        sample, {1: lambda line: line.replace("tempo", "speed").replace("vect_3,", "vect_x,")}
    )

    body = await api.upload(content)

    assert body["errors"][0]["extensions"] == {
        "code": "INVALID_CSV",
        "missingColumns": ["tempo", "vect_3"],
        "line": 1,
    }


async def test_takes_crlf_bom_other_column_order_and_extra_columns(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    rows = [dict(reversed([*row.items(), ("comment", 'any "thing"')])) for row in sample_rows]
    content = b"\xef\xbb\xbf" + write_csv(rows).replace(b"\n", b"\r\n")

    batch = await api.classify(content)

    assert (batch["rowsStored"], batch["rowsRejected"]) == (60, 0)


async def test_a_title_with_quotes_and_line_breaks_comes_back_as_it_was(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    title = 'A "b"\nc, d\\e {f} \u2013 \U0001f3b5'

    await api.classify(write_csv(sample_rows, {(2, "title"): title}))

    assert await api.data('{ track(trackId: "1") { title } }') == {"track": {"title": title}}


async def test_shows_a_hostile_file_name_escaped(api: GraphQLClient, sample: bytes) -> None:
    batch = await api.classify(sample, "../../etc/pass\nwd.csv")

    assert "\n" not in batch["fileName"]
    assert batch["fileName"].endswith("wd.csv")


async def test_several_uploads_at_once_store_each_track_once(
    api: GraphQLClient, sample: bytes
) -> None:
    import anyio

    batches: list[dict[str, Any]] = []

    async def send() -> None:
        batches.append(await api.classify(sample))

    async with anyio.create_task_group() as tasks:
        for _ in range(6):
            tasks.start_soon(send)

    assert [batch["status"] for batch in batches] == ["DONE"] * 6
    assert {batch["rowsStored"] for batch in batches} == {60}
    assert await stored(api) == 60


async def test_classifies_the_real_unlabelled_tracks(api: GraphQLClient, real_data: Path) -> None:
    content = (real_data / "unlabelled_features.csv").read_bytes()

    batch = await api.classify(content, "unlabelled_features.csv")
    again = await api.classify(content, "unlabelled_features.csv")

    assert (batch["rowsReceived"], batch["rowsStored"], batch["rowsRejected"]) == (428, 428, 0)
    assert again["rowsStored"] == 428
    assert await stored(api) == 428
