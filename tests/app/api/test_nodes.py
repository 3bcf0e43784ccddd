"""Refetch objects by their global ids, as Relay does."""

import base64
import uuid
from typing import Any

import pytest
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

NODE = """query ($id: ID!) {
  node(id: $id) {
    __typename id ... on Track { trackId title predictedGenre } ... on Batch { fileName rowsStored }
  }
}"""


async def node(api: GraphQLClient, node_id: str) -> Any:
    return (await api.data(NODE, id=node_id))["node"]


def encode(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def test_a_track_is_found_by_its_global_id(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    fields = "__typename id trackId title predictedGenre"
    track = (await api.data(f"{{ track(trackId: 17) {{ {fields} }} }}"))["track"]

    assert track["id"] != track["trackId"]
    assert await node(api, track["id"]) == track


async def test_a_batch_is_found_by_its_id(api: GraphQLClient, sample: bytes) -> None:
    batch = await api.classify(sample)

    assert await node(api, batch["id"]) == {
        "__typename": "Batch",
        "id": batch["id"],
        "fileName": "tracks.csv",
        "rowsStored": 60,
    }


async def test_a_list_of_titles_has_global_ids_too(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    genre = (await api.data("{ genres { name } }"))["genres"][0]["name"]
    titles = "query ($g: String!) { titlesByGenre(genre: $g, first: 1) { nodes { id trackId } } }"

    (track,) = (await api.data(titles, g=genre))["titlesByGenre"]["nodes"]

    assert (await node(api, track["id"]))["trackId"] == track["trackId"]


@pytest.mark.parametrize(
    "node_id",
    [
        pytest.param("", id="empty"),
        pytest.param("17", id="track-id"),
        pytest.param(encode("Track:61"), id="no-such-track"),
        pytest.param(encode("Track:x"), id="no-track-id"),
        pytest.param(encode("Track:-1"), id="negative"),
        pytest.param(encode("Track:" + "9" * 40), id="huge"),
        pytest.param(encode("Genre:rock"), id="genre-is-no-node"),
        pytest.param(base64.urlsafe_b64encode(b"\xff\xfe").decode(), id="not-utf-8"),
        pytest.param(str(uuid.UUID(int=5)), id="no-such-batch"),
        pytest.param("a\0b", id="nul"),
        pytest.param("\ud800", id="surrogate"),
        pytest.param("x" * 100_000, id="long"),
    ],
)
async def test_what_is_no_id_of_anything_is_null(
    api: GraphQLClient, sample: bytes, node_id: str
) -> None:
    await api.classify(sample)

    assert await node(api, node_id) is None
