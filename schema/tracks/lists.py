"""Lists of tracks: their filters, their orders, their pages."""

import math
import uuid
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any

import strawberry

from db.records import TitleRecord, TrackRecord, Window
from db.tracks import filters
from db.tracks.filters import TrackFilter
from db.tracks.repository import ConfidenceKey, GenreKey, TitleKey
from db.tracks.words import MAX_SEARCH_WORDS, search_words
from schema.core.connections import Connection, CursorKind, make_connection, read_window
from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.core.selection import selects_only
from schema.inputs import argument_problem, check_text
from schema.node import read_track_key
from schema.tracks.track import TITLE_FIELDS, Track, track_from_record, track_from_title

Search = Annotated[
    str | None,
    strawberry.argument(
        description="Only titles in which, for each of these words, some word starts with "
        "it; at most 10 words; case and accents are ignored."
    ),
]
Uncertain = Annotated[
    bool | None,
    strawberry.argument(description="Only tracks whose `uncertain` is this."),
]
Corrected = Annotated[
    bool | None,
    strawberry.argument(description="Only tracks that a person corrected, or only the others."),
]
MinConfidence = Annotated[
    float | None,
    strawberry.argument(description="Only tracks with at least this confidence, 0 to 1."),
]
MaxConfidence = Annotated[
    float | None,
    strawberry.argument(description="Only tracks with at most this confidence, 0 to 1."),
]


@strawberry.enum(description="How a list of tracks is ordered; ties are ordered by trackId.")
class TrackOrder(Enum):
    TITLE = strawberry.enum_value("TITLE", description="By title, by code point.")
    CONFIDENCE = strawberry.enum_value(
        "CONFIDENCE", description="By the confidence of the prediction, least certain first."
    )
    GENRE = strawberry.enum_value(
        "GENRE", description="By `genre`, so by the correction if there is one, then by title."
    )


Order = Annotated[TrackOrder, strawberry.argument(description="How the list is ordered.")]


def make_filter(
    *,
    genre: str | None = None,
    search: str | None = None,
    batch_id: uuid.UUID | None = None,
    uncertain: bool | None = None,
    corrected: bool | None = None,
    min_confidence: float | None = None,
    max_confidence: float | None = None,
) -> TrackFilter:
    """Check the arguments of a list of tracks; raise BAD_USER_INPUT if one is invalid."""
    check_text(genre=genre, search=search)
    _check_words(search)
    for name, value in (("minConfidence", min_confidence), ("maxConfidence", max_confidence)):
        if value is not None and not 0 <= value <= 1:
            message = f"{name} is {value:g}; it must be between 0 and 1."
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument=name)
    return TrackFilter(
        genre, search, batch_id, uncertain, corrected, min_confidence, max_confidence
    )


def _check_words(search: str | None) -> None:
    count = len(search_words(search or "") or ())
    if count > MAX_SEARCH_WORDS:
        message = f"search has {count} words; at most {MAX_SEARCH_WORDS} are allowed."
        raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument="search")


async def list_tracks(
    info: Info, wanted: TrackFilter, order: TrackOrder, **page: Any
) -> Connection[Track]:
    """List tracks; a list by title that asks only for titles may be read from an index alone."""
    if order is not TrackOrder.TITLE:
        return await _list_ordered(info, wanted, order, page)
    return await _list_by_title(info, wanted, read_window(TITLE_CURSORS, **page))


async def _list_by_title(
    info: Info, wanted: TrackFilter, window: Window[TitleKey]
) -> Connection[Track]:
    tracks = info.context.ports.tracks

    async def count() -> int:
        return await tracks.count_tracks(wanted)

    if selects_only(info, TITLE_FIELDS):
        titles = await tracks.list_titles(wanted, window)
        return make_connection(
            titles, TITLE_CURSORS, key=title_key, node=track_from_title, count=count
        )
    records = await tracks.list_tracks(wanted, filters.TrackOrder.TITLE, window)
    return make_connection(
        records, TITLE_CURSORS, key=title_key, node=track_from_record, count=count
    )


async def _list_ordered(
    info: Info, wanted: TrackFilter, order: TrackOrder, page: dict[str, Any]
) -> Connection[Track]:
    tracks = info.context.ports.tracks
    cursors, key_of = _KEYS[order]
    window = read_window(cursors, **page)
    return make_connection(
        await tracks.list_tracks(wanted, filters.TrackOrder(order.value), window),
        cursors,
        key=key_of,
        node=track_from_record,
        count=lambda: tracks.count_tracks(wanted),
    )


def title_key(record: TitleRecord | TrackRecord) -> TitleKey:
    """Return a track's position in a list by title."""
    return record.title, record.track_id


def confidence_key(record: TrackRecord) -> ConfidenceKey:
    """Return a track's position in a list by confidence."""
    return record.exact_confidence, record.track_id


def genre_key(record: TrackRecord) -> GenreKey:
    """Return a track's position in a list by genre."""
    return record.genre, record.title, record.track_id


def _read_text(text: str) -> str:
    if argument_problem(text):
        raise ValueError
    return text


def _read_confidence(text: str) -> float:
    confidence = float(text)
    if not math.isfinite(confidence):
        raise ValueError
    return confidence


TITLE_CURSORS = CursorKind("title", ((str, _read_text), (int, read_track_key)))
CONFIDENCE_CURSORS = CursorKind("confidence", ((str, _read_confidence), (int, read_track_key)))
GENRE_CURSORS = CursorKind("genre", ((str, _read_text), (str, _read_text), (int, read_track_key)))
_KEYS: dict[TrackOrder, tuple[CursorKind, Callable[[TrackRecord], tuple[Any, ...]]]] = {
    TrackOrder.CONFIDENCE: (CONFIDENCE_CURSORS, confidence_key),
    TrackOrder.GENRE: (GENRE_CURSORS, genre_key),
}
