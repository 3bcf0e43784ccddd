"""What the repositories of batches take and give."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.batches.kind import BatchKind
from db.batches.status import BatchStatus
from db.records import ModelVersion


@dataclass(frozen=True, slots=True)
class DetectedRecord:
    """What a file turned out to be; `columns` are ours, each with the header of the file."""

    format: str
    charset: str | None
    delimiter: str | None
    compression: str | None
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch to record."""

    id: uuid.UUID
    file_name: str
    model: ModelVersion
    client_id: str | None
    bytes_total: int | None = None
    """Size of its file as it was received."""
    kind: BatchKind = BatchKind.UPLOAD
    target_id: uuid.UUID | None = None
    """The batch whose tracks are classified again; None means all tracks."""
    read_options: Mapping[str, Any] | None = None
    """How its file is to be read, as JSON; None for the defaults."""
    detected: DetectedRecord | None = None
    notify_url: str | None = None
    """What to call when it ends."""


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch and how far it has come."""

    id: uuid.UUID
    kind: BatchKind
    file_name: str
    status: BatchStatus
    model_version: str
    rows_received: int
    rows_rejected: int
    rows_stored: int
    rows_total: int | None
    bytes_read: int
    bytes_total: int | None
    rows_per_second: float | None
    """At present; None if it is unknown or the batch does not run."""
    started_at: datetime
    finished_at: datetime | None
    error_code: str | None
    error_message: str | None
    detected: DetectedRecord | None = None
    original_kept_until: datetime | None = None
    """Until when its file can be downloaded with genres."""
    client_id: str | None = None
    """The client that sent it; None if it came from the command line."""

    @property
    def seconds_left(self) -> float | None:
        """How long it takes at the present rate, as of the last chunk; None if that is unknown."""
        if not self.rows_per_second or (rows_left := self._rows_left) is None:
            return None
        return rows_left / self.rows_per_second

    @property
    def _rows_left(self) -> float | None:
        if self.rows_total is not None:
            return max(self.rows_total - self.rows_received, 0)
        if self.bytes_total is None or not self.bytes_read:
            return None
        return (self.bytes_total - self.bytes_read) * self.rows_received / self.bytes_read


@dataclass(frozen=True, slots=True)
class BatchDeletion:
    """What deleting a batch would do to the tracks that it has now."""

    tracks_deleted: int
    tracks_returned: int
    """Another batch, or a request, brought them before."""
    corrections_kept: int


@dataclass(frozen=True, slots=True)
class RejectRecord:
    """A row of a file that was not classified."""

    line: int
    track_id: str | None
    column: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RejectCount:
    """How many rows of a batch were rejected for a reason."""

    code: str
    rows: int


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where reading can go on: the byte, from 0, and the line, from 1, that come next.

    In stored tracks, `byte` is the id of the last track, and `line` the number of the next one.
    """

    byte: int
    line: int
    bytes_read: int = 0
    """How much of the file, as it was received, has been read up to here."""
    detected: DetectedRecord | None = None
    """Only if it was not known before what the file is."""


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
