"""Learning from corrections, over HTTP: questions, estimates, learnt models, similar tracks."""

import io
import random

import pytest
import pytest_asyncio
from support.answers import LEARN, QUEUE, answer, ask, learn, summarize
from support.graphql_client import GraphQLClient

from ml.sampling.generator import write_sample_csv

pytestmark = pytest.mark.asyncio

TRACKS = """{ tracks(first: 1000) { nodes { trackId title predictedGenre correctedGenre } } }"""
REVIEW = """query ($id: ID!, $answered: Boolean) { track(trackId: $id) {
  words(first: 5) suggestions(first: 9) { genre probability }
  neighbours(first: 4, answered: $answered) { similarity track { trackId correctedGenre } }
} }"""
WRONG = {"folk": "metal", "pop": "jazz and blues"}
"""What a person says of tracks that the model takes for folk or pop; else it is right."""


@pytest_asyncio.fixture
async def catalogue(learning_api: GraphQLClient) -> dict[str, str]:
    """The right genres of 300 stored tracks, by id."""
    stream = io.StringIO()
    write_sample_csv(stream, rows=300, seed=11)
    await learning_api.classify(stream.getvalue().encode())
    nodes = (await learning_api.data(TRACKS))["tracks"]["nodes"]
    return {
        node["trackId"]: WRONG.get(node["predictedGenre"], node["predictedGenre"]) for node in nodes
    }


async def answer_some(api: GraphQLClient, catalogue: dict[str, str], rounds: int) -> list[str]:
    """Answer ten questions a round, and return the ids in the order of the questions."""
    asked: list[str] = []
    for _ in range(rounds):
        ids = await ask(api)
        await answer(api, {key: catalogue[key] for key in ids})
        asked += ids
    return asked


async def test_questions_are_never_asked_twice(
    learning_api: GraphQLClient, catalogue: dict[str, str]
) -> None:
    asked = await answer_some(learning_api, catalogue, rounds=4)

    assert len(asked) == len(set(asked)) == 40
    assert set(asked) <= set(catalogue)


async def test_answers_make_the_rest_right_and_estimates_say_so(
    learning_api: GraphQLClient, catalogue: dict[str, str]
) -> None:
    asked = await answer_some(learning_api, catalogue, rounds=6)

    found = await learn(learning_api, use=True)

    summary = await summarize(learning_api)
    assert found["answers"] == 60
    assert found["isUsed"]
    assert sum(genre["answers"] for genre in found["byGenre"]) == 60
    assert found["accuracyAfter"] > found["accuracyBefore"] + 0.05
    low, high = found["interval"]
    assert low < found["accuracyAfter"] < high
    assert 0 < len(found["changes"]) <= found["changedTracks"]
    assert all(
        change["newGenre"] != change["track"]["predictedGenre"] for change in found["changes"]
    )
    assert not {change["track"]["trackId"] for change in found["changes"]} & set(asked)
    right = [catalogue[c["track"]["trackId"]] == c["newGenre"] for c in found["changes"]]
    assert sum(right) > 0.8 * len(right)
    assert (summary["answers"], summary["newAnswers"]) == (60, 0)
    assert summary["model"]["version"] == found["version"]
    assert summary["history"] == [{"answers": 60, "accuracy": found["accuracyAfter"]}]


async def test_below_twenty_answers_there_are_no_estimates(
    learning_api: GraphQLClient, catalogue: dict[str, str]
) -> None:
    await answer_some(learning_api, catalogue, rounds=1)

    summary = await summarize(learning_api)

    assert summary["answers"] == summary["newAnswers"] == 10
    assert summary["accuracyAfter"] is summary["interval"] is summary["nextTenGain"] is None


async def test_the_same_answers_give_one_model(
    learning_api: GraphQLClient, catalogue: dict[str, str]
) -> None:
    await answer_some(learning_api, catalogue, rounds=2)

    first, second = await learn(learning_api), await learn(learning_api)

    assert first["version"] == second["version"]
    assert not first["isUsed"]
    assert len((await summarize(learning_api))["history"]) == 1


async def test_nothing_can_be_learnt_without_answers(
    learning_api: GraphQLClient, catalogue: dict[str, str]
) -> None:
    error = await learning_api.error(LEARN, use=False, force=False)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "nothing to learn from" in error["message"]


async def test_an_empty_catalogue_has_no_questions(learning_api: GraphQLClient) -> None:
    assert await ask(learning_api) == []
    assert (await summarize(learning_api))["answers"] == 0


async def test_a_taught_genre_is_predicted_from_five_answers_on(
    learning_api: GraphQLClient, catalogue: dict[str, str]
) -> None:
    metal = [key for key, genre in catalogue.items() if genre == "metal"]
    await answer(learning_api, {key: "polka" for key in metal[:5]}, new=True)

    await learn(learning_api, use=True)
    found = await learning_api.data(REVIEW, id=metal[0], answered=None)

    suggestions = found["track"]["suggestions"]
    assert len(suggestions) == 9
    assert suggestions[0]["genre"] == "polka"
    genres = [
        (await learning_api.data(REVIEW, id=key, answered=None))["track"]["suggestions"][0]["genre"]
        for key in metal[5:30]
    ]
    assert "polka" in genres


async def test_similar_tracks_can_be_answered_or_not(
    learning_api: GraphQLClient, catalogue: dict[str, str]
) -> None:
    asked = await answer_some(learning_api, catalogue, rounds=1)

    answered = (await learning_api.data(REVIEW, id=asked[0], answered=True))["track"]
    others = (await learning_api.data(REVIEW, id=asked[0], answered=False))["track"]

    near, far = answered["neighbours"], others["neighbours"]
    assert {each["track"]["trackId"] for each in near} <= set(asked) - {asked[0]}
    assert all(each["track"]["correctedGenre"] is None for each in far)
    similarities = [each["similarity"] for each in far]
    assert similarities == sorted(similarities, reverse=True)
    assert 0 <= similarities[-1] <= similarities[0] <= 1
    assert len(answered["words"]) == 5


async def test_questions_of_a_batch_are_of_that_batch(
    learning_api: GraphQLClient, catalogue: dict[str, str]
) -> None:
    stream = io.StringIO()
    write_sample_csv(stream, rows=320, seed=12)
    lines = stream.getvalue().splitlines(keepends=True)
    batch = await learning_api.classify("".join([lines[0], *lines[301:]]).encode())

    ids = await ask(learning_api, 20, batch["id"])

    assert len(ids) == 20
    assert not set(ids) & set(catalogue)


async def test_an_unknown_batch_and_a_wrong_number_are_refused(
    learning_api: GraphQLClient,
) -> None:
    unknown = await learning_api.error(QUEUE, first=1, batchId="no-such-batch")
    too_many = await learning_api.error(QUEUE, first=101)

    assert unknown["extensions"]["code"] == "NOT_FOUND"
    assert too_many["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_worse_model_is_kept_but_not_used_without_force(
    learning_api: GraphQLClient, catalogue: dict[str, str]
) -> None:
    # Twenty confirmations, chosen at random: the parent is right, and learning only blurs it.
    nodes = (await learning_api.data(TRACKS))["tracks"]["nodes"]
    chosen = random.Random(1).sample(nodes, 20)
    await answer(learning_api, {node["trackId"]: node["predictedGenre"] for node in chosen})

    error = await learning_api.error(LEARN, use=True, force=False)
    refused = (await summarize(learning_api))["model"]
    forced = await learning_api.data(LEARN, use=True, force=True)

    expected = error["extensions"]
    assert expected["code"] == "LESS_ACCURATE"
    assert 0 < expected["after"] < expected["before"] < 1
    assert "force: true" in error["message"]
    assert refused is None
    learned = forced["learnFromCorrections"]
    assert learned["isUsed"]
    assert (await summarize(learning_api))["model"]["version"] == learned["version"]
