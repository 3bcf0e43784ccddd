"""What it costs to remember which batches brought a track, by several designs.

`python -m benchmarks.memberships [--rows 100000] [--rounds 3] [--designs none] [--delete N]`

A batch of new tracks, the same tracks again, and again with other features; only storing is
measured. Each design is a database of its own; rounds alternate. CPU seconds are those of this
process and of the benchmark's Postgres. With `--delete`, batches of N tracks are deleted instead:
one whose tracks are deleted, and one whose tracks go back.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from db.batches.lifecycle import BatchLifecycle
from db.batches.records import NewBatch
from db.batches.removal import BatchRemovals
from db.embedded.server import embedded_postgres
from db.engine import create_engine, driver_of
from db.migrations.migrate import migrate
from db.records import ClassifiedTracks, ModelVersion, TrackFeatures
from db.tracks import copy
from db.tracks.copy import TrackRows, copy_rows, store_rows
from ml.columns import NUMBER_COLUMNS

CHUNK_ROWS = 5_000
GENRES = tuple(f"genre {number}" for number in range(8))
MODEL = ModelVersion("memberships", GENRES)
DROP = (
    "DROP TRIGGER keep_superseded ON tracks",
    "DROP TRIGGER keep_superseded_features ON track_features",
)
EACH_ROW = """
CREATE FUNCTION keep_row() RETURNS trigger AS $$
BEGIN
    INSERT INTO superseded_tracks (track_id, batch_id, line, title, title_words, predicted_genre,
        confidence, probabilities, model_version, classified_at, digest)
    SELECT OLD.track_id, OLD.batch_id, OLD.line, OLD.title, OLD.title_words, OLD.predicted_genre,
        OLD.confidence, OLD.probabilities, OLD.model_version, OLD.classified_at,
        (SELECT digest FROM track_features WHERE track_id = OLD.track_id);
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
"""
DESIGNS = {
    "history": (),
    "none": DROP,
    "trigger per row": (
        DROP[0],
        EACH_ROW,
        "CREATE TRIGGER keep_row AFTER UPDATE ON tracks FOR EACH ROW "
        "WHEN (OLD.batch_id IS DISTINCT FROM NEW.batch_id) EXECUTE FUNCTION keep_row()",
    ),
    "row per batch and track": (
        *DROP,
        "CREATE TABLE members (batch_id uuid, track_id bigint, PRIMARY KEY (batch_id, track_id))",
        "CREATE INDEX members_by_track ON members (track_id)",
    ),
    "array": (*DROP, "ALTER TABLE tracks ADD COLUMN earlier uuid[]"),
}
PLAIN_STORE = copy._STORE
ARRAY_STORE = PLAIN_STORE.replace(
    "SET\n", "SET earlier = coalesce(kept.earlier, '{}') || kept.batch_id,\n"
)


@dataclass
class Bench:
    """A database with one of the designs."""

    engine: AsyncEngine
    design: str
    folder: Path

    async def send(self, chunks: Sequence[TrackRows]) -> tuple[uuid.UUID, float, float]:
        """Store a batch; return its id, wall and CPU seconds."""
        batch = NewBatch(uuid.uuid4(), "benchmark.csv", MODEL, None)
        copy._STORE = ARRAY_STORE if self.design == "array" else PLAIN_STORE
        async with BatchLifecycle(self.engine, max_attempts=1).create(batch) as hold:
            await self.run("CHECKPOINT")
            wall, cpu = time.perf_counter(), self.cpu_s()
            for chunk in chunks:
                async with hold.connection.begin():
                    driver = await driver_of(hold.connection)
                    await driver.execute("SET LOCAL synchronous_commit = off")
                    await store_rows(driver, chunk, MODEL.version, batch.id)
                    if self.design == "row per batch and track":
                        rows = [(batch.id, track_id) for track_id in chunk.track_ids]
                        await driver.copy_records_to_table("members", records=rows)
            return batch.id, time.perf_counter() - wall, self.cpu_s() - cpu

    async def run(self, *statements: str) -> None:
        async with self.engine.connect() as connection:
            outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
            for statement in statements:
                await outside.execute(text(statement))

    async def scalar(self, statement: str) -> int:
        async with self.engine.connect() as connection:
            return int(await connection.scalar(text(statement)) or 0)

    def cpu_s(self) -> float:
        """CPU seconds of this process and of Postgres as far as it is still running."""
        postmaster = int((self.folder / "postmaster.pid").read_text().split()[0])
        server = psutil.Process(postmaster).children()
        return time.process_time() + sum(sum(child.cpu_times()[:2]) for child in server)


@asynccontextmanager
async def bench(url: str, folder: Path, design: str, number: int) -> AsyncIterator[Bench]:
    """Make a database with a design, and drop it at the end."""
    name = f"design{number}"
    outside = create_engine(url, statement_s=3600)
    await Bench(outside, design, folder).run(f"CREATE DATABASE {name}")
    own = create_engine(
        make_url(url).set(database=name).render_as_string(hide_password=False), statement_s=3600
    )
    await migrate(own)
    made = Bench(own, design, folder)
    await made.run(*DESIGNS[design])
    yield made
    await own.dispose()
    await Bench(outside, design, folder).run(f"DROP DATABASE {name} WITH (FORCE)")
    await outside.dispose()


def make_chunks(rows: int, seed: int) -> list[TrackRows]:
    """Make tracks with ids from 1; the seed decides predictions and features."""
    random, chunks = np.random.default_rng(seed), []
    for first in range(1, rows + 1, CHUNK_ROWS):
        ids = np.arange(first, min(first + CHUNK_ROWS, rows + 1))
        probabilities = random.dirichlet(np.ones(len(GENRES)), len(ids))
        numbers = random.random((len(ids), len(NUMBER_COLUMNS)))
        tags = pa.array(["love,rain,night,guitar,road,train"] * len(ids))
        tracks = ClassifiedTracks(
            lines=ids,
            track_ids=ids,
            titles=pa.array([f"The Title of Song {number}" for number in ids.tolist()]),
            predicted=probabilities.argmax(axis=1),
            probabilities=probabilities,
            features=TrackFeatures(tags, numbers, NUMBER_COLUMNS),
        )
        chunks.append(copy_rows(tracks, GENRES))
    return chunks


async def compare(url: str, folder: Path, designs: Sequence[str], rows: int, rounds: int) -> None:
    """Print the median CPU and wall seconds of each design."""
    one, other = make_chunks(rows, 1), make_chunks(rows, 2)
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for number in range(rounds * len(designs)):
        design = designs[(number + number // len(designs)) % len(designs)]
        async with bench(url, folder, design, number) as place:
            for step, chunks in (("new", one), ("again", one), ("changed", other)):
                _, wall, cpu = await place.send(chunks)
                found[design, step].append((cpu, wall))
                print(f"{design}, {step}: {cpu:.2f} CPU s, {wall:.2f} s", flush=True)
            size = await place.scalar("SELECT pg_database_size(current_database())")
            print(f"{design}: {size / 1e6:.0f} MB", flush=True)
    print("| design | step | CPU s | wall s |\n|---|---|---|---|")
    for (design, step), seconds in sorted(found.items()):
        cpu, wall = (statistics.median(column) for column in zip(*seconds, strict=True))
        print(f"| {design} | {step} | {cpu:.2f} | {wall:.2f} |")


async def delete(url: str, folder: Path, rows: int) -> None:
    """Delete a batch whose tracks go back, then the one that has them all."""
    async with bench(url, folder, "history", 0) as place:
        chunks = make_chunks(min(rows, 100_000), 1)
        sent, *_ = await place.send(chunks)
        first, second = await copy_to(place, sent, rows)
        for label, batch_id in (("go back", second), ("are deleted", first)):
            removals = BatchRemovals(place.engine)
            began = time.perf_counter()
            counts = await removals.preview(batch_id)
            seen = time.perf_counter() - began
            cpu, began = place.cpu_s(), time.perf_counter()
            await removals.remove(batch_id)
            wall, cpu = time.perf_counter() - began, place.cpu_s() - cpu
            print(f"{label}: {wall:.1f} s, {cpu:.1f} CPU s; {counts} took {seen:.2f} s", flush=True)


async def copy_to(place: Bench, sent: uuid.UUID, rows: int) -> tuple[uuid.UUID, uuid.UUID]:
    """Copy tracks until there are `rows`, then let a second batch take them all."""
    uploaded = await place.scalar("SELECT count(*) FROM tracks")
    for shift in range(uploaded, rows, uploaded):
        await place.run(
            "INSERT INTO tracks (track_id, title, title_words, predicted_genre, confidence, "
            "probabilities, model_version, batch_id, line) "
            f"SELECT track_id + {shift}, title, title_words, predicted_genre, confidence, "
            "probabilities, model_version, batch_id, line FROM tracks "
            f"WHERE track_id <= {uploaded}",
            "INSERT INTO track_features (track_id, digest, tags, numbers, spec_id) "
            f"SELECT track_id + {shift}, digest, tags, numbers, spec_id FROM track_features "
            f"WHERE track_id <= {uploaded}",
        )
    second, *_ = await place.send(make_chunks(1, 1))
    for first in range(0, rows, 10_000):
        await place.run(
            f"UPDATE tracks SET batch_id = '{second}', line = 1 "
            f"WHERE track_id > {first} AND track_id <= {first + 10_000}"
        )
    await place.run("VACUUM ANALYZE", "CHECKPOINT")
    return sent, second


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--designs", default=",".join(DESIGNS))
    parser.add_argument("--delete", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, embedded_postgres(Path(name)) as url:
        url = url.replace("//genre:@", "//postgres:@")  # makes databases and checkpoints
        folder = next(path.parent for path in Path(name).rglob("postmaster.pid"))
        if arguments.delete:
            asyncio.run(delete(url, folder, arguments.delete))
        else:
            designs = arguments.designs.split(",")
            asyncio.run(compare(url, folder, designs, arguments.rows, arguments.rounds))


if __name__ == "__main__":
    main()
