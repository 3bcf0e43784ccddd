"""Queries: batches, nodes and the model here, the rest in `track_queries` and `correction`."""

import uuid
from typing import Annotated

import strawberry

from db.batches.records import BatchRecord
from schema.batches.batch import Batch
from schema.batches.columns import ColumnQuery
from schema.core.connections import (
    After,
    Before,
    Connection,
    CursorKind,
    First,
    Last,
    make_connection,
    read_window,
)
from schema.core.context import Info
from schema.core.moments import read_moment
from schema.learning.results import LearningQuery
from schema.learning.review import ReviewQuery
from schema.models.model import Model
from schema.models.versions import ModelQuery
from schema.node import Node, read_batch_id, read_track_node_id
from schema.tracks.correction import CorrectionQuery
from schema.tracks.queries import TrackQuery
from schema.tracks.track import track_from_record

BATCH_CURSORS = CursorKind("batch", ((str, read_moment), (str, uuid.UUID)))


def batch_key(record: BatchRecord) -> tuple[str, str]:
    """Return a batch's position among all batches."""
    return record.started_at.isoformat(), str(record.id)


@strawberry.type(description="All queries.")
class Query(ColumnQuery, TrackQuery, CorrectionQuery, ReviewQuery, LearningQuery, ModelQuery):
    @strawberry.field(description="An upload; null if there is none with this id.")
    async def batch(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="`Batch.id`.")],
    ) -> Batch | None:
        key = read_batch_id(id)
        record = None if key is None else await info.context.loaders.batch.load(key)
        return None if record is None else Batch.from_record(record)

    @strawberry.field(description="All uploads, newest first.")
    async def batches(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Batch]:
        window = read_window(BATCH_CURSORS, first=first, after=after, last=last, before=before)
        batches = info.context.ports.batches
        return make_connection(
            await batches.list_batches(window),
            BATCH_CURSORS,
            key=batch_key,
            node=Batch.from_record,
            count=batches.count_batches,
        )

    @strawberry.field(description="The track or batch with this global id; null if there is none.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="`Node.id`.")],
    ) -> Node | None:
        loaders = info.context.loaders
        if (track_id := read_track_node_id(id)) is not None:
            track = await loaders.track.load(track_id)
            return None if track is None else track_from_record(track)
        batch_id = read_batch_id(id)
        batch = None if batch_id is None else await loaders.batch.load(batch_id)
        return None if batch is None else Batch.from_record(batch)

    @strawberry.field(description="The model in use.")
    def model(self, info: Info) -> Model:
        return Model.from_manifest(info.context.ports.model.manifest)
