"""An upload: its progress, its rejected rows and its genres."""

import uuid
from datetime import datetime
from enum import Enum
from typing import Self

import strawberry

from db.batches.kind import BatchKind as StoredKind
from db.batches.records import BatchRecord, RejectRecord
from db.batches.status import BatchStatus as StoredStatus
from schema.batches.deletion import BatchDeletion
from schema.batches.detected_file import DetectedFile
from schema.batches.notification import Notification
from schema.batches.reject_code import RejectCode
from schema.core.access import Role
from schema.core.connections import (
    DEFAULT_PAGE_SIZE,
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
from schema.core.scalars import Int64
from schema.node import Node, read_line
from schema.tracks.genre import Genre
from schema.tracks.lists import (
    Order,
    Search,
    TrackOrder,
    Uncertain,
    list_tracks,
    make_filter,
)
from schema.tracks.track import Track

REJECT_CURSORS = CursorKind("reject", ((int, read_line),))


@strawberry.enum(description="The state of a batch.")
class BatchStatus(Enum):
    QUEUED = strawberry.enum_value(StoredStatus.QUEUED, description="Waiting to start.")
    RUNNING = strawberry.enum_value(
        StoredStatus.RUNNING, description="Its tracks are being read and classified."
    )
    DONE = strawberry.enum_value(StoredStatus.DONE, description="Every row is stored or rejected.")
    FAILED = strawberry.enum_value(
        StoredStatus.FAILED, description="Stopped before the end; see `error`."
    )
    CANCELLED = strawberry.enum_value(
        StoredStatus.CANCELLED,
        description="Ended by `cancelBatch`; what was stored by then is kept.",
    )


@strawberry.enum(description="What a batch classifies.")
class BatchKind(Enum):
    UPLOAD = strawberry.enum_value(StoredKind.UPLOAD, description="The tracks in a file.")
    RECLASSIFY = strawberry.enum_value(
        StoredKind.RECLASSIFY,
        description="Tracks that are stored already, from their stored features; corrected tracks "
        "are left alone. It owns no tracks: they remain those of the batches that brought them.",
    )


@strawberry.type(description="A row that was not classified.")
class Reject:
    line: int = strawberry.field(
        description="Line number in the file; the header is line 1. In a RECLASSIFY batch, the "
        "number of the track, in the order of the ids."
    )
    track_id: str | None = strawberry.field(description="The row's trackID, if it has a valid one.")
    column: str | None = strawberry.field(description="The first column with a problem.")
    code: RejectCode = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(
        description="The reason, for people: what was found and what is allowed."
    )

    @classmethod
    def from_record(cls, record: RejectRecord) -> Self:
        """Convert a stored reject."""
        return cls(
            line=record.line,
            track_id=record.track_id,
            column=record.column,
            code=RejectCode(record.code),
            message=record.message,
        )


@strawberry.type(description="How many rows of a batch were rejected for a reason.")
class RejectCount:
    code: RejectCode = strawberry.field(description="The reason.")
    count: int = strawberry.field(description="Number of rows.")


@strawberry.type(description="Why a batch failed.")
class BatchError:
    code: str = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason, for people, and what to do about it.")


@strawberry.type(
    description="Tracks that are classified together, usually from a file, and what became of them."
)
class Batch(Node):
    key: strawberry.Private[uuid.UUID]
    client_id: strawberry.Private[str | None]
    kind: BatchKind = strawberry.field(description="What the batch classifies.")
    file_name: str = strawberry.field(
        description="The file name sent by the client; a RECLASSIFY batch says what it is."
    )
    status: BatchStatus = strawberry.field(description="The state of the batch.")
    model_version: str = strawberry.field(description="The model that classifies the batch.")
    rows_received: int = strawberry.field(description="Data rows or stored tracks read so far.")
    rows_rejected: int = strawberry.field(description="Rows with a missing or wrong value.")
    rows_stored: int = strawberry.field(description="Rows that were classified and stored.")
    rows_total: Int64 | None = strawberry.field(
        description="How many tracks a RECLASSIFY batch found to classify when it started. Null "
        "before that, and for files, whose rows are not counted ahead; see `bytesTotal`."
    )
    bytes_read: Int64 = strawberry.field(
        description="How much of the file has been read, in bytes as they were received, so of the "
        "compressed file if it is compressed. Equal to `bytesTotal` only once the batch is DONE. "
        "0 in a RECLASSIFY batch."
    )
    bytes_total: Int64 | None = strawberry.field(
        description="The size of the file as it was received. Null if it is unknown."
    )
    rows_per_second: float | None = strawberry.field(
        description="Rows read and stored or rejected per second, over about the last 10 seconds. "
        "Null unless RUNNING, before the first rows, and if nothing was stored for 30 seconds."
    )
    seconds_left: float | None = strawberry.field(
        description="How many seconds the rest takes at `rowsPerSecond`, as of the last rows that "
        "were stored. Null whenever `rowsPerSecond` is."
    )
    started_at: datetime = strawberry.field(description="When the file was received.")
    finished_at: datetime | None = strawberry.field(
        description="When the batch finished, failed or was cancelled."
    )
    original_kept_until: datetime | None = strawberry.field(
        description="Until when `fileWithGenresLink` can give the file back. Null if it is not "
        "kept, or not yet, since the batch has not ended."
    )
    error: BatchError | None = strawberry.field(description="Set only if FAILED.")
    detected: DetectedFile | None = strawberry.field(
        description="How the file was read. Null if it has no file, or before its first rows are "
        "read."
    )

    @strawberry.field(description="Pass it to `batch(id)` or `node(id)`.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.key))

    @strawberry.field(
        description="Whether you may cancel, delete and reclassify it: operators may, and writers "
        "if they sent it."
    )
    def viewer_may_change(self, info: Info) -> bool:
        context = info.context
        is_writer = context.ports.permissions.has(context.client_id, Role.WRITER)
        return is_writer and context.owns(self.client_id)

    @strawberry.field(
        description="The webhook of `classifyBatch(notify:)`; null if the batch has none."
    )
    async def notification(self, info: Info) -> Notification | None:
        record = await info.context.loaders.notification.load(self.key)
        return None if record is None else Notification.from_record(record)

    @strawberry.field(
        description="How many rows were rejected for each reason, the commonest first. Together "
        "they are `rowsRejected`, also where `rejects` has only the first ones."
    )
    async def reject_counts(self, info: Info) -> list[RejectCount]:
        counts = await info.context.loaders.reject_counts.load(self.key)
        return [RejectCount(code=RejectCode(count.code), count=count.rows) for count in counts]

    @strawberry.field(
        description="Rejected rows, in file order. Only the first 10,000 (`GENRE_MAX_REJECTS`) of "
        "a batch are stored; `totalCount` counts those, `rowsRejected` and `rejectCounts` all."
    )
    async def rejects(
        self,
        info: Info,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Reject]:
        window = read_window(REJECT_CURSORS, first=first, after=after, last=last, before=before)
        loaders = info.context.loaders
        return make_connection(
            await loaders.rejects.load((self.key, window)),
            REJECT_CURSORS,
            key=lambda record: (record.line,),
            node=Reject.from_record,
            count=lambda: loaders.reject_count.load(self.key),
        )

    @strawberry.field(description="Number of tracks in this batch per predicted genre, by name.")
    async def genres(self, info: Info) -> list[Genre]:
        counts = await info.context.loaders.batch_genres.load(self.key)
        return [Genre.from_record(count) for count in counts]

    @strawberry.field(
        description="The stored tracks last written by this batch. A request may list "
        "at most 20,000 tracks of batches."
    )
    async def tracks(
        self,
        info: Info,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
        last: Last = None,
        before: Before = None,
        order_by: Order = TrackOrder.TITLE,
        uncertain: Uncertain = None,
        search: Search = None,
    ) -> Connection[Track]:
        wanted = make_filter(batch_id=self.key, uncertain=uncertain, search=search)
        page = {"first": first, "after": after, "last": last, "before": before}
        info.context.track_lists.take(last or first or DEFAULT_PAGE_SIZE)
        return await list_tracks(info, wanted, order_by, **page)

    @strawberry.field(
        description="What `deleteBatch` would do to the tracks last written by this batch. The "
        "tracks are counted, which takes up to three seconds for a million; a request may ask "
        "it of at most 5 batches."
    )
    async def deletion(self, info: Info) -> BatchDeletion:
        info.context.deletions.take()
        return BatchDeletion.from_record(await info.context.ports.endings.preview_removal(self.key))

    @classmethod
    def from_record(cls, record: BatchRecord) -> Self:
        """Convert a stored batch."""
        error = None
        if record.error_code is not None:
            error = BatchError(code=record.error_code, message=record.error_message or "")
        return cls(
            key=record.id,
            client_id=record.client_id,
            kind=BatchKind(record.kind),
            file_name=record.file_name,
            status=BatchStatus(record.status),
            model_version=record.model_version,
            rows_received=record.rows_received,
            rows_rejected=record.rows_rejected,
            rows_stored=record.rows_stored,
            rows_total=None if record.rows_total is None else Int64(record.rows_total),
            bytes_read=Int64(record.bytes_read),
            bytes_total=None if record.bytes_total is None else Int64(record.bytes_total),
            rows_per_second=record.rows_per_second,
            seconds_left=record.seconds_left,
            started_at=record.started_at,
            finished_at=record.finished_at,
            original_kept_until=record.original_kept_until,
            error=error,
            detected=DetectedFile.from_record(record.detected) if record.detected else None,
        )
