"""A batch stores the reasons of its first rejected rows only, and counts all of them."""

import gzip
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from support.csv_files import write_csv
from support.graphql_client import QUEUE, GraphQLClient
from support.model_site import serving

from app.config.settings import Settings

pytestmark = pytest.mark.asyncio
COUNTS = """
query ($id: ID!) { batch(id: $id) {
  status rowsRejected rowsStored error { code } rejectCounts { code count }
  rejects(last: 1) { totalCount nodes { line } }
} }
"""
LIMIT = 20


@pytest_asyncio.fixture
async def few(settings: Settings, api: GraphQLClient) -> AsyncIterator[GraphQLClient]:
    """A service that stores few rejects, on the database of `api`."""
    changes = {"max_rejects": LIMIT, "chunk_bytes": 65_536}
    async with serving(settings.model_copy(update=changes)) as http:
        headers = api.headers
        yield GraphQLClient(
            http, client_id=headers["client-id"], client_secret=headers["client-secret"]
        )


async def test_counts_all_and_stores_the_first(
    few: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    content = write_csv(sample_rows, {(2, "tempo"): "fast"}) + b"x\n" * 90_000  # several chunks

    batch = (await few.data(COUNTS, id=(await few.classify(content))["id"]))["batch"]

    assert (batch["status"], batch["rowsRejected"], batch["rowsStored"]) == ("DONE", 90_001, 59)
    assert batch["rejectCounts"] == [
        {"code": "WRONG_FIELD_COUNT", "count": 90_000},
        {"code": "NOT_A_NUMBER", "count": 1},
    ]
    assert batch["rejects"] == {"totalCount": LIMIT, "nodes": [{"line": 61 + LIMIT - 1}]}


@pytest.mark.parametrize("background", [False, True], ids=["wait", "background"])
async def test_refuses_a_file_whose_first_thousand_rows_are_bad(
    api: GraphQLClient, sample: bytes, *, background: bool
) -> None:
    header = sample.splitlines(keepends=True)[0]
    content = header + b"x\n" * 1_000 + sample[len(header) :]

    body = await api.upload(content, **({"query": QUEUE} if background else {}))

    (error,) = body["errors"]
    assert error["extensions"]["code"] == "INVALID_CSV"
    assert "1,000 of them by WRONG_FIELD_COUNT. Line 2: The row has 1 fields" in error["message"]


async def test_reads_a_file_with_a_good_row_among_the_first_thousand(
    api: GraphQLClient, sample: bytes
) -> None:
    header, row = sample.splitlines(keepends=True)[:2]

    batch = await api.classify(header + b"x\n" * 999 + row + b"x\n" * 5)

    assert (batch["status"], batch["rowsStored"], batch["rowsRejected"]) == ("DONE", 1, 1_004)


async def test_refuses_a_short_file_that_unpacks_to_many_bad_rows(
    api: GraphQLClient, sample: bytes
) -> None:
    header = sample.splitlines(keepends=True)[0]

    body = await api.upload(gzip.compress(header + b"x\n" * 200_000), "a.csv.gz")

    (error,) = body["errors"]
    assert error["extensions"]["code"] in ("INVALID_CSV", "UPLOAD_TOO_LARGE")
