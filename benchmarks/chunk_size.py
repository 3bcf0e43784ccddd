"""Speed and memory by `GENRE_CHUNK_BYTES`, the amount of a file classified at a time.

`python -m benchmarks.chunk_size [--rows 42800] [--mib 1 2 4 8 16] [--repeat 3] [--json FILE]`
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.running_service import running_service
from ml.sampling.generator import write_sample_csv

SMALL_ROWS = 428


def measure(path: Path, small: Path, mib: int, repeat: int) -> tuple[float, float]:
    """Return an upload's median seconds and peak memory in MB, using a fresh service."""
    with running_service(GENRE_CHUNK_BYTES=str(mib << 20)) as service:
        service.upload(small)  # warm
        seconds = []
        for _ in range(repeat):
            began = time.perf_counter()
            service.upload(path)
            seconds.append(time.perf_counter() - began)
    return statistics.median(seconds), service.peak_bytes / 1e6


def main() -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=42_800)
    parser.add_argument("--mib", type=int, nargs="+", default=[1, 2, 4, 8, 16])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    table = []
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "tracks.csv", Path(folder) / "small.csv"
        write_sample_csv(path, arguments.rows, seed=1)
        write_sample_csv(small, SMALL_ROWS, seed=2)
        for mib in arguments.mib:
            seconds, peak = measure(path, small, mib, arguments.repeat)
            table.append({"mib": mib, "rows_per_s": arguments.rows / seconds, "peak_mb": peak})
    first = table[0]
    print("| chunk, MiB | rows/s | ratio | peak memory, MB | ratio |\n|---|---|---|---|---|")
    for cells in table:
        speed, peak = cells["rows_per_s"], cells["peak_mb"]
        print(
            f"| {cells['mib']} | {speed:,.0f} | {speed / first['rows_per_s']:.2f} "
            f"| {peak:.0f} | {peak / first['peak_mb']:.2f} |"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(table))


if __name__ == "__main__":
    main()
