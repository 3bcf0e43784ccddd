"""Fill a database with made-up classified tracks, for the benchmarks of queries.

The words in titles follow Zipf's law, like real ones: a few are in every tenth title, most in only
a handful. Genres are as skewed as the labels of the Million Song data.
"""

import io
import uuid

import asyncpg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from sqlalchemy.engine import make_url

from db.engine import create_engine
from db.migrations.migrate import migrate
from db.tracks.words import fold_titles

GENRES = {
    "classic pop and rock": 0.26,
    "pop": 0.18,
    "folk": 0.16,
    "metal": 0.13,
    "soul and reggae": 0.10,
    "punk": 0.08,
    "dance and electronica": 0.05,
    "jazz and blues": 0.04,
}
MODEL = "benchmark"
UNCERTAIN_BELOW = 0.5
COMMON_WORDS = (
    "The Love of You Me a in Night My to Heart and Time Café Down Live Day Home Rain Song"
)
VOCABULARY = 60_000
LONGEST_TITLE = 7
CHUNK_ROWS = 50_000
BATCH_ROWS = 10_000
COLUMNS = (
    "track_id",
    "title",
    "title_words",
    "predicted_genre",
    "confidence",
    "probabilities",
    "model_version",
    "batch_id",
    "line",
)


async def open_catalogue(url: str, rows: int, *, first: int = 1) -> None:
    """Create the tables in an empty database, fill it, then run VACUUM and ANALYZE."""
    engine = create_engine(url, statement_s=3600)
    await migrate(engine)
    await engine.dispose()
    place = make_url(url)
    connection = await asyncpg.connect(
        host=place.query["host"], port=5432, user=place.username, database=place.database
    )
    await fill_catalogue(connection, rows, first=first)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()


async def fill_catalogue(connection: asyncpg.Connection, rows: int, *, first: int = 1) -> None:
    """Add tracks `first` to `first + rows - 1`; the first rows do not depend on `rows`."""
    await connection.execute(
        "INSERT INTO model_versions (version, genres, uncertain_below) VALUES ($1, $2, $3) "
        "ON CONFLICT DO NOTHING",
        MODEL,
        list(GENRES),
        UNCERTAIN_BELOW,
    )
    for start in range(first, first + rows, CHUNK_ROWS):
        size = min(CHUNK_ROWS, first + rows - start)
        table = make_tracks(start, size)
        await _add_batches(connection, table)
        sink = pa.BufferOutputStream()
        csv.write_csv(table, sink, csv.WriteOptions(include_header=False))
        source = io.BytesIO(sink.getvalue())
        await connection.copy_to_table("tracks", source=source, columns=COLUMNS, format="csv")


def make_tracks(start: int, size: int) -> pa.Table:
    """Draw the tracks `start` to `start + size - 1`."""
    random = np.random.default_rng(start)
    titles = _titles(random, size)
    probabilities = random.dirichlet(np.full(len(GENRES), 0.4), size)
    genres = random.choice(len(GENRES), size, p=list(GENRES.values()))
    best = probabilities.argmax(axis=1)
    rows = np.arange(size)
    top, other = probabilities[rows, best], probabilities[rows, genres]
    probabilities[rows, best], probabilities[rows, genres] = other, top
    track_ids = np.arange(start, start + size)
    return pa.table(
        {
            "track_id": track_ids,
            "title": titles,
            "title_words": fold_titles(titles),
            "predicted_genre": pa.array(list(GENRES)).take(pa.array(genres)),
            "confidence": top.astype(np.float32),
            "probabilities": _array_literals(probabilities),
            "model_version": pa.repeat(MODEL, size),
            "batch_id": pa.array([str(batch_of(int(track_id))) for track_id in track_ids]),
            "line": track_ids % BATCH_ROWS + 2,
        }
    )


def batch_of(track_id: int) -> uuid.UUID:
    """Return the batch of a track."""
    return uuid.UUID(int=(4 << 76) + (2 << 62) + track_id // BATCH_ROWS)


def vocabulary() -> list[str]:
    """Return words by decreasing frequency: common words, then made-up ones."""
    syllables = [c + v for c in "bcdfghjklmnprstvwz" for v in "aeiou"]
    words = COMMON_WORDS.split()
    for number in range(VOCABULARY - len(words)):
        parts, rest = [], number + 90
        while rest:
            rest, digit = divmod(rest, len(syllables))
            parts.append(syllables[digit])
        words.append("".join(parts).capitalize())
    return words


def _titles(random: np.random.Generator, size: int) -> pa.StringArray:
    words = pa.array(vocabulary())
    weights = 1 / (np.arange(len(words)) + 8)
    ranks = random.choice(len(words), (size, LONGEST_TITLE), p=weights / weights.sum())
    lengths = random.choice(np.arange(1, LONGEST_TITLE + 1), size, p=_LENGTHS)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    flat = ranks[np.arange(LONGEST_TITLE) < lengths[:, None]]
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), words.take(pa.array(flat)))
    return pc.binary_join(lists, " ")


_LENGTHS = [0.10, 0.26, 0.27, 0.18, 0.10, 0.06, 0.03]


def _array_literals(probabilities: np.ndarray) -> pa.Array:
    flat = pa.array(probabilities.astype(np.float32).ravel()).cast(pa.string())
    offsets = pa.array(np.arange(0, flat.__len__() + 1, probabilities.shape[1]), pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, flat), ",")
    return pc.binary_join_element_wise("{", joined, "}", "")


async def _add_batches(connection: asyncpg.Connection, table: pa.Table) -> None:
    for batch_id in pc.unique(table["batch_id"]).to_pylist():
        await connection.execute(
            "INSERT INTO batches (id, file_name, status, model_version, finished_at) "
            "VALUES ($1, $2, 'DONE', $3, now()) ON CONFLICT DO NOTHING",
            batch_id,
            f"tracks-{batch_id[-6:]}.csv",
            MODEL,
        )
