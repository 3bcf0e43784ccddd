"""How uploads share the cores: two long ones at once, and small ones alongside long ones.

`python -m benchmarks.fairness [--rows 42800] [--long-rows 100000] [--repeat 3]`
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks.running_service import RunningService, running_service
from ml.sampling.generator import write_sample_csv

SMALL = 428
SMALL_ALONE = 15
BATCHES = "{ batches(first: 1000) { nodes { id status rowsReceived } } }"
POLL_S = 0.05

Long = Callable[[], bool]
"""Tells whether the work that was started is still running."""


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure_together(service: RunningService, paths: Sequence[Path]) -> list[float]:
    """Send files at the same time, and return the seconds of each."""
    with ThreadPoolExecutor(len(paths)) as clients:
        return list(clients.map(lambda path: timed(lambda: service.upload(path)), paths))


def measure_beside(service: RunningService, small: Path, is_long_there: Long) -> list[float]:
    """Send a small file repeatedly while long ones are read; return the seconds of each."""
    seconds = []
    while is_long_there():
        seconds.append(timed(lambda: service.upload(small)))
    return seconds[:-1]  # the long ones may have ended during the last one


def uploading(service: RunningService, path: Path) -> Long:
    """Send a file with a client that waits for it, and return once its rows are being read."""
    known = {batch["id"] for batch in batches(service)}
    client = threading.Thread(target=service.upload, args=(path,))
    client.start()
    wait_until(lambda: any(it["id"] not in known and it["rowsReceived"] for it in batches(service)))
    return client.is_alive


def in_background(service: RunningService, path: Path, copies: int) -> Long:
    """Start background batches of a file, and return once all of them are being read."""
    ids = {service.queue(path) for _ in range(copies)}

    def states() -> list[str]:
        return [batch["status"] for batch in batches(service) if batch["id"] in ids]

    wait_until(lambda: states() == ["RUNNING"] * copies)
    return lambda: "DONE" not in states()


def batches(service: RunningService) -> list[dict[str, str]]:
    """Return the state of all batches."""
    with httpx.Client() as client:
        found: list[dict[str, str]] = service.ask(client, BATCHES)["batches"]["nodes"]
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    """Poll until a condition holds."""
    while not condition():
        time.sleep(POLL_S)


def print_pairs(paths: Sequence[Path], repeat: int) -> None:
    """Print how long two files take alone and together."""
    print("| | first, s | second, s | slower : faster | together : sum of alone |")
    print("|---|---|---|---|---|")
    with running_service() as service:
        for path in paths:
            service.upload(path)  # warm; from now on its tracks are rewritten
        alone = [
            statistics.median(timed(lambda path=path: service.upload(path)) for _ in range(repeat))  # type: ignore[misc]
            for path in paths
        ]
        print(f"| alone, median of {repeat} | {alone[0]:.2f} | {alone[1]:.2f} | | |")
        for _ in range(repeat):
            seconds = measure_together(service, paths)
            print(
                f"| together | {seconds[0]:.2f} | {seconds[1]:.2f} "
                f"| {max(seconds) / min(seconds):.2f} | {max(seconds) / sum(alone):.2f} |"
            )


def print_small(small: Path, long: Path) -> None:
    """Print how long a small file takes alone and alongside long ones."""
    print("\n| 428 rows | uploads | median, ms | longest, ms | median : alone |")
    print("|---|---|---|---|---|")
    alone = []
    for limit, name, start in (
        (2, "alongside an upload", lambda it: uploading(it, long)),
        (2, "alongside one in the background", lambda it: in_background(it, long, 1)),
        (2, "alongside two in the background", lambda it: in_background(it, long, 2)),
        (1, "limit of 1, alongside one in the background", lambda it: in_background(it, long, 1)),
    ):
        with running_service(GENRE_MAX_RUNNING_BATCHES=str(limit)) as service:
            service.upload(small)  # warm
            alone = alone or [
                timed(lambda it=service: it.upload(small)) for _ in range(SMALL_ALONE)
            ]  # type: ignore[misc]
            if name == "alongside an upload":
                print_row("alone", alone, alone)
            print_row(name, measure_beside(service, small, start(service)), alone)


def print_row(name: str, seconds: Sequence[float], alone: Sequence[float]) -> None:
    """Print a row of the second table."""
    median = statistics.median(seconds)
    print(
        f"| {name} | {len(seconds)} | {median * 1000:.0f} | {max(seconds) * 1000:.0f} "
        f"| {median / statistics.median(alone):.1f} |"
    )


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=42_800)
    parser.add_argument("--long-rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        files, next_id = [], 1
        for rows in (arguments.rows, arguments.rows, arguments.long_rows, SMALL):
            path = Path(name) / f"{next_id}.csv"
            write_sample_csv(path, rows, seed=len(files), first_track_id=next_id)
            next_id += rows  # no track is in two files
            files.append(path)
        print_pairs(files[:2], arguments.repeat)
        print_small(files[3], files[2])


if __name__ == "__main__":
    main()
