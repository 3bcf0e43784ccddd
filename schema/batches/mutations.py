"""Mutations of batches that are stored already: classify their tracks again, cancel them."""

from typing import Annotated

import strawberry

from schema.batches.batch import Batch
from schema.core.access import Role
from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.core.needs import Needs
from schema.node import read_batch_id


@strawberry.type
class BatchMutation:
    @strawberry.mutation(
        description="Classify stored tracks again with the model in use, in the background, from "
        "their stored features: all tracks, or those of a batch. Skips tracks that the model has "
        "classified already, and leaves corrected tracks alone. Returns a QUEUED batch of kind "
        "RECLASSIFY; while one of the same tracks is open, that one. If another model is put to "
        "use meanwhile, the batch begins again with it. A track with missing features becomes a "
        "reject. Tracks, but no features at all (GENRE_STORE_FEATURES=false), are BAD_USER_INPUT; "
        "an unknown batch is NOT_FOUND, and that of another client FORBIDDEN. Only operators may "
        "classify all tracks.",
        extensions=[Needs(Role.WRITER)],
    )
    async def reclassify(
        self,
        info: Info,
        batch_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="`Batch.id`: only tracks of this batch."),
        ] = None,
    ) -> Batch:
        key, record = None if batch_id is None else read_batch_id(batch_id), None
        if batch_id is None:
            info.context.require(Role.OPERATOR)
        await info.context.require_own_batch(key)
        if batch_id is None or key is not None:
            reclassifier = info.context.ports.reclassifier
            record = await reclassifier.reclassify(key, info.context.client_id)
        if record is None:
            raise coded_error(f'There is no batch "{batch_id}".', ErrorCode.NOT_FOUND)
        return Batch.from_record(record)

    @strawberry.mutation(
        description="Cancel a QUEUED or RUNNING batch, wherever it runs. What it has stored is "
        "kept; the chunk that is being classified is not stored any more. A client "
        "that waits for the batch gets it with status CANCELLED. A batch that has ended cannot be "
        "cancelled: BAD_USER_INPUT with its `status`. An unknown batch is NOT_FOUND, that of "
        "another client FORBIDDEN, except for operators.",
        extensions=[Needs(Role.WRITER)],
    )
    async def cancel_batch(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="`Batch.id`.")],
    ) -> Batch:
        key = read_batch_id(id)
        await info.context.require_own_batch(key)
        record = None if key is None else await info.context.ports.endings.cancel(key)
        if record is None:
            raise coded_error(f'There is no batch "{id}".', ErrorCode.NOT_FOUND)
        return Batch.from_record(record)
