"""Subscriptions: the progress of a batch."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from schema.batch import Batch, BatchStatus
from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.node import read_batch_id

ENDED = (BatchStatus.DONE, BatchStatus.FAILED)


@strawberry.type(description="All subscriptions.")
class Subscription:
    @strawberry.subscription(
        description="Sends the batch immediately and then whenever its counts or status change, "
        "until it is DONE or FAILED. Changes that arrive faster than the client reads them are "
        "merged. An unknown batch, or one deleted in the meantime, is NOT_FOUND. Served as "
        "server-sent events."
    )
    async def batch_progress(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="`Batch.id`.")],
    ) -> AsyncGenerator[Batch, None]:
        key, batch = read_batch_id(id), None
        if key is not None:
            async with aclosing(info.context.ports.follow_batch(key)) as records:
                async for record in records:
                    yield (batch := Batch.from_record(record))
        if batch is None or batch.status not in ENDED:
            raise coded_error(f'There is no batch "{id}".', ErrorCode.NOT_FOUND)
