"""Correct many tracks at once, teach new genres, list corrections and withdraw them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.model_site import Running

pytestmark = pytest.mark.asyncio

CORRECT = """mutation ($corrections: [CorrectionInput!]!) {
  correctGenres(corrections: $corrections) { trackId genre correctedGenre }
}"""
TEACH = """mutation ($genre: String!) {
  correctGenre(trackId: 1, genre: $genre, newGenre: true) { genre }
}"""
LIST = """query ($by: String, $since: DateTime, $first: Int, $after: String) {
  corrections(clientId: $by, since: $since, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { trackId genre predictedGenre confirmed modelVersion correctedBy correctedAt }
  }
}"""
WITHDRAW = """mutation ($by: String!, $since: DateTime) {
  withdrawCorrections(clientId: $by, since: $since) { count hasMore }
}"""


def answer(track_id: object, genre: str, **more: Any) -> dict[str, Any]:
    return {"trackId": str(track_id), "genre": genre, **more}


async def known(api: GraphQLClient) -> list[str]:
    genres: list[str] = (await api.data("{ model { genres } }"))["model"]["genres"]
    return sorted(genres)


async def correct(api: GraphQLClient, *corrections: dict[str, Any]) -> list[dict[str, Any]]:
    data = await api.data(CORRECT, corrections=corrections)
    tracks: list[dict[str, Any]] = data["correctGenres"]
    return tracks


async def listed(api: GraphQLClient, **wanted: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await api.data(LIST, **wanted))["corrections"]["nodes"]
    return nodes


async def test_corrects_and_confirms_in_the_order_given(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    data = await api.data("{ track(trackId: 2) { predictedGenre } }")
    predicted = data["track"]["predictedGenre"]

    tracks = await correct(api, answer(2, predicted), answer(1, "polka", newGenre=True))

    assert [(track["trackId"], track["genre"]) for track in tracks] == [
        ("2", predicted),
        ("1", "polka"),
    ]
    assert all(track["correctedGenre"] == track["genre"] for track in tracks)
    assert {c["trackId"]: c["confirmed"] for c in await listed(api)} == {"1": False, "2": True}


async def test_a_thousand_at_once(api: GraphQLClient, sample_rows: list[dict[str, str]]) -> None:
    rows = [{**sample_rows[0], "trackID": str(number)} for number in range(1_001)]
    await api.classify(write_csv(rows))
    genre = (await known(api))[0]

    tracks = await correct(api, *(answer(number, genre) for number in range(1_000)))
    error = await api.error(CORRECT, corrections=[answer(n, genre) for n in range(1_001)])

    assert len(tracks) == 1_000
    assert (await api.data(LIST))["corrections"]["totalCount"] == 1_000
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "corrections"}


@pytest.mark.parametrize(
    ("second", "extensions"),
    [
        pytest.param(
            answer(61, "folk"),
            {"code": "NOT_FOUND", "index": 1, "field": "trackId", "trackIds": ["61"]},
            id="unknown-track",
        ),
        pytest.param(
            answer("x", "folk"),
            {"code": "NOT_FOUND", "index": 1, "field": "trackId", "trackIds": ["x"]},
            id="no-track-id",
        ),
        pytest.param(
            answer("01", "folk"),
            {"code": "BAD_USER_INPUT", "index": 1, "field": "trackId"},
            id="twice",
        ),
        pytest.param(
            answer(2, "polka"),
            {"code": "UNKNOWN_GENRE", "index": 1, "field": "genre"},
            id="unknown-genre",
        ),
        pytest.param(
            answer(2, " Folk ", newGenre=True),
            {"code": "BAD_USER_INPUT", "index": 1, "field": "genre"},
            id="nearly-known-genre",
        ),
    ],
)
async def test_one_that_is_wrong_refuses_all(
    api: GraphQLClient, sample: bytes, second: dict[str, Any], extensions: dict[str, Any]
) -> None:
    await api.classify(sample)

    error = await api.error(CORRECT, corrections=[answer(1, "folk"), second])

    if extensions["code"] == "UNKNOWN_GENRE":
        extensions = {**extensions, "knownGenres": await known(api)}
    assert error["extensions"] == extensions
    assert f"corrections[1].{extensions['field']}" in error["message"]
    assert await listed(api) == []


async def test_names_every_unknown_track(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)

    corrections = [answer(number, "folk") for number in (1, 70, 2, 71)]
    error = await api.error(CORRECT, corrections=corrections)

    assert error["extensions"]["trackIds"] == ["70", "71"]
    assert error["extensions"]["index"] == 1


async def test_no_correction_at_all_is_refused(api: GraphQLClient) -> None:
    error = await api.error(CORRECT, corrections=[])

    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "corrections"}


async def test_a_taught_genre_is_known_from_then_on(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    await api.data(TEACH, genre="  Forró eletrônico ")

    await correct(api, answer(2, "Forró eletrônico"))
    error = await api.error(CORRECT, corrections=[answer(3, "ska")])

    assert "Forró eletrônico" in error["extensions"]["knownGenres"]
    titles = '{ titlesByGenre(genre: "Forró eletrônico") { totalCount nodes { trackId } } }'
    found = (await api.data(titles))["titlesByGenre"]
    assert found["totalCount"] == 2
    assert {node["trackId"] for node in found["nodes"]} == {"1", "2"}


@pytest.mark.parametrize(
    "genre",
    [
        "",
        "   ",
        "x" * 101,
        "a\0b",
        "a\nb",
        "a\u200bb",
        "a\u202eb",
        "\ud800",
        "FOLK",
        " fo lk",
        "ｆolk",
    ],
)
async def test_a_new_genre_needs_a_name_of_its_own(
    api: GraphQLClient, sample: bytes, genre: str
) -> None:
    await api.classify(sample)
    assert "folk" in await known(api)

    error = await api.error(TEACH, genre=genre)

    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert await listed(api) == []


async def test_two_spellings_in_one_request_are_refused(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)

    corrections = [answer(1, "Ska", newGenre=True), answer(2, "ska", newGenre=True)]
    error = await api.error(CORRECT, corrections=corrections)

    assert error["extensions"] == {"code": "BAD_USER_INPUT", "index": 1, "field": "genre"}
    assert '"Ska"' in error["message"]


async def test_lists_the_newest_first_page_by_page(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    for first in (1, 6):
        await correct(api, *(answer(number, "folk") for number in range(first, first + 5)))
    seen: list[str] = []
    after = None

    while True:
        page = (await api.data(LIST, first=3, after=after))["corrections"]
        seen += [node["trackId"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert seen == [str(number) for number in (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)]
    assert page["totalCount"] == 10


async def test_lists_and_withdraws_by_time(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    await correct(api, answer(1, "folk"), answer(2, "folk"))
    await correct(api, answer(3, "folk"))
    since = (await listed(api))[0]["correctedAt"]

    assert [c["trackId"] for c in await listed(api, since=since)] == ["3"]
    withdrawn = (await api.data(WITHDRAW, by="test", since=since))["withdrawCorrections"]
    later = datetime.now(UTC) + timedelta(days=1)
    nothing = (await api.data(WITHDRAW, by="test", since=later.isoformat()))["withdrawCorrections"]

    assert withdrawn == {"count": 1, "hasMore": False}
    assert nothing == {"count": 0, "hasMore": False}
    assert [c["trackId"] for c in await listed(api)] == ["2", "1"]
    track = (await api.data("{ track(trackId: 3) { genre predictedGenre correctedAt } }"))["track"]
    assert (track["genre"], track["correctedAt"]) == (track["predictedGenre"], None)


@pytest.mark.parametrize("since", ["2026-01-01T00:00:00", "2026-01-01T00:00:00-12:00"])
async def test_a_time_may_lack_its_offset(api: GraphQLClient, sample: bytes, since: str) -> None:
    await api.classify(sample)
    await correct(api, answer(1, "folk"))

    assert len(await listed(api, since=since)) == 1


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_the_ends_of_time_are_refused(api: GraphQLClient, since: str) -> None:
    for document in (LIST, WITHDRAW):
        error = await api.error(document, by="test", since=since)

        assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "since"}


async def test_only_operators_withdraw_what_others_answered(
    running: Running, sample: bytes
) -> None:
    await running.client.classify(sample)
    await correct(running.client, answer(1, "folk"), answer(2, "folk"))
    await correct(running.operator, answer(3, "folk"))

    error = await running.client.error(WITHDRAW, by="boss")
    mine = [c["trackId"] for c in await listed(running.operator, by="web")]
    withdrawn = (await running.operator.data(WITHDRAW, by="web"))["withdrawCorrections"]

    assert error["extensions"] == {"code": "FORBIDDEN", "role": "OPERATOR"}
    assert mine == ["2", "1"]
    assert withdrawn == {"count": 2, "hasMore": False}
    assert [c["correctedBy"] for c in await listed(running.client)] == ["boss"]
    assert (await running.operator.data(WITHDRAW, by="boss"))["withdrawCorrections"]["count"] == 1


async def test_clears_many_at_once_or_none(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    clear = """mutation ($ids: [ID!]!) {
      clearCorrections(trackIds: $ids) { trackId genre predictedGenre correctedGenre }
    }"""
    await correct(api, *(answer(number, "polka", newGenre=True) for number in (1, 2, 3)))

    error = await api.error(clear, ids=["2", "999", "1", "x"])
    assert len(await listed(api)) == 3
    tracks = (await api.data(clear, ids=["2", "1", "4"]))["clearCorrections"]

    assert error["extensions"] == {
        "code": "NOT_FOUND",
        "index": 3,
        "field": "trackId",
        "trackIds": ["x"],
    }
    assert [track["trackId"] for track in tracks] == ["2", "1", "4"]
    assert all(t["correctedGenre"] is None and t["genre"] == t["predictedGenre"] for t in tracks)
    assert [c["trackId"] for c in await listed(api)] == ["3"]


@pytest.mark.parametrize(
    ("ids", "extensions"),
    [
        ([], {"code": "BAD_USER_INPUT", "argument": "trackIds"}),
        (["1"] * 1_001, {"code": "BAD_USER_INPUT", "argument": "trackIds"}),
        (["1", "2", "1"], {"code": "BAD_USER_INPUT", "index": 2, "field": "trackId"}),
        (["1", "99"], {"code": "NOT_FOUND", "index": 1, "field": "trackId", "trackIds": ["99"]}),
    ],
    ids=["none", "too many", "twice", "unknown"],
)
async def test_refuses_to_clear(
    api: GraphQLClient, sample: bytes, ids: list[str], extensions: dict[str, Any]
) -> None:
    await api.classify(sample)
    document = "mutation ($ids: [ID!]!) { clearCorrections(trackIds: $ids) { trackId } }"

    assert (await api.error(document, ids=ids))["extensions"] == extensions
