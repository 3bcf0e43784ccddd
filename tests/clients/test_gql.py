"""The Python client gql, as scripts use it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from gql import Client, FileVar, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

CLASSIFY = """mutation ($csvFile: Upload!) {
  classifyBatch(csvFile: $csvFile) { status fileName rowsStored genres { name trackCount } }
}"""
TITLES = """query ($genre: String!, $after: String) {
  titlesByGenre(genre: $genre, first: 7, after: $after) {
    totalCount nodes { trackId title } pageInfo { hasNextPage endCursor }
  }
}"""


@pytest_asyncio.fixture
async def session(api: GraphQLClient, address: str) -> AsyncIterator[AsyncClientSession]:
    """A session that has fetched the schema and checks documents against it."""
    transport = HTTPXAsyncTransport(url=f"{address}/graphql", headers=api.headers)
    client = Client(transport=transport, fetch_schema_from_transport=True)
    async with client as session:
        yield session


async def test_gql_uploads_a_file_and_reads_pages(
    session: AsyncClientSession, sample_file: str
) -> None:
    classify, titles = gql(CLASSIFY), gql(TITLES)
    classify.variable_values = {
        "csvFile": FileVar(sample_file, filename="mine.csv", content_type="text/csv")
    }

    batch = (await session.execute(classify, upload_files=True))["classifyBatch"]
    genre = max(batch["genres"], key=lambda entry: int(entry["trackCount"]))
    seen: list[str] = []
    page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        titles.variable_values = {"genre": genre["name"], "after": page["endCursor"]}
        connection = (await session.execute(titles))["titlesByGenre"]
        seen += [node["trackId"] for node in connection["nodes"]]
        page = connection["pageInfo"]

    assert (batch["status"], batch["fileName"], batch["rowsStored"]) == ("DONE", "mine.csv", 60)
    assert len(set(seen)) == len(seen) == connection["totalCount"] == genre["trackCount"]


async def test_gql_shows_the_code_of_an_error(session: AsyncClientSession) -> None:
    titles = gql(TITLES)
    titles.variable_values = {"genre": "polka"}

    with pytest.raises(TransportQueryError) as caught:
        await session.execute(titles)

    assert caught.value.errors is not None
    assert caught.value.errors[0]["extensions"]["code"] == "UNKNOWN_GENRE"


async def test_gql_follows_a_batch_over_a_websocket(
    api: GraphQLClient, address: str, sample: bytes
) -> None:
    queue = "mutation ($csvFile: Upload!) { classifyBatch(csvFile: $csvFile, wait: false) { id } }"
    batch = (await api.upload(sample, query=queue))["data"]["classifyBatch"]
    progress = gql("subscription ($id: ID!) { batchProgress(id: $id) { status rowsStored } }")
    progress.variable_values = {"id": batch["id"]}
    url = f"{address.replace('http', 'ws')}/graphql"
    transport = WebsocketsTransport(url=url, init_payload=api.headers)

    async with Client(transport=transport) as session:
        events = [event["batchProgress"] async for event in session.subscribe(progress)]

    assert events[-1] == {"status": "DONE", "rowsStored": 60}
