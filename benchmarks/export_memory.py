"""Peak memory and speed of exports by number of tracks, compared with Postgres's own COPY.

`python -m benchmarks.export_memory [--rows 10000 100000 1000000]`

The speed of `genre export` is measured from the first to the last byte of its file, without the
start of the process. Every tenth track is corrected.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy.engine import make_url

from benchmarks.catalogue import open_catalogue
from benchmarks.running_service import HEADERS, running_service
from db.embedded.server import embedded_postgres

EXPORT = (sys.executable, "-c", "from app.cli import main; main()", "export", "--out")
EVERY = 10
CORRECT = f"UPDATE tracks SET corrected_genre = 'punk' WHERE track_id % {EVERY} = 0"
COPY = """SELECT track_id, title, genre, predicted_genre, confidence, corrected_genre,
  model_version, classified_at FROM tracks ORDER BY track_id"""
COMMANDS = {
    "CSV": (),
    "Parquet": ("--format", "parquet"),
    "CSV, corrected": ("--corrected",),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One export."""

    seconds: float
    peak_mb: float


def run_command(folder: Path, out: Path, *options: str) -> Run:
    """Run `genre export` and watch its process and its file."""
    environment = {**os.environ, "GENRE_DATA_DIR": str(folder), "GENRE_LOG_LEVEL": "ERROR"}
    part, began, peak = out.with_name(f"{out.name}.part"), 0.0, 0
    with subprocess.Popen([*EXPORT, str(out), *options], env=environment) as child:
        process = psutil.Process(child.pid)
        while child.poll() is None:
            with contextlib.suppress(psutil.Error):
                peak = max(peak, process.memory_info().rss)
            if not began and part.exists():
                began = time.time()
            time.sleep(0.002)
    assert child.returncode == 0
    return Run(out.stat().st_mtime - began, peak / 1e6)


def run_download(folder: Path, out: Path) -> Run:
    """Fetch `/export.csv` with curl from a fresh service."""
    with running_service(GENRE_DATA_DIR=str(folder), GENRE_WORKER="false") as service:
        headers = [f"-H{name}: {value}" for name, value in HEADERS.items()]
        began = time.perf_counter()
        command = ["curl", "-sSf", *headers, "-o", str(out), f"{service.address}/export.csv"]
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - began
    return Run(seconds, service.peak_bytes / 1e6)


async def copy(url: str, out: Path) -> float:
    """Return how long COPY TO STDOUT takes for the same columns in the same order."""
    place = make_url(url)
    connection = await asyncpg.connect(
        host=place.query["host"], port=5432, user=place.username, database=place.database
    )
    began = time.perf_counter()
    with out.open("wb") as file:
        await connection.copy_from_query(COPY, output=file, format="csv")
    seconds = time.perf_counter() - began
    await connection.close()
    return seconds


async def fill(url: str, rows: int) -> None:
    """Make tracks and correct some."""
    await open_catalogue(url, rows)
    place = make_url(url)
    connection = await asyncpg.connect(
        host=place.query["host"], port=5432, user=place.username, database=place.database
    )
    await connection.execute(CORRECT)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()


def measure(rows: int) -> None:
    """Fill a database and print a line for each kind of export."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o711)  # the account that runs Postgres must reach it
        folder, out = place / "data", place / "out"
        with embedded_postgres(folder) as url:
            asyncio.run(fill(url, rows))
            run_command(folder, out)  # the first one reads from the disk
            copied = asyncio.run(copy(url, out))
            print_line(rows, "COPY TO STDOUT", Run(copied, 0), out, rows, copied)
            for kind, options in COMMANDS.items():
                run = run_command(folder, out, *options)
                count = rows // EVERY if "--corrected" in options else rows
                print_line(rows, kind, run, out, count, copied)
            print_line(rows, "`/export.csv`", run_download(folder, out), out, rows, copied)


def print_line(rows: int, kind: str, run: Run, out: Path, count: int, copied: float) -> None:
    """Print a line of the table; `copied` is the time COPY took for all rows."""
    rate = count / run.seconds
    peak = f"{run.peak_mb:.0f}" if run.peak_mb else ""
    size = out.stat().st_size / 1e6
    ratio = rate / (rows / copied)
    print(f"| {rows:,} | {kind} | {peak} | {size:,.1f} | {rate:,.0f} | {ratio:.2f} |", flush=True)


def main() -> None:
    """Measure each size on a fresh database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    arguments = parser.parse_args()
    print("| tracks | export | peak memory, MB | file, MB | rows/s | of COPY |")
    print("|---|---|---|---|---|---|")
    for rows in arguments.rows:
        measure(rows)


if __name__ == "__main__":
    main()
