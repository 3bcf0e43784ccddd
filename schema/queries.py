"""Queries: genres, titles, tracks, batches, the model."""

import uuid
from datetime import datetime
from typing import Annotated

import strawberry

from db.batches.records import BatchRecord
from db.records import TitleRecord, TrackRecord
from db.tracks.repository import TitleKey
from schema.batch import Batch
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
from schema.core.errors import ErrorCode, coded_error
from schema.core.selection import selects_only
from schema.genre import Genre
from schema.inputs import check_text
from schema.model import Model
from schema.node import Node, read_batch_id, read_track_id, read_track_node_id
from schema.track import TITLE_FIELDS, Track, track_from_record, track_from_title

TITLE_CURSORS = CursorKind("title", (str, int))
BATCH_CURSORS = CursorKind("batch", (datetime.fromisoformat, uuid.UUID))


def title_key(record: TitleRecord | TrackRecord) -> TitleKey:
    """Return a track's position in its genre."""
    return record.title, record.track_id


def batch_key(record: BatchRecord) -> tuple[str, str]:
    """Return a batch's position among all batches."""
    return record.started_at.isoformat(), str(record.id)


@strawberry.type(description="All queries.")
class Query:
    @strawberry.field(description="Genres that have at least one classified track, by name.")
    async def genres(self, info: Info) -> list[Genre]:
        counts = await info.context.ports.tracks.list_genres()
        return [Genre.from_record(count) for count in counts]

    @strawberry.field(
        description="The tracks of a genre, ordered by title (by code point), then trackId. An "
        "unknown genre is an error with code UNKNOWN_GENRE that lists the known genres."
    )
    async def titles_by_genre(
        self,
        info: Info,
        genre: Annotated[str, strawberry.argument(description="Name of the genre.")],
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
        last: Last = None,
        before: Before = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Only titles in which, for each of these words, some word starts with "
                "it; case and accents are ignored."
            ),
        ] = None,
    ) -> Connection[Track]:
        """List a genre's tracks; a list of titles only is read from an index."""
        check_text(genre=genre, search=search)
        window = read_window(TITLE_CURSORS, first=first, after=after, last=last, before=before)
        tracks = info.context.ports.tracks
        titles_only = selects_only(info, TITLE_FIELDS)
        connection: Connection[Track]
        if titles_only:
            titles = await tracks.list_titles(genre, window, search)
            connection = make_connection(
                titles,
                TITLE_CURSORS,
                key=title_key,
                node=track_from_title,
                count=lambda: tracks.count_tracks(genre, search),
            )
        else:
            records = await tracks.list_tracks(genre, window, search)
            connection = make_connection(
                records,
                TITLE_CURSORS,
                key=title_key,
                node=track_from_record,
                count=lambda: tracks.count_tracks(genre, search),
            )
        if not connection.rows:
            await refuse_unknown_genre(info, genre)
        return connection

    @strawberry.field(description="A classified track; null if there is none with this id.")
    async def track(
        self,
        info: Info,
        track_id: Annotated[strawberry.ID, strawberry.argument(description="As in the file.")],
    ) -> Track | None:
        key = read_track_id(track_id)
        record = None if key is None else await info.context.loaders.track.load(key)
        return None if record is None else track_from_record(record)

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


async def refuse_unknown_genre(info: Info, genre: str) -> None:
    """Raise UNKNOWN_GENRE unless a track has `genre` or the model can predict it."""
    stored = await info.context.ports.tracks.list_genres()
    known = sorted(
        {count.genre for count in stored} | set(info.context.ports.model.manifest.genres)
    )
    if genre not in known:
        raise coded_error(
            f'There is no genre "{genre}". Known genres: {", ".join(known)}.',
            ErrorCode.UNKNOWN_GENRE,
            knownGenres=known,
        )
