"""Links to downloads: what they give, to whom, and for how long."""

import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.addresses import from_address
from support.downloads import LINK, ask_link, follow, replica
from support.graphql_client import GraphQLClient

from app.config.logs import SignatureFilter
from app.config.settings import Settings

pytestmark = pytest.mark.asyncio


def code_of(response: httpx.Response) -> tuple[int, str]:
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"]


async def test_a_link_gives_one_file_without_credentials(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)

    link = await ask_link(api, genre=None)
    response = await follow(api, link)

    assert response.status_code == 200
    assert response.text.count("\n") == 61
    assert response.headers["content-disposition"] == 'attachment; filename="tracks.csv"'
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    expires = datetime.fromisoformat(link["expiresAt"]) - datetime.now(UTC)
    assert timedelta(seconds=50) < expires <= timedelta(seconds=60)
    assert "secret" not in link["url"]


async def test_head_says_what_the_file_is(api: GraphQLClient) -> None:
    link = await ask_link(api, "PARQUET")

    response = await api.http.head(f"/{link['url']}")

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == "application/vnd.apache.parquet"


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        pytest.param(0, 200, id="at-once"),
        pytest.param(58, 200, id="just-before"),
        pytest.param(60, 403, id="after-60-seconds"),
        pytest.param(86_400, 403, id="the-next-day"),
    ],
)
async def test_any_replica_takes_a_link_for_a_minute(
    api: GraphQLClient, settings: Settings, seconds: int, status: int
) -> None:
    link = await ask_link(api)

    async with replica(settings, timedelta(seconds=seconds)) as http:
        response = await http.get(f"/{link['url']}")

    assert response.status_code == status
    if status == 403:
        assert code_of(response) == (403, "FORBIDDEN")
        assert response.json()["errors"][0]["message"].startswith("This link has expired.")


@pytest.mark.parametrize(
    "name",
    ["format", "client", "name", "expires", "search", "genre", "batch", "uncertain", "corrected",
     "minConfidence", "maxConfidence", "signature"],
)  # fmt: skip
async def test_a_changed_removed_or_repeated_parameter_is_refused(
    api: GraphQLClient, sample: bytes, name: str
) -> None:
    batch = await api.classify(sample)
    genre = batch["genres"][0]["name"]
    limits = {"minConfidence": 0.0, "maxConfidence": 1.0}
    wanted = {"search": "a", "genre": genre, "batchId": batch["id"], **limits}
    link = await ask_link(api, uncertain=False, corrected=False, **wanted)
    path, query = link["url"].split("?")
    given = dict(parse_qsl(query))

    changed = urlencode({**given, name: given[name][:-1] + "x"})
    removed = urlencode({key: value for key, value in given.items() if key != name})

    async with from_address(api.http, f"{name}.test") as http:  # ten from one would be slowed down
        for altered in (changed, removed, f"{query}&{name}=1", f"{query}&extra=1"):
            response = await http.get(f"/{path}?{altered}")
            assert code_of(response) == (403, "FORBIDDEN")
    assert (await follow(api, link)).status_code == 200


async def test_a_link_is_for_one_path(api: GraphQLClient) -> None:
    link = await ask_link(api)

    response = await api.http.get(f"/exports/file?{urlsplit(link['url']).query}")

    assert response.status_code in (403, 404)


async def test_without_a_signature_there_is_nothing_even_with_credentials(
    api: GraphQLClient,
) -> None:
    response = await api.http.get("/exports/tracks?format=csv", headers=api.headers)

    assert code_of(response) == (403, "FORBIDDEN")


async def test_strangers_get_no_link(api: GraphQLClient) -> None:
    response = await api.http.post("/graphql", json={"query": LINK})

    assert response.status_code == 401


async def test_a_new_key_ends_all_links(api: GraphQLClient, engine: AsyncEngine) -> None:
    link = await ask_link(api)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM signing_keys"))

    assert (await follow(api, link)).status_code == 403
    assert (await follow(api, await ask_link(api))).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        pytest.param({"genre": "polka"}, "UNKNOWN_GENRE", id="unknown-genre"),
        pytest.param({"genre": "a\0"}, "BAD_USER_INPUT", id="nul"),
        pytest.param({"batchId": "nope"}, "NOT_FOUND", id="unknown-batch"),
        pytest.param({"minConfidence": 2}, "BAD_USER_INPUT", id="confidence"),
    ],
)
async def test_a_wrong_condition_gives_no_link(
    api: GraphQLClient, wanted: dict[str, object], code: str
) -> None:
    error = await api.error(LINK, format="CSV", **wanted)

    assert error["extensions"]["code"] == code


async def test_the_file_is_named_after_the_batch_without_what_is_unsafe(
    api: GraphQLClient, sample: bytes
) -> None:
    body = await api.upload(sample, name='Größe "1"\\..;x.csv.gz')
    batch_id = body["data"]["classifyBatch"]["id"]

    link = await ask_link(api, "XLSX", batchId=batch_id)
    response = await follow(api, link)

    disposition = response.headers["content-disposition"]
    assert link["fileName"].endswith(".xlsx")
    assert not set('"\\;/') & set(link["fileName"])
    assert disposition.isascii()
    assert disposition.startswith('attachment; filename="')
    assert "filename*=UTF-8''" in disposition


async def test_access_logs_do_not_contain_the_signature(api: GraphQLClient) -> None:
    link = await ask_link(api)
    signature = dict(parse_qsl(link["url"].split("?")[1]))["signature"]
    arguments = ("127.0.0.1:1", "GET", f"/{link['url']}", "1.1", 200)
    record = logging.LogRecord(
        "uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', arguments, None
    )

    assert SignatureFilter().filter(record)

    assert "exports/tracks" in record.getMessage()
    assert signature not in record.getMessage()
