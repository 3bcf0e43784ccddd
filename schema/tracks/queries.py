"""Queries of tracks: genres, titles, tracks."""

import uuid
from typing import Annotated

import strawberry

from schema.core.connections import DEFAULT_PAGE_SIZE, After, Before, Connection, First, Last
from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.node import read_batch_id, read_track_id
from schema.tracks.genre import Genre
from schema.tracks.genre_names import known_genres
from schema.tracks.lists import (
    Corrected,
    MaxConfidence,
    MinConfidence,
    Order,
    Search,
    TrackOrder,
    Uncertain,
    list_tracks,
    make_filter,
)
from schema.tracks.track import Track, track_from_record


@strawberry.type
class TrackQuery:
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
        search: Search = None,
        uncertain: Uncertain = None,
        corrected: Corrected = None,
        min_confidence: MinConfidence = None,
        max_confidence: MaxConfidence = None,
    ) -> Connection[Track]:
        wanted = make_filter(
            genre=genre,
            search=search,
            uncertain=uncertain,
            corrected=corrected,
            min_confidence=min_confidence,
            max_confidence=max_confidence,
        )
        page = {"first": first, "after": after, "last": last, "before": before}
        tracks = await list_tracks(info, wanted, TrackOrder.TITLE, **page)
        if not tracks.rows:
            await check_genre(info, genre)
        return tracks

    @strawberry.field(
        description="The tracks that meet every condition given. An unknown genre is an error "
        "with code UNKNOWN_GENRE that lists the known genres, an unknown batch is NOT_FOUND."
    )
    async def tracks(
        self,
        info: Info,
        search: Search = None,
        genre: Annotated[
            str | None, strawberry.argument(description="Only tracks of this genre.")
        ] = None,
        batch_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only tracks that this batch was the last to bring."),
        ] = None,
        uncertain: Uncertain = None,
        corrected: Corrected = None,
        min_confidence: MinConfidence = None,
        max_confidence: MaxConfidence = None,
        order_by: Order = TrackOrder.TITLE,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Track]:
        wanted = make_filter(
            genre=genre,
            search=search,
            batch_id=None if batch_id is None else await find_batch(info, batch_id),
            uncertain=uncertain,
            corrected=corrected,
            min_confidence=min_confidence,
            max_confidence=max_confidence,
        )
        page = {"first": first, "after": after, "last": last, "before": before}
        tracks = await list_tracks(info, wanted, order_by, **page)
        if not tracks.rows and genre is not None:
            await check_genre(info, genre)
        return tracks

    @strawberry.field(description="A classified track; null if there is none with this id.")
    async def track(
        self,
        info: Info,
        track_id: Annotated[strawberry.ID, strawberry.argument(description="As in the file.")],
    ) -> Track | None:
        key = read_track_id(track_id)
        record = None if key is None else await info.context.loaders.track.load(key)
        return None if record is None else track_from_record(record)


async def find_batch(info: Info, batch_id: str) -> uuid.UUID:
    """Return the key of a batch that exists; raise NOT_FOUND otherwise."""
    key = read_batch_id(batch_id)
    if key is None or await info.context.loaders.batch.load(key) is None:
        raise coded_error(f'There is no batch "{batch_id[:40]}".', ErrorCode.NOT_FOUND)
    return key


async def check_genre(info: Info, genre: str) -> None:
    """Raise UNKNOWN_GENRE unless some track has `genre`, or a model or a person could give it."""
    stored = await info.context.ports.tracks.list_genres()
    known = sorted({count.genre for count in stored} | await known_genres(info))
    if genre not in known:
        raise coded_error(
            f'There is no genre "{genre}". Known genres: {", ".join(known)}.',
            ErrorCode.UNKNOWN_GENRE,
            knownGenres=known,
        )
