"""Time from the start of `genre serve` until /readyz first returns 200.

`python -m benchmarks.time_to_ready [--runs 7]`: on an empty data folder, then on one that exists.
"""

import argparse
import contextlib
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.running_service import HEADERS, SERVE, free_port

LIBRARIES = (sys.executable, "-c", "import lightgbm, pandas")
"""The imports that any service with this model needs, as `python -c`: the unit of the ratio."""
NOTHING = (sys.executable, "-c", "pass")


@dataclass(frozen=True, slots=True)
class Start:
    """One start: wall time, and CPU time of the process and the processes it waited for."""

    wall_s: float
    cpu_s: float


def main() -> None:
    """Measure all kinds of start alternately, so that each sees the same load on the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        kinds: dict[str, Callable[[], Start]] = {
            "bare Python": lambda: ended(NOTHING),
            "`import lightgbm, pandas`": lambda: ended(LIBRARIES),
            "`genre --help`": lambda: ended((*SERVE[:-1], "--help")),
            "ready, empty folder": ready_in_new_folder,
            "ready, existing folder": lambda: ready(Path(kept)),
        }
        ready(Path(kept))
        starts: dict[str, list[Start]] = {name: [] for name in kinds}
        for _ in range(arguments.runs):
            for name, start in kinds.items():
                starts[name].append(start())
    _print_table(starts)


def ended(command: tuple[str, ...]) -> Start:
    """Run a command to its end."""
    began = time.perf_counter()
    with psutil.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Start(time.perf_counter() - began, usage.ru_utime + usage.ru_stime)


def ready_in_new_folder() -> Start:
    """Start the service on an empty folder: it creates the cluster and the tables."""
    with tempfile.TemporaryDirectory() as folder:
        return ready(Path(folder))


def ready(folder: Path) -> Start:
    """Start the service on a folder, wait until it is ready, and stop it."""
    port = free_port()
    environment = {
        **os.environ,
        "GENRE_DATA_DIR": str(folder),
        "GENRE_PORT": str(port),
        "GENRE_LOG_LEVEL": "ERROR",
    }
    began = time.perf_counter()
    with _ending(psutil.Popen(SERVE, env=environment)) as process:
        while not _is_ready(port):
            if process.poll() is not None:
                raise RuntimeError("the service ended before it was ready")
            time.sleep(0.005)
        wall_s = time.perf_counter() - began
        times = process.cpu_times()
    return Start(wall_s, times.user + times.system + times.children_user + times.children_system)


@contextlib.contextmanager
def _ending(process: psutil.Popen) -> Iterator[psutil.Popen]:
    with process:
        try:
            yield process
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()


def _is_ready(port: int) -> bool:
    """Send a minimal request: an httpx client would take time on the core being measured."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.request("GET", "/readyz", headers=HEADERS)
        return connection.getresponse().status == 200
    return False


def _print_table(starts: dict[str, list[Start]]) -> None:
    unit = statistics.median(start.cpu_s for start in starts["`import lightgbm, pandas`"])
    print("| | median, s | least, s | CPU, median, s | CPU : import |\n|---|---|---|---|---|")
    for name, runs in starts.items():
        wall = [run.wall_s for run in runs]
        cpu_s = statistics.median(run.cpu_s for run in runs)
        print(
            f"| {name} | {statistics.median(wall):.2f} | {min(wall):.2f} | {cpu_s:.2f} "
            f"| {cpu_s / unit:.2f} |"
        )


if __name__ == "__main__":
    main()
