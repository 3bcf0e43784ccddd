"""Peak memory of the service's process by number of rows.

`python -m benchmarks.memory [--rows 10000 100000 1000000] [--json FILE]`
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from benchmarks.running_service import running_service
from ml.sampling.generator import write_sample_csv


def main() -> None:
    """Measure each size with a fresh service."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 42_800, 100_000, 1_000_000])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    table = []
    print(
        "| rows | file, MB | rows/s | peak memory, MB | against the first |\n|---|---|---|---|---|"
    )
    first = 0.0
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as folder, running_service() as service:
            path = Path(folder) / "tracks.csv"
            write_sample_csv(path, rows, seed=1)
            began = time.perf_counter()
            service.upload(path)
            seconds = time.perf_counter() - began
            size, peak = path.stat().st_size / 1e6, service.peak_bytes / 1e6
        first = first or peak
        table.append({"rows": rows, "file_mb": size, "peak_mb": peak, "rows_per_s": rows / seconds})
        print(
            f"| {rows:,} | {size:,.0f} | {rows / seconds:,.0f} | {peak:.0f} | {peak / first:.2f} |",
            flush=True,
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(table))


if __name__ == "__main__":
    main()
