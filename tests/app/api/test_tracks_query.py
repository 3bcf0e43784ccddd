"""`tracks` and `Batch.tracks` over HTTP: filters, orders, cursors, refusals."""

from typing import Any

import pytest
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

from schema.core.connections import CursorKind

pytestmark = pytest.mark.asyncio

Rows = list[dict[str, str]]
TRACKS = """query ($search: String, $genre: String, $batch: ID, $uncertain: Boolean,
    $corrected: Boolean, $min: Float, $max: Float, $order: TrackOrder! = TITLE, $first: Int,
    $after: String, $last: Int, $before: String) {
  tracks(search: $search, genre: $genre, batchId: $batch, uncertain: $uncertain,
      corrected: $corrected, minConfidence: $min, maxConfidence: $max, orderBy: $order,
      first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { trackId title genre confidence uncertain correctedGenre }
  }
}"""
OF_BATCH = """query ($id: ID!, $order: TrackOrder! = TITLE, $uncertain: Boolean, $search: String) {
  batch(id: $id) {
    tracks(first: 1000, orderBy: $order, uncertain: $uncertain, search: $search) {
      totalCount nodes { trackId title confidence uncertain }
    }
  }
}"""


async def ask(api: GraphQLClient, **arguments: Any) -> list[dict[str, Any]]:
    found = (await api.data(TRACKS, first=1000, **arguments))["tracks"]
    nodes: list[dict[str, Any]] = found["nodes"]
    assert found["totalCount"] == len(nodes)
    return nodes


def ids(tracks: list[dict[str, Any]]) -> set[str]:
    return {track["trackId"] for track in tracks}


async def test_every_track_in_every_order(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)

    by_title, by_confidence = await ask(api), await ask(api, order="CONFIDENCE")

    assert len(by_title) == 60
    assert by_title == sorted(by_title, key=lambda t: (t["title"], int(t["trackId"])))
    confidences = [track["confidence"] for track in by_confidence]
    assert confidences == sorted(confidences)
    assert ids(by_title) == ids(by_confidence)
    by_genre = await ask(api, order="GENRE")
    assert by_genre == sorted(by_title, key=lambda t: t["genre"])


async def test_each_filter_keeps_what_it_says(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    correct = 'mutation { correctGenre(trackId: 9, genre: "polka", newGenre: true) { genre } }'
    await api.data(correct)
    every = await ask(api)
    middle = sorted(track["confidence"] for track in every)[30]
    word = every[0]["title"].split()[0].lower()

    for arguments, keeps in (
        ({"genre": "polka"}, lambda t: t["trackId"] == "9"),
        ({"corrected": True}, lambda t: t["trackId"] == "9"),
        ({"corrected": False}, lambda t: t["trackId"] != "9"),
        ({"uncertain": True}, lambda t: t["uncertain"]),
        ({"uncertain": False}, lambda t: not t["uncertain"]),
        ({"min": middle + 0.001}, lambda t: t["confidence"] >= middle + 0.001),
        ({"max": middle + 0.001}, lambda t: t["confidence"] <= middle + 0.001),
        ({"search": word}, lambda t: word in t["title"].lower()),
    ):
        found = await ask(api, **arguments)
        assert found
        assert ids(found) == {track["trackId"] for track in every if keeps(track)}, arguments


async def test_filters_of_titles_by_genre(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    document = """query ($u: Boolean) { titlesByGenre(genre: "folk", uncertain: $u) {
      totalCount nodes { trackId genre uncertain } } }"""

    answers = {
        wanted: (await api.data(document, u=wanted))["titlesByGenre"]
        for wanted in (None, True, False)
    }

    for wanted in (True, False):
        nodes = answers[wanted]["nodes"]
        assert len(nodes) == answers[wanted]["totalCount"]
        assert all(n["uncertain"] is wanted and n["genre"] == "folk" for n in nodes)
    assert answers[None]["totalCount"] == sum(answers[w]["totalCount"] for w in (True, False))


@pytest.mark.parametrize("order", ["TITLE", "CONFIDENCE", "GENRE"])
async def test_pages_in_both_directions(api: GraphQLClient, sample: bytes, order: str) -> None:
    await api.classify(sample)
    every = await ask(api, order=order)
    forward: list[Any] = []
    backward: list[Any] = []
    ends: dict[str, Any] = {}

    while len(forward) < 60:
        page = (await api.data(TRACKS, order=order, first=7, **ends))["tracks"]
        forward += page["nodes"]
        ends = {"after": page["pageInfo"]["endCursor"]}
        assert page["pageInfo"]["hasNextPage"] is (len(forward) < 60)
    ends = {}
    while len(backward) < 60:
        page = (await api.data(TRACKS, order=order, last=7, **ends))["tracks"]
        backward = page["nodes"] + backward
        ends = {"before": page["pageInfo"]["startCursor"]}
        assert page["pageInfo"]["hasPreviousPage"] is (len(backward) < 60)

    assert forward == backward == every


async def test_tracks_of_a_batch(api: GraphQLClient, sample_rows: Rows) -> None:
    first = await api.classify(write_csv(sample_rows[:40]))
    second = await api.classify(write_csv(sample_rows[30:]))

    for batch, expected in ((first, range(1, 31)), (second, range(31, 61))):
        for order in ("TITLE", "CONFIDENCE", "GENRE"):
            found = (await api.data(OF_BATCH, id=batch["id"], order=order))["batch"]["tracks"]
            assert ids(found["nodes"]) == {str(number) for number in expected}
            assert found["totalCount"] == 30
        assert ids(await ask(api, batch=batch["id"])) == {str(number) for number in expected}
    uncertain = (await api.data(OF_BATCH, id=first["id"], uncertain=True))["batch"]["tracks"]
    assert ids(uncertain["nodes"]) == ids(await ask(api, batch=first["id"], uncertain=True))


@pytest.mark.parametrize(
    ("arguments", "extensions"),
    [
        ({"min": -0.1}, {"code": "BAD_USER_INPUT", "argument": "minConfidence"}),
        ({"max": 1.5}, {"code": "BAD_USER_INPUT", "argument": "maxConfidence"}),
        ({"first": 1001}, {"code": "BAD_USER_INPUT", "argument": "first"}),
        ({"search": "a\0"}, {"code": "BAD_USER_INPUT", "argument": "search"}),
        ({"after": "x"}, {"code": "BAD_USER_INPUT", "argument": "after"}),
        ({"batch": "x"}, {"code": "NOT_FOUND"}),
        ({"batch": "00000000-0000-0000-0000-000000000000"}, {"code": "NOT_FOUND"}),
    ],
    ids=str,
)
async def test_refusals(
    api: GraphQLClient, arguments: dict[str, Any], extensions: dict[str, Any]
) -> None:
    assert (await api.error(TRACKS, **arguments))["extensions"] == extensions


async def test_an_unknown_genre_is_named(api: GraphQLClient) -> None:
    error = await api.error(TRACKS, genre="polka")

    assert error["extensions"]["code"] == "UNKNOWN_GENRE"
    assert "folk" in error["extensions"]["knownGenres"]


@pytest.mark.parametrize(
    ("order", "cursors", "keys"),
    [
        (
            "TITLE",
            "title",
            [("a\0", 1), ("a", -1), ("a", 2**63), ("a", "b"), (1, 1)],
        ),
        (
            "CONFIDENCE",
            "confidence",
            [("nan", 1), ("inf", 1), ("1e999", 1), (0.5, 2**63), ("a", 1)],
        ),
    ],
)
async def test_a_forged_cursor_is_refused(
    api: GraphQLClient, sample: bytes, order: str, cursors: str, keys: list[tuple[Any, Any]]
) -> None:
    await api.classify(sample)
    kind = CursorKind(cursors, ())

    for key in keys:
        error = await api.error(TRACKS, order=order, after=kind.encode(key))
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "after"}, key


async def test_lists_below_batches_share_a_limit(api: GraphQLClient, sample: bytes) -> None:
    for _ in range(21):
        await api.classify(sample)
    document = "{ batches(first: %d) { nodes { tracks(first: %d) { nodes { trackId } } } } }"

    await api.data(document % (20, 1000))
    body = await api.post(document % (21, 1000))

    assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": "tracks"}
