"""Classify stored tracks again over HTTP: speed, memory, and queries meanwhile.

`python -m benchmarks.reclassify [--rows 200000] [--million] [--json FILE]`

A file is uploaded, and its tracks copied until there are enough. Then all look as if an older model
had classified them: another version and confidence, and one genre in seven differs.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
from sqlalchemy.engine import make_url

from app.config.credentials import hash_secret
from benchmarks.running_service import RunningService, running_service
from db.embedded.server import embedded_postgres
from ml.sampling.generator import write_sample_csv

UPLOADED_ROWS = 100_000
CLIENTS = f"test:{hash_secret('test')}"
RECLASSIFY = "mutation { reclassify { id } }"
STATUS = '{{ batch(id: "{}") {{ status rowsTotal rowsStored rowsRejected }} }}'
GENRES = "{ genres { name trackCount } }"
QUERY_INTERVAL_S = 0.05
COPY_TRACKS = """
INSERT INTO tracks (track_id, title, title_words, predicted_genre, confidence, probabilities,
    model_version, batch_id, line)
SELECT track_id + $1, title, title_words, predicted_genre, confidence, probabilities,
    model_version, batch_id, line
FROM tracks WHERE track_id <= $2
"""
COPY_FEATURES = """
INSERT INTO track_features (track_id, digest, tags, numbers, spec_id)
SELECT track_id + $1, digest, tags, numbers, spec_id FROM track_features WHERE track_id <= $2
"""
AGE = """
UPDATE tracks SET model_version = 'older', confidence = confidence * 0.9,
    predicted_genre = CASE WHEN track_id % 7 = 0 THEN 'polka' ELSE predicted_genre END
"""


@dataclass
class Queries:
    """Asks for the genres again and again, beside the work."""

    service: RunningService
    seconds: list[float] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Ask until stopped."""
        with httpx.Client(timeout=60) as client:
            while not self.stopped.wait(QUERY_INTERVAL_S):
                began = time.perf_counter()
                self.service.ask(client, GENRES)
                self.seconds.append(time.perf_counter() - began)


async def fill(url: str, rows: int, uploaded: int) -> None:
    """Copy tracks until there are `rows`, and make them look older."""
    place = make_url(url)
    connection = await asyncpg.connect(
        host=place.query["host"], user="postgres", database=place.database
    )
    await connection.execute("INSERT INTO model_versions VALUES ('older', '{folk,polka}')")
    for copied in range(uploaded, rows, uploaded):
        size = min(uploaded, rows - copied)
        await connection.execute(COPY_TRACKS, copied, size)
        await connection.execute(COPY_FEATURES, copied, size)
    await connection.execute(AGE)
    await connection.execute("VACUUM (FULL, ANALYZE) tracks")
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
    await connection.close()


def reclassify(service: RunningService) -> dict[str, int]:
    """Classify all tracks again, and return the batch when it has ended."""
    with httpx.Client(timeout=60) as client:
        batch_id = service.ask(client, RECLASSIFY)["reclassify"]["id"]
        while True:
            batch: dict[str, int] = service.ask(client, STATUS.format(batch_id))["batch"]
            if batch["status"] not in ("QUEUED", "RUNNING"):
                assert batch["status"] == "DONE", batch
                return batch
            time.sleep(0.1)


def measure(url: str, rows: int) -> dict[str, float]:
    """Upload, copy, age and classify again."""
    uploaded = min(rows, UPLOADED_ROWS)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_service(GENRE_DATABASE_URL=url, GENRE_CLIENTS=CLIENTS) as service,
    ):
        path = Path(folder) / "tracks.csv"
        write_sample_csv(path, uploaded, seed=1)
        began = time.perf_counter()
        service.upload(path)
        upload_s = time.perf_counter() - began
        upload_peak, service.peak_bytes = service.peak_bytes, 0
        asyncio.run(fill(url, rows, uploaded))
        queries = Queries(service)
        asking = threading.Thread(target=queries.run)
        asking.start()
        began = time.perf_counter()
        batch = reclassify(service)
        again_s = time.perf_counter() - began
        queries.stopped.set()
        asking.join()
    assert batch["rowsStored"] == rows, batch
    latencies = statistics.quantiles(queries.seconds, n=100)
    return {
        "rows": rows,
        "upload_rows_per_s": uploaded / upload_s,
        "rows_per_s": rows / again_s,
        "upload_peak_mb": upload_peak / 1e6,
        "peak_mb": service.peak_bytes / 1e6,
        "genres_p50_ms": latencies[49] * 1000,
        "genres_p99_ms": latencies[98] * 1000,
    }


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--million", action="store_true", help="the same as --rows 1000000")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = 1_000_000 if arguments.million else arguments.rows
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as url:
        found = measure(url, rows)
    ratio = found["rows_per_s"] / found["upload_rows_per_s"]
    print(f"{rows:,} tracks: {found['rows_per_s']:,.0f} rows/s, {ratio:.2f} times an upload's rate")
    print(
        f"upload: {found['upload_rows_per_s']:,.0f} rows/s, peak {found['upload_peak_mb']:.0f} MB"
    )
    print(f"peak memory: {found['peak_mb']:.0f} MB")
    print(
        f"genres meanwhile: p50 {found['genres_p50_ms']:.0f}, p99 {found['genres_p99_ms']:.0f} ms"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
