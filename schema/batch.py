"""An upload: how far it has come, what was rejected, which genres it holds."""

import uuid
from datetime import datetime
from enum import Enum
from typing import Self

import strawberry

from db.records import BatchRecord, RejectRecord
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
from schema.genre import Genre
from schema.node import Node

REJECT_CURSORS = CursorKind("reject", (int,))


@strawberry.enum(description="How far a batch has come.")
class BatchStatus(Enum):
    """How far a batch has come."""

    QUEUED = strawberry.enum_value("QUEUED", description="Waits for its turn.")
    RUNNING = strawberry.enum_value("RUNNING", description="Its file is being read.")
    DONE = strawberry.enum_value("DONE", description="Every row is stored or rejected.")
    FAILED = strawberry.enum_value("FAILED", description="Stopped half-way; `error` says why.")


@strawberry.enum(description="Why a row was rejected.")
class RejectCode(Enum):
    """Why a row was rejected; the names are those of `ml.track.RejectCode`."""

    MISSING_VALUE = strawberry.enum_value("MISSING_VALUE", description="A required value is empty.")
    NOT_A_NUMBER = strawberry.enum_value("NOT_A_NUMBER", description="A number was expected.")
    OUT_OF_RANGE = strawberry.enum_value(
        "OUT_OF_RANGE", description="The number is outside the allowed range."
    )
    DUPLICATE_TRACK = strawberry.enum_value(
        "DUPLICATE_TRACK", description="An earlier row of the file has the same trackID."
    )
    BAD_TEXT = strawberry.enum_value(
        "BAD_TEXT", description="The text cannot be stored: not UTF-8, too long, or with U+0000."
    )
    WRONG_FIELD_COUNT = strawberry.enum_value(
        "WRONG_FIELD_COUNT", description="The row has more or fewer fields than the header."
    )


@strawberry.type(description="A row of a file that was not classified.")
class Reject:
    """A row of a file that was not classified."""

    line: int = strawberry.field(description="Line of the file; the header is line 1.")
    track_id: str | None = strawberry.field(description="trackID of the row, if it has one.")
    column: str | None = strawberry.field(description="The first column that is wrong.")
    code: RejectCode = strawberry.field(description="Why, for programs.")
    message: str = strawberry.field(description="Why, for people: what was found and is allowed.")

    @classmethod
    def from_record(cls, record: RejectRecord) -> Self:
        """Show a stored reject."""
        return cls(
            line=record.line,
            track_id=record.track_id,
            column=record.column,
            code=RejectCode(record.code),
            message=record.message,
        )


@strawberry.type(description="Why a batch failed.")
class BatchError:
    """Why a batch failed."""

    code: str = strawberry.field(description="Why, for programs.")
    message: str = strawberry.field(description="Why, and what to do, for people.")


@strawberry.type(description="An uploaded file and what became of its rows.")
class Batch(Node):
    """An uploaded file and what became of its rows."""

    key: strawberry.Private[uuid.UUID]
    file_name: str = strawberry.field(description="As the client named it.")
    status: BatchStatus = strawberry.field(description="How far the batch has come.")
    model_version: str = strawberry.field(description="The model that classifies the batch.")
    rows_received: int = strawberry.field(description="Data rows read so far.")
    rows_rejected: int = strawberry.field(description="Rows with a missing or wrong value.")
    rows_stored: int = strawberry.field(description="Rows that were classified and stored.")
    started_at: datetime = strawberry.field(description="When the file was received.")
    finished_at: datetime | None = strawberry.field(description="When it was done or failed.")
    error: BatchError | None = strawberry.field(description="Only if FAILED.")

    @strawberry.field(description="Names the batch in `batch(id)` and `node(id)`.")
    def id(self) -> strawberry.ID:
        """Return the id as text."""
        return strawberry.ID(str(self.key))

    @strawberry.field(description="Rejected rows, by line.")
    async def rejects(
        self,
        info: Info,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Reject]:
        """List rejected rows."""
        window = read_window(REJECT_CURSORS, first=first, after=after, last=last, before=before)
        batches = info.context.ports.batches
        return make_connection(
            await batches.list_rejects(self.key, window),
            REJECT_CURSORS,
            key=lambda record: (record.line,),
            node=Reject.from_record,
            count=lambda: batches.count_rejects(self.key),
        )

    @strawberry.field(description="How many tracks of this batch got each genre, by name.")
    async def genres(self, info: Info) -> list[Genre]:
        """Count the batch's genres, as they were predicted."""
        counts = await info.context.ports.batches.list_genres(self.key)
        return [Genre.from_record(count) for count in counts]

    @classmethod
    def from_record(cls, record: BatchRecord) -> Self:
        """Show a stored batch."""
        error = None
        if record.error_code is not None:
            error = BatchError(code=record.error_code, message=record.error_message or "")
        return cls(
            key=record.id,
            file_name=record.file_name,
            status=BatchStatus(record.status),
            model_version=record.model_version,
            rows_received=record.rows_received,
            rows_rejected=record.rows_rejected,
            rows_stored=record.rows_stored,
            started_at=record.started_at,
            finished_at=record.finished_at,
            error=error,
        )
