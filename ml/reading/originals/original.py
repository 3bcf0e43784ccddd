"""A file as it is: its rows in their order, all of its cells, and the track of each row.

Which rows there are, on which lines, and which have a valid track id is what `TrackFile.read` says.
"""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from ml.reading.records.fields import split_fields
from ml.track import TrackTable

BLOCK_BYTES = 2 * 1024 * 1024
Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class OriginalRow:
    """A row as it is in the file.

    Attributes
    ----------
    record : bytes
        CSV in UTF-8, without the line end; the delimiter and the comma have changed places.
    track_id : int or None
        None if the row cannot be read.
    is_ragged : bool
        It has not as many fields as the header.
    values : sequence
        One for each column, if the file tells numbers from text.
    """

    record: bytes
    line: int
    track_id: int | None
    is_ragged: bool = False
    values: Sequence[Value] = ()


@dataclass(frozen=True, slots=True)
class OriginalBlock:
    """Some rows; also as a table, if the columns of the file have types."""

    rows: Sequence[OriginalRow]
    table: pa.Table | None = None


class Original(ABC):
    """A file whose rows can be read once.

    Attributes
    ----------
    names : sequence of str
        The column names as in the file.
    header : bytes
        As CSV in UTF-8, without the line end.
    line_end, delimiter : bytes
    has_mark : bool
        It begins with a byte order mark.
    has_values : bool
        Rows have `values`.
    types : sequence of Arrow types or None
        Of the columns, if they have types.
    """

    has_mark = False
    has_values = False
    delimiter = b","
    line_end = b"\r\n"
    types: Sequence[pa.DataType] | None = None

    def __init__(self, names: Sequence[str], header: bytes) -> None:
        self.names, self.header = names, header

    @abstractmethod
    def read(self) -> Iterator[OriginalBlock]:
        """Yield the rows, about `BLOCK_BYTES` at a time; memory does not grow with the file."""

    def cells(self, record: bytes) -> list[bytes]:
        """Return the cells of a record, without quotes."""
        return split_fields(record)

    def as_sent(self, record: bytes) -> bytes:
        """Return a record with its delimiter."""
        return record

    def encode(self, text: bytes) -> bytes:
        """Return UTF-8 in the charset of the file."""
        return text


def to_record(cells: Iterable[str]) -> bytes:
    """Return a record of cells of a file that is not CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n").encode(errors="replace")


def ids_by_line(tracks: TrackTable) -> Mapping[int, int]:
    """Return the track id of each line that has a valid row."""
    return dict(zip(tracks.lines.tolist(), tracks.track_ids.tolist(), strict=True))
