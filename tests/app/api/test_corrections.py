"""Correct the genre of a stored track, and check the effects."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

CORRECT = """mutation ($id: ID!, $genre: String!) {
  correctGenre(trackId: $id, genre: $genre) {
    trackId genre predictedGenre correctedGenre correctedBy correctedAt
  }
}"""
CLEAR = """mutation ($id: ID!) {
  clearCorrection(trackId: $id) { genre predictedGenre correctedGenre correctedBy correctedAt }
}"""
TRACK = """{ track(trackId: 1) {
  trackId genre predictedGenre correctedGenre correctedBy correctedAt
} }"""
UNCORRECTED = {"correctedGenre": None, "correctedBy": None, "correctedAt": None}


async def another_genre(api: GraphQLClient) -> str:
    """Return a genre that the model did not give to track 1."""
    known = (await api.data("{ model { genres } }"))["model"]["genres"]
    predicted = (await api.data(TRACK))["track"]["predictedGenre"]
    return next(str(genre) for genre in known if genre != predicted)


async def counts(api: GraphQLClient) -> dict[str, int]:
    genres = (await api.data("{ genres { name trackCount } }"))["genres"]
    return {genre["name"]: genre["trackCount"] for genre in genres}


async def correct(api: GraphQLClient, genre: str) -> dict[str, Any]:
    track: dict[str, Any] = (await api.data(CORRECT, id="1", genre=genre))["correctGenre"]
    return track


async def test_keeps_the_correction_alongside_the_prediction(
    api: GraphQLClient, sample: bytes
) -> None:
    await api.classify(sample)
    before = (await api.data(TRACK))["track"]
    genre = await another_genre(api)

    track = await correct(api, genre)

    age = datetime.now(UTC) - datetime.fromisoformat(track["correctedAt"])
    assert timedelta(0) <= age < timedelta(minutes=1)
    assert track == {
        **before,
        "genre": genre,
        "correctedGenre": genre,
        "correctedBy": "test",
        "correctedAt": track["correctedAt"],
    }
    assert (await api.data(TRACK))["track"] == track


async def test_genres_and_titles_use_the_correction(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    before = await counts(api)
    genre = await another_genre(api)

    predicted = (await correct(api, genre))["predictedGenre"]

    after = await counts(api)
    assert after.get(genre) == before.get(genre, 0) + 1
    assert after.get(predicted, 0) == before[predicted] - 1
    titles = "query ($g: String!) { titlesByGenre(genre: $g, first: 1000) { nodes { trackId } } }"
    for name, is_there in ((genre, True), (predicted, False)):
        nodes = (await api.data(titles, g=name))["titlesByGenre"]["nodes"]
        assert ("1" in [node["trackId"] for node in nodes]) is is_there


async def test_the_correction_survives_a_new_classification(
    api: GraphQLClient, sample: bytes
) -> None:
    await api.classify(sample)
    track = await correct(api, await another_genre(api))

    await api.classify(sample)

    assert (await api.data(TRACK))["track"] == track


async def test_a_second_correction_replaces_the_first(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    first = await correct(api, await another_genre(api))

    second = await correct(api, first["predictedGenre"])

    assert second["correctedGenre"] == second["genre"] == first["predictedGenre"]
    assert second["correctedAt"] > first["correctedAt"]


async def test_a_correction_can_be_removed(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    predicted = (await correct(api, await another_genre(api)))["predictedGenre"]

    cleared = (await api.data(CLEAR, id="1"))["clearCorrection"]
    again = (await api.data(CLEAR, id="1"))["clearCorrection"]

    assert cleared == again == {"genre": predicted, "predictedGenre": predicted, **UNCORRECTED}


@pytest.mark.parametrize("track_id", ["61", "x", "-1", "", "9" * 30, "a\0"])
async def test_an_unknown_track_is_not_found(
    api: GraphQLClient, sample: bytes, track_id: str
) -> None:
    await api.classify(sample)
    genre = await another_genre(api)

    for error in (
        await api.error(CORRECT, id=track_id, genre=genre),
        await api.error(CLEAR, id=track_id),
    ):
        assert error["extensions"] == {"code": "NOT_FOUND"}


@pytest.mark.parametrize("genre", ["polka", "", "a\0b", "\ud800", "x" * 10_000])
async def test_an_unknown_genre_names_the_known_ones(
    api: GraphQLClient, sample: bytes, genre: str
) -> None:
    await api.classify(sample)
    before = await counts(api)
    known = (await api.data("{ model { genres } }"))["model"]["genres"]

    error = await api.error(CORRECT, id="1", genre=genre)

    assert error["extensions"] == {"code": "UNKNOWN_GENRE", "knownGenres": sorted(known)}
    assert await counts(api) == before


async def test_two_corrections_in_one_request_each_show_their_own_result(
    api: GraphQLClient, sample: bytes
) -> None:
    await api.classify(sample)
    genre = await another_genre(api)
    document = """mutation ($genre: String!) {
      a: correctGenre(trackId: 1, genre: $genre) { correctedGenre }
      b: clearCorrection(trackId: 1) { correctedGenre }
    }"""

    data = await api.data(document, genre=genre)

    assert data == {"a": {"correctedGenre": genre}, "b": {"correctedGenre": None}}


async def test_each_of_many_corrections_at_once_answers_with_its_own(
    api: GraphQLClient, sample: bytes
) -> None:
    await api.classify(sample)
    known = (await api.data("{ model { genres } }"))["model"]["genres"]
    given = [known[number % len(known)] for number in range(40)]

    answers = await asyncio.gather(*(correct(api, genre) for genre in given))

    assert [answer["correctedGenre"] for answer in answers] == given
