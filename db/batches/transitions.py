"""The statements that change the state of a batch; each belongs to the caller's transaction.

A row is changed only if it is in a state that allows the change.
"""

import uuid
from typing import Any

from sqlalchemy import Row, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from db.batches.detected import stored_detected
from db.batches.errors import TransitionError
from db.batches.notifications import insert_notification
from db.batches.rate import begin_measuring
from db.batches.records import NewBatch
from db.batches.status import BatchStatus, Transition
from db.model_versions import save_model
from db.models import BatchRow


async def insert_batch(
    connection: AsyncConnection,
    batch: NewBatch,
    status: BatchStatus,
    *,
    is_background: bool = False,
) -> None:
    """Record a new batch and its model."""
    await connection.execute(save_model(batch.model))
    await connection.execute(
        insert(BatchRow).values(
            id=batch.id,
            file_name=batch.file_name,
            status=status,
            model_version=batch.model.version,
            client_id=batch.client_id,
            is_background=is_background,
            kind=batch.kind,
            target_batch_id=batch.target_id,
            bytes_total=batch.bytes_total,
            read_options=batch.read_options,
            detected=stored_detected(batch.detected),
            **(begin_measuring() if status is BatchStatus.RUNNING else {}),
        )
    )
    if batch.notify_url is not None:
        await insert_notification(connection, batch.id, batch.notify_url)


async def move_batch(
    connection: AsyncConnection, batch_id: uuid.UUID, transition: Transition, **values: Any
) -> Row[Any]:
    """Take a batch through a transition, set further columns, and return its row.

    Raises
    ------
    TransitionError
        The batch is in a state that does not allow it, or there is none.
    """
    statement = (
        update(BatchRow)
        .where(col(BatchRow.id) == batch_id, col(BatchRow.status).in_(transition.sources))
        .values(status=transition.target, **values)
        .returning(BatchRow)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise TransitionError(batch_id, transition)
    return row


async def fail_batch(
    connection: AsyncConnection, batch_id: uuid.UUID, code: str, message: str
) -> None:
    """Set a batch FAILED."""
    error = {"error_code": code, "error_message": message}
    await move_batch(connection, batch_id, Transition.FAIL, finished_at=func.now(), **error)
