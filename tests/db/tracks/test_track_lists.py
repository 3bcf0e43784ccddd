"""Lists of tracks: every filter in every order agrees with filtering and sorting in Python."""

import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_sessions
from db.records import ClassifiedTracks, ModelVersion, TrackRecord, Window
from db.tracks import search as track_search
from db.tracks.corrections import NewCorrection, PostgresCorrections
from db.tracks.filters import TrackFilter, TrackOrder
from db.tracks.repository import PostgresTracks
from db.tracks.writer import PostgresTrackWriter

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("empty_database")]
WORDS = ["love", "lover", "night", "rain", "zebra"]
STRICT = ModelVersion("strict", ("blues", "folk", "metal"), 0.8)
LAX = ModelVersion("lax", ("folk", "metal", "pop"), 0.4)
BATCH = uuid.UUID(int=7)
FILTERS = [
    TrackFilter(),
    TrackFilter(genre="folk"),
    TrackFilter(genre="polka"),
    TrackFilter(genre="no such genre"),
    TrackFilter(search="love"),
    TrackFilter(search="love night"),
    TrackFilter(search="nothing"),
    TrackFilter(search="x" * 501),
    TrackFilter(batch_id=BATCH),
    TrackFilter(batch_id=uuid.UUID(int=8)),
    TrackFilter(uncertain=True),
    TrackFilter(uncertain=False),
    TrackFilter(corrected=True),
    TrackFilter(corrected=False),
    TrackFilter(min_confidence=0.5),
    TrackFilter(max_confidence=0.5),
    TrackFilter(min_confidence=0.5, max_confidence=0.5),
    TrackFilter(min_confidence=0.9, max_confidence=0.1),
    TrackFilter(genre="metal", search="lo", uncertain=True, corrected=False, max_confidence=0.7),
    TrackFilter(batch_id=BATCH, search="zebra", corrected=True),
]


@dataclass(frozen=True)
class Catalogue:
    """Stored tracks, and the repository that lists them."""

    tracks: PostgresTracks
    records: Sequence[TrackRecord]


def draw_tracks(draw: random.Random, ids: Sequence[int]) -> ClassifiedTracks:
    highest = [
        draw.choice([0.5, 0.6, draw.uniform(0.34, 1), 1 - draw.random() * 1e-6]) for _ in ids
    ]
    predicted = [draw.randrange(3) for _ in ids]
    probabilities = np.array([[(1 - high) / 2] * 3 for high in highest])
    probabilities[np.arange(len(ids)), predicted] = highest
    titles = [" ".join(draw.choices(WORDS, k=draw.randint(1, 3))) for _ in ids]
    return ClassifiedTracks(
        lines=np.zeros(len(ids), np.int64),
        track_ids=np.array(ids, np.int64),
        titles=pa.array(titles, pa.string()),
        predicted=np.array(predicted),
        probabilities=probabilities,
    )


@pytest_asyncio.fixture
async def catalogue(engine: AsyncEngine, empty_database: None) -> Catalogue:
    """300 tracks of two models, some of them corrected, some of one batch."""
    draw, writer = random.Random(3), PostgresTrackWriter(engine)
    await writer.save_tracks(draw_tracks(draw, range(200)), STRICT)
    await writer.save_tracks(draw_tracks(draw, range(200, 300)), LAX)
    genres = [*STRICT.genres, "polka"]
    answers = [NewCorrection(n, draw.choice(genres)) for n in draw.sample(range(300), 30)]
    sessions = create_sessions(engine)
    await PostgresCorrections(sessions).correct_genres(answers, "somebody")
    async with engine.begin() as connection:
        statement = text("UPDATE tracks SET batch_id = :batch WHERE track_id % 5 = 0")
        await connection.execute(statement, {"batch": BATCH})
    tracks = PostgresTracks(sessions)
    return Catalogue(tracks, list((await tracks.find_tracks(range(300))).values()))


def is_wanted(wanted: TrackFilter, record: TrackRecord) -> bool:
    """Do in Python what the database does."""
    words, exact = record.title.split(), record.exact_confidence
    searched = (wanted.search or "").split()
    return (
        (wanted.genre is None or record.genre == wanted.genre)
        and all(any(word.startswith(part) for word in words) for part in searched)
        and (wanted.batch_id is None or record.batch_id == wanted.batch_id)
        and (wanted.uncertain is None or record.is_uncertain is wanted.uncertain)
        and (wanted.corrected is None or (record.corrected_genre is not None) is wanted.corrected)
        and (wanted.min_confidence is None or exact >= np.float32(wanted.min_confidence))
        and (wanted.max_confidence is None or exact <= np.float32(wanted.max_confidence))
    )


KEYS: dict[TrackOrder, Callable[[TrackRecord], tuple[Any, ...]]] = {
    TrackOrder.TITLE: lambda record: (record.title, record.track_id),
    TrackOrder.CONFIDENCE: lambda record: (record.exact_confidence, record.track_id),
    TrackOrder.GENRE: lambda record: (record.genre, record.title, record.track_id),
}


@pytest.mark.parametrize("order", TrackOrder, ids=str)
@pytest.mark.parametrize("entries", [1, 50], ids=["walk-given-up", "walk"])
async def test_pages_agree_with_filtering_and_sorting(
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    order: TrackOrder,
    entries: int,
) -> None:
    monkeypatch.setattr(track_search, "_ENTRIES_PER_TITLE", entries)
    monkeypatch.setattr(track_search, "_TRACKS_PER_ROW", entries)
    for wanted in FILTERS:
        matches = [record for record in catalogue.records if is_wanted(wanted, record)]
        expected = sorted(matches, key=KEYS[order])

        assert await catalogue.tracks.count_tracks(wanted) == len(expected), wanted
        for backwards in (False, True):
            found = await read_all(catalogue.tracks, wanted, order, backwards=backwards)
            assert found == expected, wanted


async def read_all(
    tracks: PostgresTracks, wanted: TrackFilter, order: TrackOrder, *, backwards: bool
) -> list[TrackRecord]:
    found: list[TrackRecord] = []
    while True:
        edge = KEYS[order](found[0] if backwards else found[-1]) if found else None
        ends = {"before": edge} if backwards else {"after": edge}
        page = await tracks.list_tracks(wanted, order, Window(37, backwards=backwards, **ends))
        found = [*page.items, *found] if backwards else [*found, *page.items]
        if not (page.has_previous if backwards else page.has_next):
            return found


async def test_titles_are_those_of_the_tracks(catalogue: Catalogue) -> None:
    for wanted in FILTERS:
        records = await catalogue.tracks.list_tracks(wanted, TrackOrder.TITLE, Window(50))
        titles = await catalogue.tracks.list_titles(wanted, Window(50))

        assert [(t.track_id, t.title, t.genre) for t in titles.items] == [
            (r.track_id, r.title, r.genre) for r in records.items
        ]
        assert titles.has_next is records.has_next


async def test_a_track_is_uncertain_by_the_threshold_of_the_model_that_classified_it(
    catalogue: Catalogue,
) -> None:
    thresholds = {model.version: np.float32(model.uncertain_below) for model in (STRICT, LAX)}

    assert {record.is_uncertain for record in catalogue.records} == {True, False}
    for record in catalogue.records:
        assert record.is_uncertain is bool(
            record.exact_confidence < thresholds[record.model_version]
        )


async def test_an_empty_catalogue_has_no_tracks(engine: AsyncEngine) -> None:
    tracks = PostgresTracks(create_sessions(engine))

    for order in TrackOrder:
        page = await tracks.list_tracks(TrackFilter(), order, Window(10))
        assert (page.items, page.has_next) == ([], False)
    assert await tracks.count_tracks(TrackFilter()) == 0
