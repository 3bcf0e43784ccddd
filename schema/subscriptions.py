"""What can be followed: a batch on its way."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from schema.batch import Batch, BatchStatus
from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.node import read_batch_id

ENDED = (BatchStatus.DONE, BatchStatus.FAILED)


@strawberry.type(description="What can be followed.")
class Subscription:
    """What can be followed."""

    @strawberry.subscription(
        description="The batch at once and then each time its counts or status change, until it "
        "is DONE or FAILED. Changes that come faster than they are read arrive as one. An unknown "
        "batch, or one that is removed meanwhile, is NOT_FOUND. Served as server-sent events."
    )
    async def batch_progress(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="`Batch.id`.")],
    ) -> AsyncGenerator[Batch, None]:
        """Follow a batch."""
        key, batch = read_batch_id(id), None
        if key is not None:
            async with aclosing(info.context.ports.follow_batch(key)) as records:
                async for record in records:
                    yield (batch := Batch.from_record(record))
        if batch is None or batch.status not in ENDED:
            raise coded_error(f'There is no batch "{id}".', ErrorCode.NOT_FOUND)
