"""The cost of each stage of classifying a file, one after another in a single thread.

`python -m benchmarks.stages [--rows 42800] [--chunk-mb 4] [--json FILE]`

CPU seconds are those of this process and, for the write, of Postgres too. The bound is the least
work that the stage can do.
"""

import argparse
import asyncio
import json
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import pyarrow.csv
from sqlalchemy.ext.asyncio import AsyncEngine
from threadpoolctl import threadpool_limits

from app.models.classified import to_classified, to_model_version
from db.batches.lifecycle import BatchLifecycle
from db.batches.records import NewBatch, ResumePoint
from db.batches.writer import ChunkWriter
from db.embedded.server import embedded_postgres
from db.engine import create_engine
from db.migrations.migrate import migrate
from ml.model.genre_model import GenreModel
from ml.reading.tracks_csv import read_tracks
from ml.sampling.generator import write_sample_csv
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.track import TrackChunk

T = TypeVar("T")


class Stopwatch:
    """Wall and CPU seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}

    def measure(self, stage: str, work: Callable[[], T]) -> T:
        """Run some work and add its time to a stage."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        self.add(stage, time.perf_counter() - wall, time.process_time() - cpu)
        return result

    def add(self, stage: str, wall: float, cpu: float) -> None:
        """Add seconds to a stage."""
        so_far = self.seconds.get(stage, (0.0, 0.0))
        self.seconds[stage] = (so_far[0] + wall, so_far[1] + cpu)


def read_and_predict(
    path: Path, chunk_bytes: int, genre_model: GenreModel, watch: Stopwatch
) -> list[TrackChunk]:
    """Read and predict every chunk."""
    kept = []
    with path.open("rb") as file:
        chunks = read_tracks(file, chunk_bytes=chunk_bytes)
        while (chunk := watch.measure("read, validate", lambda: next(chunks, None))) is not None:
            watch.measure("features, predict", lambda c=chunk: genre_model.predict(c.tracks))
            kept.append(chunk)
    return kept


def postgres_cpu_s() -> float:
    """CPU seconds of all living Postgres processes."""
    return sum(
        sum(process.cpu_times()[:2])
        for process in psutil.process_iter()
        if process.name() == "postgres"
    )


async def write(
    engine: AsyncEngine,
    chunks: list[TrackChunk],
    genre_model: GenreModel,
    watch: Stopwatch,
    keep_features: bool,
) -> None:
    """Store every chunk."""
    lifecycle = BatchLifecycle(engine, max_attempts=1)
    model = to_model_version(genre_model)
    classified = [
        to_classified(c.tracks, genre_model.predict(c.tracks), keep_features=keep_features)
        for c in chunks
    ]
    batch = NewBatch(uuid.uuid4(), "benchmark.csv", model, None)
    async with lifecycle.create(batch) as hold:
        writer = ChunkWriter(lifecycle, hold, model)
        wall, cpu = time.perf_counter(), time.process_time() + postgres_cpu_s()
        for tracks in classified:
            await writer.save_chunk(writer.prepare(tracks), [], ResumePoint(0, 0))
        stage = "write" if keep_features else "write without features"
        watch.add(stage, time.perf_counter() - wall, time.process_time() + postgres_cpu_s() - cpu)
        await lifecycle.finish(hold)


async def measure_write(
    chunks: list[TrackChunk], genre_model: GenreModel, watch: Stopwatch, keep_features: bool
) -> None:
    """Store every chunk in a fresh Postgres."""
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as url:
        engine = create_engine(url, statement_s=3600)
        await migrate(engine)
        await write(engine, chunks, genre_model, watch, keep_features)
        await engine.dispose()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=42_800)
    parser.add_argument("--chunk-mb", type=int, default=4)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    genre_model, watch = load_model(SHIPPED_MODEL_DIR, threads=1).model, Stopwatch()
    threadpool_limits(1, user_api="blas")  # as the service does
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracks.csv"
        write_sample_csv(path, arguments.rows, seed=1)
        options = pyarrow.csv.ReadOptions(use_threads=False)
        watch.measure("bound: Arrow reads", lambda: pyarrow.csv.read_csv(path, options))
        chunks = read_and_predict(path, arguments.chunk_mb << 20, genre_model, watch)
    for keep_features in (True, False):
        asyncio.run(measure_write(chunks, genre_model, watch, keep_features))
    aside = ("bound: Arrow reads", "write without features")
    total = sum(cpu for stage, (_, cpu) in watch.seconds.items() if stage not in aside)
    print("| stage | wall s | CPU s | share of CPU | rows per CPU second |\n|---|---|---|---|---|")
    for stage, (wall, cpu) in watch.seconds.items():
        share = "" if stage in aside else f"{cpu / total:.0%}"
        print(f"| {stage} | {wall:.2f} | {cpu:.2f} | {share} | {arguments.rows / cpu:,.0f} |")
    if arguments.json:
        stages = {stage: {"wall_s": s[0], "cpu_s": s[1]} for stage, s in watch.seconds.items()}
        arguments.json.write_text(json.dumps(stages))


if __name__ == "__main__":
    main()
