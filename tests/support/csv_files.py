"""Write CSV files of tracks for tests."""

import csv
import io


def write_csv(rows: list[dict[str, str]], cells: dict[tuple[int, str], str] | None = None) -> bytes:
    """Write rows as CSV, with some cells set by line of the file and column."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for line, row in enumerate(rows, start=2):
        changed = {column: cell for (at, column), cell in (cells or {}).items() if at == line}
        writer.writerow({**row, **changed})
    return stream.getvalue().encode()
