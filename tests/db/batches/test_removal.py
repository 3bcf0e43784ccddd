"""Deleting a batch gives tracks back to the batches that brought them before, in any order."""

from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine
from support.membership_site import MembershipSite

pytestmark = pytest.mark.asyncio

OWNERS = st.integers(1, 4)
TRACKS = st.sets(st.integers(1, 5), min_size=1)
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("send"), st.none() | OWNERS, TRACKS, st.integers(0, 5), st.sampled_from([1, 0])
        ),
        st.tuples(st.just("delete"), OWNERS),
        st.tuples(st.just("correct"), st.integers(1, 5), st.sampled_from(["folk", "polka"])),
        st.tuples(st.just("withdraw"), st.integers(1, 5)),
    ),
    max_size=14,
)
CHAIN = [("send", owner, {1, 2}, owner, 1) for owner in (1, 2, 3)]


@pytest_asyncio.fixture
async def site(migrated: AsyncEngine) -> MembershipSite:
    site = MembershipSite(migrated)
    await site.clear()
    return site


async def run(site: MembershipSite, steps: list[tuple[Any, ...]]) -> None:
    for kind, *values in steps:
        if kind == "send":
            owner, tracks, variant, keeps_features = values
            await site.send(owner, tracks, variant, keeps_features=bool(keeps_features))
        else:
            await getattr(site, kind)(*values)
        await site.check()


@given(steps=STEPS)
@example(steps=[*CHAIN, ("delete", 3), ("delete", 2), ("delete", 1)])
@example(steps=[*CHAIN, ("delete", 1), ("delete", 2), ("delete", 3)])
@example(steps=[*CHAIN, ("delete", 2), ("delete", 3), ("delete", 1)])
@example(steps=[*CHAIN, ("correct", 1, "polka"), ("delete", 2), ("delete", 3), ("delete", 1)])
@example(steps=[("send", None, {1}, 0, 1), ("send", 1, {1}, 1, 1), ("delete", 1)])
@example(steps=[*CHAIN[:2], ("send", 1, {1}, 4, 1), ("delete", 1), ("delete", 2)])
@example(steps=[*CHAIN[:1], ("correct", 1, "polka"), ("send", 2, {1, 2}, 2, 0), ("delete", 2)])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_every_order_of_steps_keeps_tracks_and_answers(
    migrated: AsyncEngine, steps: list[tuple[Any, ...]]
) -> None:
    site = MembershipSite(migrated)
    await site.clear()

    await run(site, steps)
