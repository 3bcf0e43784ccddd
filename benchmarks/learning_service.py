"""Measure learning through the service: questions, lessons and learned models, by catalogue size.

    python -m benchmarks.learning_service --rows 10000 1000000 --answers 100 500 1000 5000

Made-up tracks are uploaded once and multiplied in SQL with new ids and their features, so a million
take minutes to store and about 2 GB on disk. Answers repeat the model's predictions.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import psycopg
from sqlalchemy.engine import make_url

from benchmarks.running_service import RunningService, running_service
from db.embedded.server import embedded_postgres
from ml.sampling.generator import write_sample_csv

UPLOADED = 10_000
REPEATS = 3
QUEUE = "{ reviewQueue(first: 10) { trackId title suggestions(first: 3) { genre } } }"
LEARN = "mutation { learnFromCorrections { version answers changedTracks } }"
LEARNING = "{ learning { answers accuracyAfter nextTenGain } }"
_TRACKS = """
INSERT INTO tracks (track_id, title, title_words, predicted_genre, confidence, probabilities,
    model_version, batch_id, line)
SELECT track_id + {shift}, title, title_words, predicted_genre, confidence, probabilities,
    model_version, batch_id, line
FROM tracks WHERE track_id <= {rows}
"""
_FEATURES = """
INSERT INTO track_features (track_id, digest, tags, numbers, spec_id)
SELECT track_id + {shift}, digest, tags, numbers, spec_id
FROM track_features WHERE track_id <= {rows}
"""
_ANSWER = """
INSERT INTO corrections (track_id, genre, title, predicted_genre, model_version, corrected_by)
SELECT track_id, predicted_genre, title, predicted_genre, model_version, 'benchmark'
FROM tracks WHERE corrected_genre IS NULL ORDER BY hashint8(track_id + 1) LIMIT %s
"""


def main() -> None:
    """Print a table of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 200_000, 1_000_000])
    parser.add_argument("--answers", type=int, nargs="+", default=[100, 500, 1_000, 5_000])
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_postgres(Path(folder)) as url,
        running_service(GENRE_DATA_DIR=folder) as service,
        httpx.Client(timeout=120) as client,
    ):
        upload_sample(service)
        with _connect(url) as database:
            print("| catalogue | answers | what | s |\n|---|---|---|---|")
            for rows in options.rows:
                multiply(database, rows)
                measure_questions(service, client, database, rows)
            for answers in options.answers:
                measure_lessons(service, client, database, answers)
        print(f"\nPeak memory of the service: {service.peak_bytes / 1e6:,.0f} MB")


def upload_sample(service: RunningService) -> None:
    """Classify made-up tracks."""
    with tempfile.NamedTemporaryFile("w", newline="", suffix=".csv") as file:
        write_sample_csv(file, rows=UPLOADED, seed=1)
        file.flush()
        service.upload(Path(file.name))


def multiply(database: psycopg.Connection[Any], rows: int) -> None:
    """Copy the uploaded tracks under new ids until there are `rows`."""
    stored = _count(database, "SELECT count(*) FROM tracks")
    for shift in range(stored, rows, UPLOADED):
        for statement in (_TRACKS, _FEATURES):
            database.execute(statement.format(shift=shift, rows=min(UPLOADED, rows - shift)))
    database.execute("VACUUM ANALYZE tracks")


def measure_questions(
    service: RunningService, client: httpx.Client, database: psycopg.Connection[Any], rows: int
) -> None:
    """Ask for questions: first, again, and after each answer."""
    name = f"{rows:,}"
    _row(name, 0, "reviewQueue, cold", [_time(lambda: service.ask(client, QUEUE))])
    _row(name, 0, "reviewQueue, again", _times(lambda: service.ask(client, QUEUE)))
    after = []
    for _ in range(REPEATS):
        database.execute(_ANSWER, (1,))
        after.append(_time(lambda: service.ask(client, QUEUE)))
    _row(name, REPEATS, "reviewQueue, after an answer", after)
    database.execute("DELETE FROM corrections")


def measure_lessons(
    service: RunningService, client: httpx.Client, database: psycopg.Connection[Any], answers: int
) -> None:
    """Learn from so many answers, and ask what depends on them."""
    total = f"{_count(database, 'SELECT count(*) FROM tracks'):,}"
    database.execute(_ANSWER, (answers - _count(database, "SELECT count(*) FROM corrections"),))
    _row(total, answers, "learn", [_time(lambda: service.ask(client, LEARN))])
    _row(total, answers, "learning", _times(lambda: service.ask(client, LEARNING)))
    _row(total, answers, "reviewQueue", [_time(lambda: service.ask(client, QUEUE))])


def _connect(url: str) -> psycopg.Connection[Any]:
    place = make_url(url)
    return psycopg.connect(
        host=place.query["host"], user=place.username, dbname=place.database, autocommit=True
    )


def _count(database: psycopg.Connection[Any], statement: str) -> int:
    row = database.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def _times(ask: Callable[[], object]) -> list[float]:
    return [_time(ask) for _ in range(REPEATS)]


def _time(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _row(catalogue: str, answers: int, what: str, seconds: Sequence[float]) -> None:
    print(f"| {catalogue} | {answers:,} | {what} | {statistics.median(seconds):.2f} |", flush=True)


if __name__ == "__main__":
    main()
