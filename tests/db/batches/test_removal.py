"""Deleting a batch gives tracks back to the batches that brought them before, in any order."""

import asyncio
import random
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
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


DANGLING = text("""
SELECT
    (SELECT count(*) FROM tracks WHERE batch_id NOT IN (SELECT id FROM batches)),
    (SELECT count(*) FROM superseded_tracks WHERE batch_id NOT IN (SELECT id FROM batches)),
    (SELECT count(*) FROM tracks LEFT JOIN track_features USING (track_id) WHERE tags IS NULL),
    (SELECT count(*) FROM batches WHERE removed_at IS NOT NULL)
""")


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


async def test_corrected_tracks_keep_their_features_when_none_are_stored(
    site: MembershipSite,
) -> None:
    await site.send(1, {1, 2}, 0)
    await site.correct(1, "polka")

    await site.send(2, {1, 2}, 1, keeps_features=False)

    assert site.expected.features == {1: 0}
    await site.check()


async def test_batches_that_are_sent_and_deleted_at_once_leave_nothing_dangling(
    site: MembershipSite,
) -> None:
    chance = random.Random(5)
    for owner in range(4):
        await site.send(owner, set(range(1, 41)), owner)

    async def send(owner: int) -> None:
        tracks = set(chance.sample(range(1, 61), 40))
        await site.send(owner, tracks, owner)

    async def remove(owner: int) -> None:
        await site.removals.remove(site.ids[owner])

    for first in range(0, 20, 4):
        steps = [*map(send, range(first + 4, first + 8)), *map(remove, range(first, first + 3))]
        await asyncio.gather(*steps)

    async with site.engine.connect() as connection:
        assert tuple((await connection.execute(DANGLING)).one()) == (0, 0, 0, 0)
    for owner in (3, 7, 11, 15, 19, 20, 21, 22, 23):
        await remove(owner)
    async with site.engine.connect() as connection:
        left = "SELECT (SELECT count(*) FROM tracks), (SELECT count(*) FROM superseded_tracks)"
        assert tuple((await connection.execute(text(left))).one()) == (0, 0)
