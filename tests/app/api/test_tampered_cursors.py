"""A cursor that no list handed out is BAD_USER_INPUT or a place in the list, never INTERNAL."""

import base64
import itertools
import json
from typing import Any

import pytest
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

LISTS = {
    "title": "query ($id: ID!, $c: String) { tracks(after: $c) { nodes { trackId } }"
    " batch(id: $id) { id } }",
    "confidence": "query ($id: ID!, $c: String) { tracks(orderBy: CONFIDENCE, after: $c)"
    " { nodes { trackId } } batch(id: $id) { id } }",
    "genre": "query ($id: ID!, $c: String) { tracks(orderBy: GENRE, after: $c)"
    " { nodes { trackId } } batch(id: $id) { id } }",
    "batch": "query ($id: ID!, $c: String) { batches(after: $c) { nodes { id } }"
    " batch(id: $id) { id } }",
    "correction": "query ($id: ID!, $c: String) { corrections(after: $c) { totalCount"
    " nodes { trackId } } batch(id: $id) { id } }",
    "reject": "query ($id: ID!, $c: String) { batch(id: $id) { rejects(after: $c)"
    " { nodes { line } } } }",
}
PARTS: list[Any] = [
    None,
    True,
    -1,
    0,
    1.5,
    2**31,
    2**63,
    10**400,
    float("inf"),
    float("nan"),
    1e308,
    "",
    "\0",
    "\ud800",
    "x" * 1_001,
    "1e999",
    "-0.5",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-01-01",
    [],
    {},
]


def encode(parts: list[Any]) -> str:
    """Make a cursor as the lists do."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def tampered(name: str) -> list[str]:
    """Cursors of a list with each pair of odd parts, and with too few and too many."""
    keys: list[list[Any]] = [[], *([part] for part in PARTS), ["a", 1, 2]]
    keys += [list(pair) for pair in itertools.product(PARTS, PARTS)]
    return [encode([name, *key]) for key in keys] + ["", "%%%", encode([]), encode([1, 2])]


@pytest.mark.parametrize("name", LISTS)
async def test_a_tampered_cursor_is_bad_input_or_a_place(
    name: str, api: GraphQLClient, sample: bytes
) -> None:
    batch = await api.classify(sample)

    answers = [await api.post(LISTS[name], id=batch["id"], c=cursor) for cursor in tampered(name)]

    codes = {
        error["extensions"]["code"] for answer in answers for error in answer.get("errors", [])
    }
    assert codes == {"BAD_USER_INPUT"}
