"""What a batch cannot do at the moment, or any more."""

import uuid

from db.batches.status import OPEN, BatchStatus, Transition
from db.errors import StorageError


class BatchInUseError(StorageError):
    """A batch cannot be removed while a process works on it, or its client waits for that."""

    def __init__(self, status: BatchStatus) -> None:
        what = "its upload is waiting" if status == BatchStatus.QUEUED else "it is in use"
        advice = "Cancel it first" if status in OPEN else "Try again in a moment"
        super().__init__(f"The batch is {status} and cannot be deleted: {what}. {advice}.")
        self.status = status


class BatchEndedError(StorageError):
    """A batch that has ended cannot be cancelled."""

    def __init__(self, status: BatchStatus) -> None:
        super().__init__(f"The batch is {status}; only a QUEUED or RUNNING batch can be cancelled.")
        self.status = status


class BatchHeldError(StorageError):
    """Another process is running the batch."""

    def __init__(self, batch_id: uuid.UUID) -> None:
        super().__init__(f"Batch {batch_id} is being run by another process.")


class TransitionError(StorageError):
    """The batch was removed or is in a state that does not allow this: somebody else ended it."""

    def __init__(self, batch_id: uuid.UUID, transition: Transition) -> None:
        allowed = " or ".join(transition.sources)
        super().__init__(f"{transition.name} needs batch {batch_id} to be {allowed}; it is not.")


class AttemptsExhaustedError(StorageError):
    """Too many processes died at the same place of the batch's file."""

    def __init__(self, attempts: int) -> None:
        super().__init__(
            f"The worker was interrupted {attempts} times at the same place of this file. "
            "Rows stored so far are kept; send the file again."
        )
