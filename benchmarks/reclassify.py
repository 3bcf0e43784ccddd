"""What reading stored tracks and replacing their predictions costs, without a model's work.

`python -m benchmarks.reclassify [--rows 1000000] [--pages 100]`
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.catalogue import GENRES, open_catalogue
from db.batches.transitions import COMMIT_WITHOUT_WAITING
from db.embedded.server import embedded_postgres
from db.engine import create_engine, create_sessions, driver_of
from db.model_versions import save_model
from db.records import ModelVersion
from db.tracks.reclassify import (
    PostgresStoredTracks,
    Unclassified,
    repredicted_rows,
    update_predictions,
)
from ml.columns import NUMBER_COLUMNS

MODEL = ModelVersion("again", tuple(GENRES))
FEATURES = text("""
INSERT INTO track_features (track_id, digest, tags, numbers, spec_id)
SELECT track_id, decode(md5(track_id::text), 'hex'), 'love,night,rain,street,dance,heart,road',
    decode(repeat('3ff0000000000000', :columns), 'hex'), (SELECT min(id) FROM feature_specs)
FROM tracks ORDER BY track_id
""")


async def measure(engine: AsyncEngine, pages: int) -> dict[str, float]:
    """Return the rows per second of each stage."""
    stored, wanted = PostgresStoredTracks(create_sessions(engine)), Unclassified(MODEL.version)
    seconds = dict.fromkeys(("read", "prepare", "write"), 0.0)
    random, rows, after = np.random.default_rng(0), 0, -1
    async with engine.connect() as connection:
        async with connection.begin():
            await connection.execute(save_model(MODEL))
        for _ in range(pages):
            began = time.perf_counter()
            page = await stored.read_page(wanted, NUMBER_COLUMNS, after=after)
            if page is None:
                break
            seconds["read"] += time.perf_counter() - began
            shares = random.dirichlet(np.full(len(GENRES), 0.4), len(page.track_ids))
            began = time.perf_counter()
            copied = repredicted_rows(page, shares.argmax(axis=1), shares, MODEL.genres)
            seconds["prepare"] += time.perf_counter() - began
            began = time.perf_counter()
            async with connection.begin():
                await connection.execute(COMMIT_WITHOUT_WAITING)
                driver = await driver_of(connection)
                rows += await update_predictions(driver, copied, MODEL.version)
            seconds["write"] += time.perf_counter() - began
            after = page.last_id
    seconds["one after the other"] = sum(seconds.values())
    return {stage: rows / taken for stage, taken in seconds.items()}


async def run(url: str, rows: int, pages: int) -> dict[str, float]:
    """Fill a database and measure."""
    await open_catalogue(url, rows)
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.execute(FEATURES, {"columns": len(NUMBER_COLUMNS)})
    found = await measure(engine, pages)
    await engine.dispose()
    return found


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as url:
        found = asyncio.run(run(url, arguments.rows, arguments.pages))
    print("| stage | rows per second |\n|---|---|")
    for stage, rate in found.items():
        print(f"| {stage} | {rate:,.0f} |")


if __name__ == "__main__":
    main()
