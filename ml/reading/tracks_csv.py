"""Read a CSV file of tracks, chunk by chunk, into typed columns and rejected rows.

Used by training and by the API, so a column is interpreted in one place.
Knows nothing of HTTP, GraphQL or Postgres.
"""

from collections.abc import Iterator

from ml.errors import EmptyCsvError
from ml.reading.csv_block import BlockParser
from ml.reading.csv_header import Header, read_header
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.reading.records.blocks import read_record_blocks
from ml.reading.records.byte_source import Readable, Rejoined, Seekable
from ml.track import FilePosition, TrackChunk, concat_tables

DEFAULT_CHUNK_BYTES = 8 * 1024 * 1024


def read_tracks(
    file: Readable,
    *,
    chunk_bytes: int = DEFAULT_CHUNK_BYTES,
    options: ReadOptions = DEFAULTS,
) -> Iterator[TrackChunk]:
    """Yield the tracks of a CSV file in chunks; memory does not grow with the file.

    Columns may come in any order, and others are ignored; names match as `match_columns` says.
    The text is UTF-8, with or without a byte
    order mark; lines end with LF or CRLF; quoted cells may contain line breaks; blank lines are
    skipped. A track id is rejected when it appears again in the same chunk. Repeats across chunks
    are left to the caller, because finding them takes a record of every id.

    Parameters
    ----------
    file : binary file at its start
        Only `read(n)` is used.
    chunk_bytes : int
        About how many bytes of CSV make a chunk.
    options : ReadOptions

    Raises
    ------
    EmptyCsvError
        The file is empty, or has a header and no rows.
    UnsupportedFileTypeError
        The file starts like another kind of file.
    CsvError
        A required column is missing or repeated, or the header cannot be read.
    ColumnMappingError
        The mapping of `options` does not fit the header.
    """
    header = read_header(file, options)
    rows = 0
    for chunk in _read_chunks(header, Rejoined(header.first_rows, file), header.end, chunk_bytes):
        rows += chunk.rows_read
        yield chunk
    if rows == 0:
        raise EmptyCsvError("The file has a header and no rows.")


def resume_tracks(
    file: Seekable,
    start: FilePosition,
    *,
    chunk_bytes: int = DEFAULT_CHUNK_BYTES,
    options: ReadOptions = DEFAULTS,
) -> Iterator[TrackChunk]:
    """Yield what `read_tracks` would yield after a chunk that ended at `start`.

    The file must be at its beginning, so that the header can be read again.
    """
    header = read_header(file, options)
    file.seek(start.byte)
    yield from _read_chunks(header, file, start, chunk_bytes)


def _read_chunks(
    header: Header, rows: Readable, start: FilePosition, chunk_bytes: int
) -> Iterator[TrackChunk]:
    parser = BlockParser(header.names)
    for block in read_record_blocks(
        rows,
        block_bytes=chunk_bytes,
        fields=len(header.names),
        line=start.line,
        position=start.byte,
    ):
        yield parser.parse(block)


def read_all_tracks(file: Readable) -> TrackChunk:
    """Read a whole file into one chunk, for files known to be small such as training data."""
    chunks = list(read_tracks(file))
    tables = [chunk.tracks for chunk in chunks]
    return TrackChunk(
        tracks=concat_tables(tables),
        rejects=[reject for chunk in chunks for reject in chunk.rejects],
        rows_read=sum(chunk.rows_read for chunk in chunks),
        end=chunks[-1].end,
    )
