"""What deleting a batch would do, so that people know before they confirm."""

from typing import Self

import strawberry

from db.batches.records import BatchDeletion as StoredDeletion
from schema.core.scalars import Int64


@strawberry.type(description="What `deleteBatch` would do to the tracks of a batch now.")
class BatchDeletion:
    tracks_deleted: Int64 = strawberry.field(
        description="Tracks that only this batch brought: they would be deleted."
    )
    tracks_returned: Int64 = strawberry.field(
        description="Tracks that an earlier batch, or `classifyTracks`, also brought: they would "
        "go back to it, with the title and prediction that they had then."
    )
    corrections_kept: Int64 = strawberry.field(
        description="Corrections of all these tracks. They are kept: a track that goes back has "
        "its correction still, and a deleted one has it again when it is sent again."
    )

    @classmethod
    def from_record(cls, record: StoredDeletion) -> Self:
        """Convert counts."""
        return cls(
            tracks_deleted=Int64(record.tracks_deleted),
            tracks_returned=Int64(record.tracks_returned),
            corrections_kept=Int64(record.corrections_kept),
        )
