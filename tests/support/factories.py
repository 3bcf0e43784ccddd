"""Made-up tracks and CSV files: valid by default, any cell and any byte can be replaced."""

import csv
import io
from collections.abc import Sequence

from ml.columns import AUDIO_COLUMNS, REQUIRED_COLUMNS

_BOM = b"\xef\xbb\xbf"
_DEFAULTS = {
    "trackID": "6880",
    "title": "Blue Train",
    "tags": "love,rain,night",
    "loudness": "-8.25",
    "tempo": "120.5",
    "time_signature": "4",
    "key": "7",
    "mode": "1",
    "duration": "243.5",
    **{column: f"{number / 8}" for number, column in enumerate(AUDIO_COLUMNS)},
}


def row(**overrides: str) -> dict[str, str]:
    """Return the cells of a valid track by column, some of them replaced or added."""
    return _DEFAULTS | overrides


def tracks_csv(
    *rows: dict[str, str],
    columns: Sequence[str] | None = None,
    line_end: str = "\n",
    bom: bool = False,
) -> bytes:
    """Return a CSV file of `rows`, quoted as Python's csv writer does it.

    Without `columns` there are the required ones, then those that only some row has.
    """
    names = list(columns or dict.fromkeys([*REQUIRED_COLUMNS, *(name for r in rows for name in r)]))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(names)
    writer.writerows([cells.get(name, "") for name in names] for cells in rows)
    return _BOM * bom + text.getvalue().encode()


def csv_line(cells: dict[str, str], columns: Sequence[str] = REQUIRED_COLUMNS) -> bytes:
    """Return one line of `cells`, without quotes and without its end, for files broken by hand."""
    return ",".join(cells[column] for column in columns).encode()


def raw_tracks_csv(*lines: bytes, end: bytes = b"\n") -> bytes:
    """Return the header and `lines` as they are, each with a newline; the last one with `end`."""
    return b"\n".join([",".join(REQUIRED_COLUMNS).encode(), *lines]) + end
