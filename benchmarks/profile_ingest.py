"""Where the service spends its time while it classifies a file, according to py-spy.

`python -m benchmarks.profile_ingest [--rows 42800] [--gil] [--flamegraph FILE.svg]`

`--gil` counts only samples in which a thread holds the interpreter lock, which only one can do at a
time. py-spy samples without pausing the process, so a few stacks are inconsistent.
"""

import argparse
import collections
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.running_service import RunningService, running_service
from ml.sampling.generator import write_sample_csv

UPLOADS = 3
SAMPLES_PER_S = 400
SHOWN = 20


def record(service: RunningService, path: Path, output: Path, *options: str) -> None:
    """Profile some uploads into `output`."""
    command = ["py-spy", "record", "--pid", str(service.process.pid), "--output", str(output)]
    command += ["--rate", str(SAMPLES_PER_S), "--nonblocking", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as spy:
        time.sleep(1)  # py-spy reads the process's symbols first
        for _ in range(UPLOADS):
            service.upload(path)
        spy.send_signal(signal.SIGINT)


def print_table(raw: str) -> None:
    """Print the functions most often at the top of the stack."""
    seen: collections.Counter[str] = collections.Counter()
    for line in raw.splitlines():
        stack, count = line.rsplit(" ", 1)
        seen[re.sub(r":\d+\)$", ")", stack.split(";")[-1])] += int(count)
    total = sum(seen.values())
    print(f"{total / SAMPLES_PER_S / UPLOADS:.2f} s an upload\n")
    print("| function | share |\n|---|---|")
    for function, count in seen.most_common(SHOWN):
        print(f"| `{function}` | {count / total:.1%} |")


def main() -> None:
    """Profile and print the table; a flame graph comes from a second round of uploads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=42_800)
    parser.add_argument("--gil", action="store_true")
    parser.add_argument("--flamegraph", type=Path)
    arguments = parser.parse_args()
    options = ["--gil"] if arguments.gil else []
    with tempfile.TemporaryDirectory() as folder, running_service() as service:
        path, raw = Path(folder) / "tracks.csv", Path(folder) / "stacks.txt"
        write_sample_csv(path, arguments.rows, seed=1)
        service.upload(path)  # warm
        record(service, path, raw, "--format", "raw", *options)
        if arguments.flamegraph:
            record(service, path, arguments.flamegraph, "--format", "flamegraph", *options)
        print_table(raw.read_text())


if __name__ == "__main__":
    main()
