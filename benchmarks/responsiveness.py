"""How long a small query waits while a long file is being classified.

`python -m benchmarks.responsiveness [--rows 100000] [--uploads 3]`
"""

import argparse
import statistics
import tempfile
import threading
import time
from pathlib import Path

import httpx

from benchmarks.running_service import RunningService, running_service
from ml.sampling.generator import write_sample_csv

QUERY = "{ genres { name trackCount } }"
PAUSE_S = 0.02


def latencies_ms(
    service: RunningService, until: threading.Thread | None, count: int
) -> list[float]:
    """Query repeatedly while `until` runs, or `count` times."""
    found: list[float] = []
    with httpx.Client() as client:
        while until.is_alive() if until else len(found) < count:
            began = time.perf_counter()
            service.ask(client, QUERY)
            found.append((time.perf_counter() - began) * 1000)
            time.sleep(PAUSE_S)
    return found


def main() -> None:
    """Measure idle, then during an upload."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--uploads", type=int, default=3, help="one after the other")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_service() as service:
        path = Path(folder) / "tracks.csv"
        write_sample_csv(path, arguments.rows, seed=1)
        idle = latencies_ms(service, None, 300)
        upload = threading.Thread(
            target=lambda: [service.upload(path) for _ in range(arguments.uploads)]
        )
        upload.start()
        busy = latencies_ms(service, upload, 0)
    print("| | queries | p50, ms | p99, ms | longest, ms |\n|---|---|---|---|---|")
    for name, found in (("idle", idle), (f"while {arguments.rows:,} rows are classified", busy)):
        p99 = statistics.quantiles(found, n=100)[98]
        print(
            f"| {name} | {len(found)} | {statistics.median(found):.1f} | {p99:.1f} "
            f"| {max(found):.1f} |"
        )


if __name__ == "__main__":
    main()
