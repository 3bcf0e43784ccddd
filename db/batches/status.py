"""The states of a batch, and how it may get from one to another (docs/architecture.md draws them).

A new state takes a line in `BatchStatus`, the transitions that lead to it, a migration of the
check on `batches.status`, and a value in `schema.batches.batch.BatchStatus`.
"""

from enum import Enum, StrEnum


class BatchStatus(StrEnum):
    """What a batch is doing."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


CREATED = (BatchStatus.QUEUED, BatchStatus.RUNNING)
"""The states that a batch may begin in."""


class Transition(Enum):
    """What can happen to a batch: the states it may be in, and the state it is in afterwards."""

    START = ((BatchStatus.QUEUED, BatchStatus.RUNNING), BatchStatus.RUNNING)
    """From RUNNING: another process takes over the batch of a dead one."""
    ADVANCE = ((BatchStatus.RUNNING,), BatchStatus.RUNNING)
    """A chunk is stored."""
    HAND_BACK = ((BatchStatus.RUNNING,), BatchStatus.QUEUED)
    FINISH = ((BatchStatus.RUNNING,), BatchStatus.DONE)
    FAIL = ((BatchStatus.QUEUED, BatchStatus.RUNNING), BatchStatus.FAILED)
    CANCEL = ((BatchStatus.QUEUED, BatchStatus.RUNNING), BatchStatus.CANCELLED)
    """Somebody asked for it, in any process; its own process notices at the next chunk."""

    def __init__(self, sources: tuple[BatchStatus, ...], target: BatchStatus) -> None:
        self.sources = sources
        self.target = target


OPEN = tuple(
    status
    for status in BatchStatus
    if any(status in move.sources and move.target != status for move in Transition)
)
"""The states that a batch can leave."""
ENDED = tuple(status for status in BatchStatus if status not in OPEN)


class FailureCode(StrEnum):
    """Why a batch failed, in addition to the codes of `ml.errors.CsvError`."""

    INTERRUPTED = "INTERRUPTED"
    """Its process died or stopped, or its client disconnected."""
    UPLOAD_LOST = "UPLOAD_LOST"
    """Its file is not in the spool any more."""
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    """Postgres could not be reached, or could not write."""
    INTERNAL = "INTERNAL"
