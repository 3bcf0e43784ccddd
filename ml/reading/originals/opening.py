"""Open a file of any accepted format as it is; the content tells which it is."""

import contextlib
from collections.abc import Iterator

from ml.reading.originals.original import Original
from ml.reading.originals.parquet_original import open_parquet
from ml.reading.originals.text_original import TextOriginal
from ml.reading.originals.xlsx_original import open_xlsx
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.reading.track_file import TrackFile
from ml.reading.xlsx.package import MAGIC as XLSX_MAGIC


@contextlib.contextmanager
def open_original(file: TrackFile, options: ReadOptions = DEFAULTS) -> Iterator[Original]:
    """Open a file; it stays open itself.

    Raises
    ------
    EmptyCsvError, UnsupportedFileTypeError, CsvError, ColumnMappingError, ContentTooLargeError
        As `TrackFile.read`.
    """
    magic, content = file.begin()
    if magic is None:
        yield TextOriginal(content, options)
        return
    open_packed = open_xlsx if magic == XLSX_MAGIC else open_parquet
    with file.unpacked(content) as whole, open_packed(whole, file.limits, options) as original:
        yield original
