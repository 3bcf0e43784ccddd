"""What the repositories of batches take and give."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from db.batches.status import BatchStatus
from db.records import ModelVersion


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch to record."""

    id: uuid.UUID
    file_name: str
    model: ModelVersion
    client_id: str | None


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """An upload and how far it has come."""

    id: uuid.UUID
    file_name: str
    status: BatchStatus
    model_version: str
    rows_received: int
    rows_rejected: int
    rows_stored: int
    started_at: datetime
    finished_at: datetime | None
    error_code: str | None
    error_message: str | None


@dataclass(frozen=True, slots=True)
class RejectRecord:
    """A row of a file that was not classified."""

    line: int
    track_id: str | None
    column: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where reading can go on: the byte, from 0, and the line, from 1, that come next."""

    byte: int
    line: int


@dataclass(frozen=True, slots=True)
class Start:
    """Where a run begins, and the model that classified the rows before.

    Without `resume` it begins at the first row.
    """

    model_version: str
    rows_done: int = 0
    resume: ResumePoint | None = None


@dataclass(frozen=True, slots=True)
class ChunkCounts:
    """What a chunk adds to the counts of its batch."""

    stored: int
    rejected: int
