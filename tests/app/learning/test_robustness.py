"""Learning with broken features, without rights, by two at once, and after a withdrawal."""

import asyncio
import io

import pytest
from sqlalchemy import text
from support.answers import LEARN, answer, ask, learn, summarize
from support.graphql_client import GraphQLClient
from support.model_site import client, serving

from app.config.settings import Settings
from app.runtime.database import open_database
from ml.sampling.generator import write_sample_csv

pytestmark = pytest.mark.asyncio

TRACKS = "{ tracks(first: 1000) { nodes { trackId predictedGenre modelVersion } } }"
EXPLANATION = """query ($id: ID!) { track(trackId: $id) {
  modelVersion explanation(first: 1000) { feature value contribution }
} }"""
WITHDRAW = 'mutation { withdrawCorrections(clientId: "boss") { count } }'


def made_up(rows: int, seed: int) -> bytes:
    stream = io.StringIO()
    write_sample_csv(stream, rows=rows, seed=seed)
    return stream.getvalue().encode()


async def confirm(api: GraphQLClient, count: int) -> list[str]:
    """Store tracks and confirm the predictions of some; return the ids of these."""
    await api.classify(made_up(120, seed=21))
    nodes = (await api.data(TRACKS))["tracks"]["nodes"][:count]
    await answer(api, {node["trackId"]: node["predictedGenre"] for node in nodes})
    return [node["trackId"] for node in nodes]


async def run_sql(site: Settings, statement: str) -> None:
    async with open_database(site) as engine, engine.begin() as connection:
        await connection.execute(text(statement))


async def test_tracks_without_usable_features_are_skipped_and_named(
    learning_api: GraphQLClient, site: Settings
) -> None:
    ids = await confirm(learning_api, 10)
    await run_sql(site, f"DELETE FROM track_features WHERE track_id = {ids[0]}")
    broken = f"UPDATE track_features SET numbers = '\\x00' WHERE track_id = {ids[1]}"
    await run_sql(site, broken)

    found = await learn(learning_api)

    assert found["skippedTracks"] == sorted(ids[:2], key=int)
    assert found["answers"] == 8


async def test_only_operators_put_a_model_to_use(
    learning_api: GraphQLClient, site: Settings
) -> None:
    await confirm(learning_api, 10)

    async with serving(site) as http:
        web = client(http, "web")
        error = await web.error(LEARN, use=True, force=False)
        kept = await learn(web)

    assert error["extensions"]["code"] == "FORBIDDEN"
    assert not kept["isUsed"]


async def test_two_who_learn_at_once_get_one_model(
    learning_api: GraphQLClient, site: Settings
) -> None:
    await confirm(learning_api, 25)

    async with serving(site) as http:
        other = client(http, "boss")
        found = await asyncio.gather(*(learn(api, use=True) for api in (learning_api, other) * 2))

    assert len({model["version"] for model in found}) == 1
    assert len((await summarize(learning_api))["history"]) == 1


async def test_a_learned_model_classifies_and_names_the_answers_that_decided(
    learning_api: GraphQLClient,
) -> None:
    ids = await confirm(learning_api, 40)
    found = await learn(learning_api, use=True, force=True)

    await learning_api.classify(made_up(120, seed=21))
    others = [
        node["trackId"]
        for node in (await learning_api.data(TRACKS))["tracks"]["nodes"]
        if node["trackId"] not in ids
    ]
    track = (await learning_api.data(EXPLANATION, id=others[0]))["track"]

    reasons = [each for each in track["explanation"] if each["feature"].startswith("answer=")]
    assert track["modelVersion"] == found["version"]
    assert {each["feature"].removeprefix("answer=") for each in reasons} <= set(ids)
    assert reasons
    assert all(each["value"].endswith(")") for each in reasons)


async def test_a_restarted_service_goes_on_with_the_learned_model(
    learning_api: GraphQLClient, site: Settings
) -> None:
    await confirm(learning_api, 25)
    found = await learn(learning_api, use=True, force=True)

    async with serving(site) as http:
        model = (await client(http, "web").data("{ model { version } }"))["model"]

    assert model["version"] == found["version"]


async def test_withdrawn_answers_teach_no_more_and_are_asked_again(
    learning_api: GraphQLClient,
) -> None:
    ids = await confirm(learning_api, 30)
    before = await ask(learning_api, 100)

    await learning_api.data(WITHDRAW)

    assert (await summarize(learning_api))["answers"] == 0
    assert not set(before) & set(ids)
    assert set(await ask(learning_api, 100)) & set(ids)


async def test_tracks_of_a_deleted_batch_are_not_asked(learning_api: GraphQLClient) -> None:
    batch = await learning_api.classify(made_up(60, seed=22))
    assert len(await ask(learning_api, 5)) == 5

    await learning_api.data("mutation ($id: ID!) { deleteBatch(id: $id) { id } }", id=batch["id"])

    assert await ask(learning_api, 5) == []


async def test_uploads_go_on_while_it_learns(learning_api: GraphQLClient) -> None:
    await confirm(learning_api, 60)

    learned, batch = await asyncio.gather(
        learn(learning_api), learning_api.classify(made_up(60, seed=23), "more.csv")
    )

    assert learned["answers"] == 60
    assert batch["status"] == "DONE"


async def test_without_stored_features_it_says_what_is_missing(
    learning_api: GraphQLClient, site: Settings
) -> None:
    async with serving(site.model_copy(update={"store_features": False})) as http:
        api = client(http, "boss")
        await confirm(api, 5)
        error = await api.error(LEARN, use=False, force=False)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "GENRE_STORE_FEATURES" in error["message"]
