"""Bodies that would hold up everyone: refused by their size, before they are read item by item."""

import json
from typing import Any

import pytest
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio
CLASSIFY = "mutation ($tracks: [TrackInput!]!) { classifyTracks(tracks: $tracks) { trackId } }"
TRACK = "query ($id: ID!) { track(trackId: $id) { title } }"


async def refuse(api: GraphQLClient, query: str, **variables: Any) -> dict[str, Any]:
    """Return the only error, and check that it repeats little of what was sent."""
    body = await api.post(query, **variables)
    (error,) = body["errors"]
    assert len(json.dumps(body)) < 2_000
    return dict(error)


@pytest.mark.parametrize(
    "padding", [",", "\\u0020", " ", "#\n", "é"], ids=["commas", "escapes", "spaces", "#", "words"]
)
async def test_a_long_document_is_refused_unread(api: GraphQLClient, padding: str) -> None:
    error = await refuse(api, "{ genres { name } }" + padding * 100_000)

    assert "at most 100,000 are allowed" in error["message"]


@pytest.mark.parametrize(
    ("tracks", "words"),
    [
        pytest.param([{}] * 200_000, "tracks has 200,000 items", id="tracks"),
        pytest.param([{"vect": [0] * 200_000}], "tracks[].vect has 200,000 items", id="vect"),
        pytest.param([{"vect": [[]] * 1_001}], "tracks[].vect has 1,001 items", id="lists"),
        pytest.param([{"vect": [0] * 9_000}] * 34, "more than 300,000 values", id="values"),
    ],
)
async def test_long_lists_are_counted_before_they_are_read(
    api: GraphQLClient, tracks: list[Any], words: str
) -> None:
    error = await refuse(api, CLASSIFY, tracks=tracks)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert words in error["message"]


@pytest.mark.parametrize("long", ["x" * 300_000, "a b " * 90_000, '"' * 300_000])
async def test_what_was_sent_is_repeated_in_part_only(api: GraphQLClient, long: str) -> None:
    variable = await refuse(api, CLASSIFY, tracks=long)
    literal = await refuse(
        api, f"{{ track(trackId: {json.dumps(long[:50_000])}, x: 1) {{ title }} }}"
    )
    name = await refuse(api, f"{{ {'y' * 50_000} }}")

    assert {each["extensions"]["code"] for each in (variable, literal, name)} == {
        "BAD_USER_INPUT",
        "GRAPHQL_VALIDATION_FAILED",
    }


async def test_a_long_body_is_read_as_a_short_one_is(api: GraphQLClient) -> None:
    padding = {f"unused{number}": "x" * 1_000 for number in range(400)}

    found = await api.data(TRACK, id="1", **padding)

    assert found == {"track": None}
