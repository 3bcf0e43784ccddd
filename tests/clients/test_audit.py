"""GraphQL over HTTP, checked by the audits of the npm package graphql-http."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

pytestmark = pytest.mark.asyncio


async def test_all_audits_pass(address: str, node: Callable[..., Awaitable[Any]]) -> None:
    audit = await node("audit.mjs", f"{address}/graphql", "test", "test")

    assert audit["problems"] == []
    assert audit["counts"] == {"MUST": 13, "SHOULD": 23, "MAY": 25}
