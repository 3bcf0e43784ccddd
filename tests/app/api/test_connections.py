"""Page through every connection in both directions, even while rows are added and removed."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
ARGUMENTS = "$first: Int, $after: String, $last: Int, $before: String"
VALUES = "first: $first, after: $after, last: $last, before: $before"
TITLES = f"""query ($of: String!, {ARGUMENTS}) {{
  list: titlesByGenre(genre: $of, {VALUES}) {{
    totalCount {PAGE_INFO} edges {{ cursor node {{ trackId }} }} nodes {{ trackId }}
  }}
}}"""
BATCHES = f"""query ({ARGUMENTS}) {{
  list: batches({VALUES}) {{
    totalCount {PAGE_INFO} edges {{ cursor node {{ id }} }} nodes {{ id }}
  }}
}}"""
REJECTS = f"""query ($of: ID!, {ARGUMENTS}) {{
  batch(id: $of) {{
    list: rejects({VALUES}) {{
      totalCount {PAGE_INFO} edges {{ cursor node {{ line }} }} nodes {{ line }}
    }}
  }}
}}"""
Rows = list[dict[str, str]]


class Listing:
    """One connection, read page by page."""

    def __init__(self, api: GraphQLClient, query: str, of: str | None = None) -> None:
        self.api = api
        self.query = query
        self.fixed = {} if of is None else {"of": of}

    async def page(self, **arguments: Any) -> dict[str, Any]:
        """Return a page whose parts agree with each other."""
        # An omitted variable omits the argument; null would be `first: null`.
        data = await self.api.data(self.query, **self.fixed, **arguments)
        page: dict[str, Any] = data.get("batch", data)["list"]
        edges, info = page["edges"], page["pageInfo"]
        assert [edge["node"] for edge in edges] == page["nodes"]
        cursors = [edge["cursor"] for edge in edges]
        assert len(set(cursors)) == len(cursors)
        assert info["startCursor"] == (cursors[0] if cursors else None)
        assert info["endCursor"] == (cursors[-1] if cursors else None)
        return page

    async def forward(self, size: int) -> list[Any]:
        """Return all rows, read from the start."""
        rows: list[Any] = []
        page = await self.page(first=size)
        assert not page["pageInfo"]["hasPreviousPage"]
        while True:
            rows += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return rows
            assert len(page["nodes"]) == size
            page = await self.page(first=size, after=page["pageInfo"]["endCursor"])
            assert page["pageInfo"]["hasPreviousPage"]

    async def backward(self, size: int) -> list[Any]:
        """Return all rows, read from the end; each page is in the list's order."""
        rows: list[Any] = []
        page = await self.page(last=size)
        assert not page["pageInfo"]["hasNextPage"]
        while True:
            rows = page["nodes"] + rows
            if not page["pageInfo"]["hasPreviousPage"]:
                return rows
            assert len(page["nodes"]) == size
            page = await self.page(last=size, before=page["pageInfo"]["startCursor"])
            assert page["pageInfo"]["hasNextPage"]


async def one_genre(api: GraphQLClient, rows: Rows, count: int) -> str:
    """Store `count` tracks of one genre, two of each title, and return the genre."""
    same = [
        {**rows[0], "trackID": str(number), "title": f"Song {number // 2:03}"}
        for number in range(count)
    ]
    (genre,) = (await api.classify(write_csv(same)))["genres"]
    return str(genre["name"])


async def listing(api: GraphQLClient, kind: str, rows: Rows) -> tuple[Listing, list[Any]]:
    """Return a connection with nine rows, and these rows in order."""
    if kind == "titles":
        genre = await one_genre(api, rows, 9)
        return Listing(api, TITLES, genre), [{"trackId": str(n)} for n in range(9)]
    if kind == "batches":
        ids = [(await api.classify(write_csv(rows[:1])))["id"] for _ in range(9)]
        return Listing(api, BATCHES), [{"id": batch_id} for batch_id in reversed(ids)]
    bad = {(line, "tempo"): "fast" for line in range(2, 20, 2)}
    batch = await api.classify(write_csv(rows, bad))
    # Titles can contain line breaks, so the lines come from the response.
    return Listing(api, REJECTS, batch["id"]), [
        {"line": reject["line"]} for reject in batch["rejects"]["nodes"]
    ]


@pytest.mark.parametrize("kind", ["titles", "batches", "rejects"])
async def test_every_row_is_visited_once_in_both_directions(
    api: GraphQLClient, sample_rows: Rows, kind: str
) -> None:
    connection, expected = await listing(api, kind, sample_rows)

    assert len(expected) == 9
    for size in (1, 2, 3, 4, 9, 10):
        assert await connection.forward(size) == expected
        assert await connection.backward(size) == expected
    assert (await connection.page())["totalCount"] == 9


@pytest.mark.parametrize("kind", ["titles", "batches", "rejects"])
async def test_a_stretch_between_two_cursors(
    api: GraphQLClient, sample_rows: Rows, kind: str
) -> None:
    connection, expected = await listing(api, kind, sample_rows)
    cursors = [edge["cursor"] for edge in (await connection.page())["edges"]]
    between = {"after": cursors[1], "before": cursors[6]}

    whole = await connection.page(**between)
    start = await connection.page(first=2, **between)
    end = await connection.page(last=2, **between)
    nothing = await connection.page(after=cursors[6], before=cursors[1])

    assert whole["nodes"] == expected[2:6]
    assert start["nodes"] == expected[2:4]
    assert start["pageInfo"]["hasNextPage"]
    assert end["nodes"] == expected[4:6]
    assert end["pageInfo"]["hasPreviousPage"]
    assert nothing["nodes"] == []
    assert whole["totalCount"] == 9


@pytest.mark.parametrize("kind", ["titles", "batches", "rejects"])
async def test_an_empty_page_still_tells_whether_there_are_rows(
    api: GraphQLClient, sample_rows: Rows, kind: str
) -> None:
    connection, _ = await listing(api, kind, sample_rows)

    none = await connection.page(first=0)
    behind = await connection.page(after=(await connection.page())["pageInfo"]["endCursor"])

    assert none["nodes"] == behind["nodes"] == []
    assert none["pageInfo"]["hasNextPage"]
    assert not behind["pageInfo"]["hasNextPage"]
    assert behind["pageInfo"]["hasPreviousPage"]


async def test_rows_that_are_added_and_removed_meanwhile_shift_no_other(
    api: GraphQLClient, sample_rows: Rows, engine: AsyncEngine
) -> None:
    genre = await one_genre(api, sample_rows, 20)
    connection = Listing(api, TITLES, genre)
    seen: list[int] = []
    after = None

    for step in range(1, 100):
        page = await connection.page(first=3, **({"after": after} if after else {}))
        seen += [int(node["trackId"]) for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        # A row before those read, one far after them, and the row of the cursor is deleted.
        new = [
            {**sample_rows[0], "trackID": str(1000 + step), "title": "A first one"},
            {**sample_rows[0], "trackID": str(2000 + step), "title": "Song 900"},
        ]
        await api.classify(write_csv(new))
        async with engine.begin() as database:
            await database.execute(text(f"DELETE FROM tracks WHERE track_id = {seen[-1]}"))

    originals = [track_id for track_id in seen if track_id < 1000]
    assert originals == list(range(20))
    assert len(set(seen)) == len(seen)
    assert not [track_id for track_id in seen if 1000 <= track_id < 2000]


async def test_a_track_that_moves_to_another_genre_leaves_the_others_in_place(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    genre = await one_genre(api, sample_rows, 6)
    connection = Listing(api, TITLES, genre)
    known = (await api.data("{ model { genres } }"))["model"]["genres"]
    other = next(name for name in known if name != genre)
    page = await connection.page(first=3)

    move = "mutation ($g: String!) { correctGenre(trackId: 2, genre: $g) { genre } }"
    await api.data(move, g=other)
    rest = await connection.page(first=3, after=page["pageInfo"]["endCursor"])

    assert [node["trackId"] for node in rest["nodes"]] == ["3", "4", "5"]


async def test_null_arguments_are_as_if_not_given(api: GraphQLClient, sample_rows: Rows) -> None:
    connection, expected = await listing(api, "titles", sample_rows)

    page = await connection.page(first=None, after=None, last=None, before=None)

    assert page["nodes"] == expected
