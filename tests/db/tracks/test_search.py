"""Search of titles: both indexes give the same list, and titles of any length can be stored."""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_sessions
from db.records import ClassifiedTracks, ModelVersion, Window
from db.tracks import search as title_search
from db.tracks.filters import TrackFilter, TrackOrder
from db.tracks.repository import PostgresTracks
from db.tracks.words import MAX_BYTES, fold_titles, search_words
from db.tracks.writer import PostgresTrackWriter

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("empty_database")]
WORDS = ["love", "lover", "a", "ab", "abc", "night", "rain", "zebra"]


async def save(engine: AsyncEngine, titles: Sequence[str]) -> PostgresTracks:
    tracks = ClassifiedTracks(
        lines=np.zeros(len(titles), np.int64),
        track_ids=np.arange(len(titles)),
        titles=pa.array(titles, pa.string()),
        predicted=np.zeros(len(titles), np.intp),
        probabilities=np.ones((len(titles), 1)),
    )
    await PostgresTrackWriter(engine).save_tracks(tracks, ModelVersion("search", ("folk",)))
    return PostgresTracks(create_sessions(engine))


@pytest.mark.parametrize("entries_per_title", [1, 200], ids=["walk-given-up", "walk"])
async def test_pages_of_a_search_agree_with_a_filter(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, entries_per_title: int
) -> None:
    monkeypatch.setattr(title_search, "_ENTRIES_PER_TITLE", entries_per_title)
    draw = random.Random(4)
    titles = [" ".join(draw.choices(WORDS, k=draw.randint(1, 4))) for _ in range(400)]
    tracks = await save(engine, titles)

    for search in ("love", "zebra", "a", "ab night", "rain zebra love", "nothing", "a nothing"):
        expected = sorted(
            (title, track_id)
            for track_id, title in enumerate(titles)
            if all(any(w.startswith(s) for w in title.split()) for s in search.split())
        )
        assert await tracks.count_tracks(TrackFilter("folk", search)) == len(expected)
        for backwards in (False, True):
            assert await read_all(tracks, search, backwards=backwards) == expected


async def read_all(
    tracks: PostgresTracks, search: str, *, backwards: bool
) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    while True:
        edge = (found[0] if backwards else found[-1]) if found else None
        ends = {"before": edge} if backwards else {"after": edge}
        page = await tracks.list_titles(
            TrackFilter("folk", search), Window(7, backwards=backwards, **ends)
        )
        part = [(title.title, title.track_id) for title in page.items]
        found = part + found if backwards else found + part
        if not (page.has_previous if backwards else page.has_next):
            return found


async def test_details_of_a_search_come_in_the_order_of_the_titles(engine: AsyncEngine) -> None:
    tracks = await save(engine, ["b love", "a love", "c rain"])

    page = await tracks.list_tracks(TrackFilter("folk", "love"), TrackOrder.TITLE, Window(1))

    assert [track.title for track in page.items] == ["a love"]
    assert page.has_next


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("".join(map(chr, range(0x20000, 0x20000 + 500))), id="letters-of-four-bytes"),
        pytest.param("㍿" * 500, id="letters-that-fold-to-four"),
        pytest.param("a " * 250, id="many-words"),
        pytest.param("x" * 500, id="one-word"),
        pytest.param("!!!", id="no-word"),
    ],
)
async def test_the_longest_titles_can_be_stored_and_found(engine: AsyncEngine, title: str) -> None:
    tracks = await save(engine, [title])
    (words,) = fold_titles(pa.array([title])).to_pylist()
    search = words[:5].strip() or None

    page = await tracks.list_titles(TrackFilter("folk", search), Window(1))

    assert [track.title for track in page.items] == [title]
    assert len(words.encode()) <= MAX_BYTES
    assert words == words.strip()


def ascii_texts() -> list[str]:
    draw = random.Random(1)
    return ["".join(chr(draw.randrange(1, 128)) for _ in range(30)) for _ in range(200)]


async def test_queries_fold_as_titles_do() -> None:
    texts = [*ascii_texts(), "Café", "СТАРЫЙ мост", "①½"]

    folded = fold_titles(pa.array(texts)).to_pylist()

    assert [search_words(text) or [] for text in texts] == [text.split() for text in folded]


async def test_a_word_that_no_title_has_room_for_finds_nothing(engine: AsyncEngine) -> None:
    tracks = await save(engine, ["x" * 500])

    assert await tracks.count_tracks(TrackFilter("folk", "㍿" * 1000)) == 0
    assert await tracks.count_tracks(TrackFilter("folk", "x" * 501)) == 0


async def test_every_number_of_words_runs_the_same_statements(engine: AsyncEngine) -> None:
    tracks = await save(engine, ["a love song", "rain at night"])
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        runs = [await _statements(tracks, count, statements) for count in range(2, 11)]
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)

    assert len(runs[0]) > 2
    assert runs == [runs[0]] * 9


async def _statements(tracks: PostgresTracks, words: int, statements: list[str]) -> list[str]:
    statements.clear()
    wanted = TrackFilter("folk", " ".join(WORDS[:1] * words))
    await tracks.list_titles(wanted, Window(10))
    await tracks.count_tracks(wanted)
    return list(statements)
