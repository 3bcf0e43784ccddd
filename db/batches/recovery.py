"""Find open batches whose process died: queue them again, or fail those without their file."""

import contextlib
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from db.batches.errors import TransitionError
from db.batches.kind import BatchKind
from db.batches.locks import try_lock
from db.batches.queue import put
from db.batches.status import OPEN, BatchStatus, FailureCode, Transition
from db.batches.transitions import fail_batch, move_batch
from db.models import BatchRow

PROCESS_DIED = (
    "The service stopped before it had read all of this file. Rows stored so far are kept; send "
    "the file again."
)
Transact = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Opens a transaction on a connection of the pool."""


async def recover_batches(transact: Transact) -> int:
    """Recover each in a transaction of its own; return how many of them have FAILED."""
    columns = (
        col(BatchRow.id),
        col(BatchRow.status),
        col(BatchRow.kind),
        col(BatchRow.is_background),
    )
    async with transact() as connection:
        found = list(
            await connection.execute(select(*columns).where(col(BatchRow.status).in_(OPEN)))
        )
    failed = 0
    for batch_id, status, kind, is_background in found:
        with contextlib.suppress(TransitionError):  # it has gone on meanwhile
            async with transact() as connection:
                if is_background:
                    await _queue_again(connection, batch_id, status, BatchKind(kind))
                else:
                    failed += await _fail_if_abandoned(connection, batch_id)
    return failed


async def _queue_again(
    connection: AsyncConnection, batch_id: uuid.UUID, status: str, kind: BatchKind
) -> None:
    if status == BatchStatus.RUNNING and await try_lock(connection, batch_id):
        await move_batch(connection, batch_id, Transition.HAND_BACK)
    await put(connection, batch_id, kind)


async def _fail_if_abandoned(connection: AsyncConnection, batch_id: uuid.UUID) -> bool:
    if not await try_lock(connection, batch_id):
        return False
    await fail_batch(connection, batch_id, FailureCode.INTERRUPTED, PROCESS_DIED)
    return True
