"""Upload files whose columns have other names, with and without a mapping."""

from typing import Any

import pytest
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.sse_reading import PROGRESS, read_events

pytestmark = pytest.mark.asyncio

UPLOAD = """mutation ($csvFile: Upload!, $columns: [ColumnMapping!], $wait: Boolean! = true) {
  classifyBatch(csvFile: $csvFile, columns: $columns, wait: $wait) {
    id status rowsStored rowsRejected error { code }
  }
}"""
PREVIEW = """query ($header: [String!]!, $columns: [ColumnMapping!]) {
  previewColumns(header: $header, columns: $columns) {
    exact columns { column header } missing ambiguous { column headers } ignored
  }
}"""
TITLE = '{ track(trackId: "1") { title } }'
NOTHING_STORED = {"genres": [], "batches": {"totalCount": 0}}
STORED = "{ genres { name } batches { totalCount } }"


def renamed(rows: list[dict[str, str]], **names: str) -> bytes:
    """Write rows whose columns have other names."""
    return write_csv([{names.get(key, key): cell for key, cell in row.items()} for row in rows])


async def test_recognises_columns_by_other_names(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    names = {"trackID": "Track ID", "title": "name", "tempo": "BPM", "vect_1": "Vect 1"}

    batch = await api.classify(renamed(sample_rows, **names))

    assert (batch["status"], batch["rowsStored"]) == ("DONE", 60)
    assert (await api.data(TITLE))["track"]["title"] == sample_rows[0]["title"]


@pytest.mark.parametrize("wait", [True, False], ids=["waited", "queued"])
async def test_reads_a_file_by_the_callers_mapping(
    api: GraphQLClient, sample_rows: list[dict[str, str]], *, wait: bool
) -> None:
    rows = [{**row, "Heading": f"Mapped {row['trackID']}"} for row in sample_rows]
    columns = [{"column": "title", "header": "Heading"}]

    body = await api.upload(write_csv(rows), query=UPLOAD, columns=columns, wait=wait)
    batch = body["data"]["classifyBatch"]
    events = read_events(api.http, api.headers, PROGRESS, id=batch["id"])
    *_, last = [event["data"]["batchProgress"] async for event in events]

    assert (last["status"], last["rowsStored"]) == ("DONE", 60)
    assert (await api.data(TITLE))["track"]["title"] == "Mapped 1"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        pytest.param(
            [{"column": "artist", "header": "title"}],
            'There is no column "artist"; allowed are trackID, title, tags, loudness,',
            id="unknown-column",
        ),
        pytest.param(
            [{"column": "title", "header": "Heading"}],
            'The header "Heading", which title is mapped to, is not in the file, whose header is: '
            "trackID, title, tags,",
            id="unknown-header",
        ),
        pytest.param(
            [{"column": "title", "header": "tags"}, {"column": "title", "header": "title"}],
            'The column "title" is mapped 2 times; once is allowed.',
            id="column-twice",
        ),
        pytest.param(
            [{"column": "title", "header": "tags"}, {"column": "tags", "header": "tags"}],
            'The header "tags" is mapped 2 times; once is allowed.',
            id="header-twice",
        ),
        pytest.param(
            [{"column": "title", "header": str(number)} for number in range(401)],
            "columns has 401 entries; at most 400 are allowed.",
            id="too-many",
        ),
        pytest.param(
            [{"column": "title", "header": "x" * 1001}],
            "columns[0] has 1,001 characters; at most 1,000 are allowed.",
            id="too-long",
        ),
    ],
)
@pytest.mark.parametrize("wait", [True, False], ids=["waited", "queued"])
async def test_refuses_a_mapping_that_does_not_fit(
    api: GraphQLClient, sample: bytes, columns: list[dict[str, str]], message: str, *, wait: bool
) -> None:
    body = await api.upload(sample, query=UPLOAD, columns=columns, wait=wait)

    (error,) = body["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith(message)
    assert await api.data(STORED) == NOTHING_STORED


async def test_two_headers_for_one_column_are_an_error_that_names_both(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    rows = [{**row, "Name": "other"} for row in sample_rows]

    (error,) = (await api.upload(renamed(rows, title="Song")))["errors"]

    assert error["extensions"]["code"] == "INVALID_CSV"
    assert error["message"].startswith('"Song" and "Name" could each be the column title.')
    assert await api.data(STORED) == NOTHING_STORED


async def preview(api: GraphQLClient, header: list[str], **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await api.data(PREVIEW, header=header, **variables))["previewColumns"]
    return found


async def test_previews_how_a_header_would_be_read(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    header = list(sample_rows[0])
    changed = ["ID", "Song", "Name", *header[3:], "Cover"]

    exact, other = await preview(api, header), await preview(api, changed)

    assert exact["exact"] is True
    assert exact["columns"] == [{"column": name, "header": name} for name in header]
    assert (exact["missing"], exact["ambiguous"], exact["ignored"]) == ([], [], [])
    assert other["exact"] is False
    assert other["columns"][0] == {"column": "trackID", "header": "ID"}
    assert other["missing"] == ["tags"]
    assert other["ambiguous"] == [{"column": "title", "headers": ["Song", "Name"]}]
    assert other["ignored"] == ["Cover"]


async def test_previews_a_mapping(api: GraphQLClient, sample_rows: list[dict[str, str]]) -> None:
    header = ["ID", "Song", "Name", *list(sample_rows[0])[3:]]
    columns = [{"column": "title", "header": "Song"}, {"column": "tags", "header": "Name"}]

    found = await preview(api, header, columns=columns)

    assert (found["missing"], found["ambiguous"], found["ignored"]) == ([], [], [])
    assert {"column": "tags", "header": "Name"} in found["columns"]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (["x"] * 2_001, "header has 2,001 names; at most 2,000 are allowed."),
        (["x" * 1_001], "header[0] has 1,001 characters; at most 1,000 are allowed."),
        (["\ud800"], "header[0] contains half of a surrogate pair."),
    ],
)
async def test_bounds_a_preview(api: GraphQLClient, header: list[str], message: str) -> None:
    error = await api.error(PREVIEW, header=header)

    assert error["message"] == message
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
