"""From upload to stored rows over HTTP, compared with the reference's method in the same run.

`python -m benchmarks.end_to_end [--rows 42800] [--repeat 3] [--json FILE]`
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.running_service import RunningService, running_service
from db.embedded.server import embedded_postgres
from ml.sampling.generator import write_sample_csv

SMALL = 428


def time_upload(service: RunningService, path: Path, repeat: int) -> list[float]:
    """Send a file several times and return the seconds each upload took."""
    seconds = []
    for _ in range(repeat):
        began = time.perf_counter()
        service.upload(path)
        seconds.append(time.perf_counter() - began)
    return seconds


def measure_reference(path: Path, models: Path) -> dict[str, float]:
    """Classify a file with the reference's method, in a separate process with its own Postgres."""
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as url:
        sync_url = url.replace("postgresql+asyncpg", "postgresql+psycopg")
        command = [sys.executable, "-m", "benchmarks.reference_method", models, path, sync_url]
        output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    measured: dict[str, float] = json.loads(output)
    return measured


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=42_800)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large = folder / "small.csv", folder / "large.csv"
        write_sample_csv(small, SMALL, seed=1)
        write_sample_csv(large, arguments.rows, seed=1)
        subprocess.run([sys.executable, "-m", "benchmarks.reference_method", folder], check=True)
        with running_service() as service:
            time_upload(service, small, 2)  # warm
            small_s = statistics.median(time_upload(service, small, 15))
            large_s = statistics.median(time_upload(service, large, arguments.repeat))
        reference_small = measure_reference(small, folder)
        reference_large = measure_reference(large, folder)
    rows = arguments.rows
    print("| | reference's method | this service | ratio |\n|---|---|---|---|")
    ours, theirs = small_s * 1000, reference_small["seconds"] * 1000
    print(f"| {SMALL} rows, ms | {theirs:.0f} | {ours:.0f} | {theirs / ours:.1f} |")
    ours, theirs = rows / large_s, rows / reference_large["seconds"]
    print(f"| {rows:,} rows, rows/s | {theirs:,.0f} | {ours:,.0f} | {ours / theirs:.1f} |")
    ours, theirs = service.peak_bytes / 1e6, reference_large["peak_bytes"] / 1e6
    print(f"| peak memory, MB | {theirs:,.0f} | {ours:,.0f} | {theirs / ours:.1f} |")
    if arguments.json:
        found = {
            "service": {"rows_per_s": rows / large_s, "peak_mb": service.peak_bytes / 1e6},
            "reference": {
                "rows_per_s": rows / reference_large["seconds"],
                "peak_mb": reference_large["peak_bytes"] / 1e6,
            },
        }
        arguments.json.write_text(json.dumps(found))
    print(f"\nReady {service.ready_s:.1f} s after the start.")


if __name__ == "__main__":
    main()
