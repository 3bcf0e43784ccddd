"""Measure memory and speed of reading large files in each format.

`python -m benchmarks.format_memory --rows 20000 200000 --formats csv utf-16 parquet xlsx`

Each file is read in a process of its own, whose peak of resident memory is shown, with that of the
process that decodes Parquet in parentheses. A row of the sample is repeated with new ids, so a file
costs no time to invent.
"""

import argparse
import csv
import io
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import xlsxwriter
from pyarrow import parquet

from ml.columns import ID_COLUMN
from ml.reading.track_file import TrackFile
from ml.sampling.generator import write_sample_csv

MIB = 1024 * 1024
GROUP_ROWS = 20_000
TEXT = {
    "csv": (",", "utf-8"),
    "semicolons": (";", "utf-8"),
    "utf-16": ("\t", "utf-16"),
    "windows-1252": (";", "cp1252"),
}


def sample_rows(count: int) -> Iterator[list[str]]:
    """Yield the header, then rows with different ids."""
    stream = io.StringIO()
    write_sample_csv(stream, rows=500, seed=1)
    header, *rows = csv.reader(io.StringIO(stream.getvalue()))
    yield header
    for number in range(count):
        row = list(rows[number % len(rows)])
        row[header.index(ID_COLUMN)] = str(number)
        yield row


def write_file(path: Path, format_name: str, count: int) -> None:
    """Write rows in a format."""
    rows = sample_rows(count)
    if format_name in TEXT:
        delimiter, charset = TEXT[format_name]
        with path.open("w", encoding=charset, errors="replace", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
    elif format_name == "parquet":
        _write_parquet(path, rows)
    else:
        with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    _write_cell(sheet, number, column, cell)


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: str) -> None:
    try:
        sheet.write_number(row, column, float(cell))
    except ValueError:
        sheet.write_string(row, column, cell)


def _write_parquet(path: Path, rows: Iterator[list[str]]) -> None:
    header = next(rows)
    types = [pa.string() if n in ("title", "tags") else pa.float64() for n in header]
    types[header.index(ID_COLUMN)] = pa.int64()
    schema = pa.schema(list(zip(header, types, strict=True)))
    with parquet.ParquetWriter(path, schema, use_dictionary=False) as writer:
        while group := [row for _, row in zip(range(GROUP_ROWS), rows, strict=False)]:
            columns = [
                pa.array([row[i] for row in group], pa.string()).cast(kind)
                for i, kind in enumerate(types)
            ]
            writer.write_table(pa.table(columns, schema=schema))


def read_file(path: Path, results: "multiprocessing.Queue[tuple[int, float, int, int]]") -> None:
    """Read a file, and report rows, seconds and peaks of memory."""
    begin = time.perf_counter()
    rows = 0
    with path.open("rb") as file:
        for chunk in TrackFile(file).read():
            rows += len(chunk.tracks)
    seconds = time.perf_counter() - begin
    own, child = (
        resource.getrusage(who).ru_maxrss // 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    results.put((rows, seconds, own, child))


def main() -> None:
    """Measure each format at each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--formats", nargs="+", default=[*TEXT, "parquet", "xlsx"])
    arguments = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    for format_name in arguments.formats:
        for count in arguments.rows:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "tracks")
                write_file(path, format_name, count)
                results = spawn.Queue()
                process = spawn.Process(target=read_file, args=(path, results))
                process.start()
                rows, seconds, own, child = results.get()
                process.join()
                print(
                    f"{format_name:13} {rows:>9,} rows  {path.stat().st_size / MIB:7.0f} MiB  "
                    f"{rows / seconds:>8,.0f} rows/s  {own:>5} MiB ({child} MiB)",
                    flush=True,
                )


if __name__ == "__main__":
    main()
