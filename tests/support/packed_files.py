"""Save the rows of a CSV file as a workbook or as Parquet."""

import csv
import io
import zipfile
from collections.abc import Callable

import pyarrow as pa
import xlsxwriter
from pyarrow import parquet

TEXTS = ("title", "tags")


def cells_of(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV file, the header first."""
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def to_xlsx(content: bytes, *, sheets_before: int = 0, inline: bool = False) -> bytes:
    """Save as a workbook with numbers as numbers; `inline` leaves shared strings out."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": inline}) as book:
        for number in range(sheets_before):
            book.add_worksheet().write_row(0, 0, ["Notes", f"sheet {number}"])
        sheet = book.add_worksheet("Tracks")
        header, *rows = cells_of(content)
        sheet.write_row(0, 0, header)
        for number, row in enumerate(rows, start=1):
            for column, (name, cell) in enumerate(zip(header, row, strict=True)):
                if name in TEXTS or not _is_number(cell):
                    sheet.write_string(number, column, cell)
                else:
                    sheet.write_number(number, column, float(cell))
    return stream.getvalue()


def to_parquet(content: bytes, **options: object) -> bytes:
    """Save as Parquet: ids as whole numbers, numbers as floats where all cells are numbers."""
    header, *rows = cells_of(content)
    columns = {}
    for index, name in enumerate(header):
        cells = [row[index] for row in rows]
        if name in TEXTS or not all(map(_is_number, cells)):
            columns[name] = pa.array(cells, pa.string())
        elif name == "trackID":
            columns[name] = pa.array([int(cell) for cell in cells], pa.int64())
        else:
            columns[name] = pa.array([float(cell) for cell in cells], pa.float64())
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream, **options)
    return stream.getvalue()


def with_part(workbook: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Change a part of a workbook."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part == name else data)
    return stream.getvalue()


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
