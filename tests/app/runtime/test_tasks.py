"""Work alongside a block: it ends with the block, and its errors are not lost."""

import asyncio

import pytest

from app.runtime.tasks import running

pytestmark = pytest.mark.asyncio


async def fail() -> None:
    raise LookupError("the work failed")


async def test_the_work_is_cancelled_and_has_cleaned_up_when_the_block_ends() -> None:
    has_cleaned_up = False

    async def work() -> None:
        nonlocal has_cleaned_up
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            has_cleaned_up = True

    async with running(work()) as task:
        await asyncio.sleep(0)

    assert task.cancelled()
    assert has_cleaned_up


async def test_an_error_of_the_work_is_raised_at_the_end_of_the_block() -> None:
    seen = []

    async def run_beside() -> None:
        async with running(fail()) as task:
            await asyncio.wait({task})
            seen.append("the block goes on")

    with pytest.raises(LookupError, match="the work failed"):
        await run_beside()

    assert seen == ["the block goes on"]


async def test_an_error_of_the_block_is_raised_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with running(asyncio.sleep(3600)):
            raise KeyError


async def test_the_block_can_wait_for_the_result() -> None:
    async with running(asyncio.sleep(0, "result")) as task:
        assert await task == "result"
