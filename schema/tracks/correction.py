"""What people have answered about tracks."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from db.tracks.corrections import CorrectionFilter, CorrectionRecord
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
from schema.core.moments import check_moment, read_moment
from schema.inputs import check_text
from schema.node import read_track_key
from schema.tracks.track import Track, track_from_record


@strawberry.type(
    description="A person's answer about a track. It is kept when the track or its batch is "
    "deleted, and applies again when the track is sent again."
)
class Correction:
    key: strawberry.Private[int]
    title: str = strawberry.field(description="The track's title when it was corrected.")
    genre: str = strawberry.field(description="The genre that the person gave.")
    predicted_genre: str = strawberry.field(description="The prediction at that time.")
    confirmed: bool = strawberry.field(description="Whether the person agreed with the prediction.")
    model_version: str = strawberry.field(description="The model that had made the prediction.")
    corrected_by: str | None = strawberry.field(description="The client that made the correction.")
    corrected_at: datetime = strawberry.field(description="When the correction was made.")

    @strawberry.field(description="`Track.trackId` of the track.")
    def track_id(self) -> strawberry.ID:
        return strawberry.ID(str(self.key))

    @strawberry.field(description="The track; null if it is no longer stored.")
    async def track(self, info: Info) -> Track | None:
        record = await info.context.loaders.track.load(self.key)
        return None if record is None else track_from_record(record)

    @classmethod
    def from_record(cls, record: CorrectionRecord) -> Self:
        """Convert a stored correction."""
        return cls(
            key=record.track_id,
            title=record.title,
            genre=record.genre,
            predicted_genre=record.predicted_genre,
            confirmed=record.is_confirmation,
            model_version=record.model_version,
            corrected_by=record.corrected_by,
            corrected_at=record.corrected_at,
        )


CORRECTION_CURSORS = CursorKind("correction", ((str, read_moment), (int, read_track_key)))
Since = Annotated[
    datetime | None,
    strawberry.argument(
        description="Only corrections made at this time or later; UTC if it has no offset."
    ),
]


@strawberry.type
class CorrectionQuery:
    @strawberry.field(
        description="The corrections by people, newest first, including those of tracks that are "
        "no longer stored."
    )
    async def corrections(
        self,
        info: Info,
        client_id: Annotated[
            str | None, strawberry.argument(description="Only corrections that this client made.")
        ] = None,
        since: Since = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Correction]:
        check_text(clientId=client_id)
        wanted = CorrectionFilter(client_id, check_moment(since, "since"))
        window = read_window(CORRECTION_CURSORS, first=first, after=after, last=last, before=before)
        corrections = info.context.ports.corrections
        return make_connection(
            await corrections.list_corrections(wanted, window),
            CORRECTION_CURSORS,
            key=_key,
            node=Correction.from_record,
            count=lambda: corrections.count_corrections(wanted),
        )


def _key(record: CorrectionRecord) -> tuple[str, int]:
    return record.corrected_at.isoformat(), record.track_id
