"""How fast files with irregular quotes are read, compared with the same tracks without faults.

`python -m benchmarks.irregular_csv [--rows 10000] [--repeats 5]`

Every block of a faulty file has a fault, so the whole file is read record by record. The last
column compares with Python's `csv.reader`, which only splits cells and reports nothing.
"""

import argparse
import csv
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ml.reading.tracks_csv import read_tracks
from ml.sampling.generator import write_sample_csv

FAULT_EVERY = 100
"""Number of rows: about 0.2 MB, far less than a block."""


def sample_rows(rows: int) -> list[list[str]]:
    """Return the header and the rows of made-up tracks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracks.csv"
        write_sample_csv(path, rows, seed=1)
        return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


def written(rows: list[list[str]], fault: Callable[[list[str]], list[str]] | None) -> bytes:
    """Write rows as CSV, with a fault in some lines."""
    lines = []
    for number, row in enumerate(rows):
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="").writerow(row)
        cells = buffer.getvalue()
        if fault and number % FAULT_EVERY == 1:
            cells = ",".join(fault(row))
        lines.append(cells)
    return ("\n".join(lines) + "\n").encode()


def stray_quote(row: list[str]) -> list[str]:
    """Put a quote into the title, as in `12" mix`."""
    return [row[0], '12" mix', f'"{row[2]}"', *row[3:]]


def forgotten_quote(row: list[str]) -> list[str]:
    """Open a quote that does not close."""
    return [row[0], '"mix', f'"{row[2]}"', *row[3:]]


def text_after_quote(row: list[str]) -> list[str]:
    """Close a quote before the cell ends."""
    return [row[0], '"mix" tape', f'"{row[2]}"', *row[3:]]


def bare_return(row: list[str]) -> list[str]:
    """Put a CR into a cell."""
    return [row[0], "one\rtwo", f'"{row[2]}"', *row[3:]]


def read_with_csv(data: bytes) -> None:
    """Split the cells with Python's csv."""
    for _ in csv.reader(io.StringIO(data.decode("latin-1").replace("\r", " "))):
        pass


def best_seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the shortest time of several repeats."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    rows = sample_rows(arguments.rows)
    faults = (None, stray_quote, forgotten_quote, text_after_quote, bare_return)
    regular = 0.0
    print("| file | s | rows per s | times regular | times csv.reader |\n|---|---|---|---|---|")
    for fault in faults:
        data = written(rows, fault)
        read = best_seconds(lambda d=data: list(read_tracks(io.BytesIO(d))), arguments.repeats)
        split = best_seconds(lambda d=data: read_with_csv(d), arguments.repeats)
        regular = regular or read
        name = fault.__name__.replace("_", " ") if fault else "regular"
        rate = f"{arguments.rows / read:,.0f}"
        print(f"| {name} | {read:.3f} | {rate} | {read / regular:.2f} | {read / split:.2f} |")


if __name__ == "__main__":
    main()
