"""Cost is page size times nested fields: reported with each answer, limited before execution."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio
NESTED = """{ tracks(first: 500) { nodes { batch {
  genres { name trackCount } rejects(first: 5) { totalCount nodes { line } }
} } } }"""
FRAGMENTS = """query ($n: Int = 7) { tracks(first: $n) { ...Page } }
fragment Page on TrackConnection { totalCount edges { node { ...Names } } }
fragment Names on Track { trackId title }"""


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        pytest.param("{ genres { name trackCount } }", {}, 1 + 1 + 2, id="no-page"),
        pytest.param("{ __typename }", {}, 0, id="nothing"),
        pytest.param(
            "{ tracks { nodes { trackId title } } }", {}, 1 + 1 + 100 * (1 + 2), id="default-page"
        ),
        pytest.param(
            "{ tracks(first: 5, last: 2) { nodes { trackId } pageInfo { endCursor } } }",
            {},
            1 + (1 + 2 * (1 + 1)) + (1 + 1 * (1 + 1)),
            id="last-overrides-first",
        ),
        pytest.param(FRAGMENTS, {}, 1 + 100 + (1 + 7 * (1 + (1 + (1 + 2)))), id="fragments"),
        pytest.param(FRAGMENTS, {"n": 3}, 1 + 100 + (1 + 3 * (1 + (1 + (1 + 2)))), id="variable"),
        pytest.param(
            "{ a: tracks(first: 2) { nodes { title } } b: tracks(first: 2) { nodes { title } } }",
            {},
            2 * (1 + 1 + 2 * (1 + 1)),
            id="aliases",
        ),
    ],
)
async def test_the_cost_is_reported(
    api: GraphQLClient, query: str, variables: dict[str, Any], cost: int
) -> None:
    body = await api.post(query, **variables)

    assert body["extensions"]["cost"] == {"requested": cost, "limit": 100_000}
    assert "errors" not in body


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(
            "{ " + "".join(f"a{n}: {NESTED[2:-2]} " for n in range(20)) + "}", id="nested"
        ),
        pytest.param(
            "{ batches(first: 1000) { nodes { tracks(first: 1000) { nodes { title } } } } }",
            id="page-in-page",
        ),
        pytest.param(
            "{ batches(first: 1000) { nodes { rejects { totalCount } } } }", id="total-counts"
        ),
    ],
)
async def test_an_expensive_operation_is_refused_before_it_runs(
    api: GraphQLClient, engine: AsyncEngine, query: str
) -> None:
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        body = await api.post(query)
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)

    (error,) = body["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["cost"] == body["extensions"]["cost"]["requested"] > 100_000
    assert "at most 100,000 is allowed" in error["message"]
    assert statements == []


async def test_what_many_tracks_share_is_read_once(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    bad = [{**row, "key": "99"} for row in sample_rows[:3]]
    first = await api.classify(write_csv([*bad, *sample_rows[3:30]]))
    second = await api.classify(write_csv(sample_rows[30:]))

    nodes = (await api.data(NESTED))["tracks"]["nodes"]

    found = {
        (tuple(genre["name"] for genre in node["batch"]["genres"]), len(rejects), total)
        for node in nodes
        for rejects, total in [
            (node["batch"]["rejects"]["nodes"], node["batch"]["rejects"]["totalCount"])
        ]
    }
    assert first["id"] != second["id"]
    assert {(rejects, total) for _, rejects, total in found} == {(3, 3), (0, 0)}
    assert all(genres for genres, _, _ in found)


async def test_rejects_of_several_batches_page_independently(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    for count in (2, 5):
        await api.classify(write_csv([{**row, "key": "99"} for row in sample_rows[:count]]))
    query = """query ($after: String) { batches { nodes {
      rejects(first: 2, after: $after) { nodes { line } pageInfo { hasNextPage endCursor } }
      latest: rejects(last: 1) { nodes { line } pageInfo { hasPreviousPage } }
    } } }"""

    newest, oldest = (await api.data(query))["batches"]["nodes"]
    later = (await api.data(query, after=newest["rejects"]["pageInfo"]["endCursor"]))["batches"]

    assert [node["line"] for node in newest["rejects"]["nodes"]] == [2, 3]
    assert newest["rejects"]["pageInfo"]["hasNextPage"]
    assert not oldest["rejects"]["pageInfo"]["hasNextPage"]
    assert [node["line"] for node in newest["latest"]["nodes"]] == [6]
    assert [node["line"] for node in oldest["latest"]["nodes"]] == [3]
    assert [node["line"] for node in later["nodes"][0]["rejects"]["nodes"]] == [4, 5]
    assert later["nodes"][1]["rejects"]["nodes"] == []
