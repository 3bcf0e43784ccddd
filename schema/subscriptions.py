"""Subscriptions: the progress of a batch."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from db.batches.status import ENDED
from schema.batches.batch import Batch
from schema.core.access import Role
from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.core.needs import Needs
from schema.node import read_batch_id


@strawberry.type(description="All subscriptions.")
class Subscription:
    @strawberry.subscription(
        description="Sends the batch immediately and then whenever its counts or status change, "
        "until it has ended. Changes that arrive faster than the client reads them are "
        "merged. An unknown batch, or one deleted in the meantime, is NOT_FOUND. Served as "
        "server-sent events and over WebSockets (graphql-transport-ws).",
        extensions=[Needs(Role.READER)],
    )
    async def batch_progress(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="`Batch.id`.")],
    ) -> AsyncGenerator[Batch, None]:
        key, last = read_batch_id(id), None
        if key is not None:
            feed, client_id = info.context.ports.progress, info.context.client_id
            async with aclosing(feed.follow(key, client_id)) as records:
                async for last in records:
                    yield Batch.from_record(last)
        if last is None or last.status not in ENDED:
            raise coded_error(f'There is no batch "{id}".', ErrorCode.NOT_FOUND)
