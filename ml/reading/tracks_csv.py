"""Read a CSV file of tracks, chunk by chunk, into typed columns and rejected rows.

Used by training and by the API, so a column is interpreted in one place.
Knows nothing of HTTP, GraphQL or Postgres.
"""

from collections.abc import Iterator
from dataclasses import replace

from ml.detected import DetectedFile, FileFormat
from ml.errors import EmptyCsvError
from ml.reading.column_match import mapped_columns
from ml.reading.csv_block import BlockParser
from ml.reading.csv_header import Header, read_header
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.reading.records.blocks import read_record_blocks
from ml.reading.records.byte_source import Readable, Rejoined, Seekable
from ml.reading.text.delimiters import Exchanged
from ml.reading.text.utf8 import Utf8Text
from ml.track import FilePosition, TrackChunk, joined_chunks

DEFAULT_CHUNK_BYTES = 8 * 1024 * 1024


def read_tracks(
    file: Readable,
    *,
    chunk_bytes: int = DEFAULT_CHUNK_BYTES,
    options: ReadOptions = DEFAULTS,
) -> Iterator[TrackChunk]:
    """Yield the tracks of a CSV file in chunks; memory does not grow with the file.

    Columns may come in any order, and others are ignored; names match as `match_columns` says.
    The text is UTF-8, UTF-16 or Windows-1252, with or without a byte order mark; cells are
    separated by commas, semicolons, tabs or bars; lines end with LF or CRLF; quoted cells may
    contain line breaks; blank lines are
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
    text = Utf8Text(file)
    header = read_header(text, options)
    rows = 0
    parser = _parser(header, options)
    rows_of = Rejoined(header.first_rows, text)
    for chunk in _read_chunks(header, parser, text, rows_of, header.end, chunk_bytes):
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
    text = Utf8Text(file)
    header = read_header(text, options)
    text.seek(start.byte)
    yield from _read_chunks(header, _parser(header, options), text, text, start, chunk_bytes)


def _parser(header: Header, options: ReadOptions) -> BlockParser:
    return BlockParser(header.names, header.exchange, allow_missing=options.allow_missing)


def _read_chunks(
    header: Header,
    parser: BlockParser,
    text: Utf8Text,
    rows: Readable,
    start: FilePosition,
    chunk_bytes: int,
) -> Iterator[TrackChunk]:
    for block in read_record_blocks(
        Exchanged(rows, header.exchange) if header.exchange.is_needed else rows,
        block_bytes=chunk_bytes,
        fields=len(header.names),
        line=start.line,
        position=start.byte,
    ):
        chunk = parser.parse(block)
        read = text.bytes_taken if text.is_converted else chunk.end.byte
        yield replace(chunk, bytes_read=read, detected=_detected(text, header))


def _detected(text: Utf8Text, header: Header) -> DetectedFile:
    return DetectedFile(
        FileFormat.CSV,
        charset=text.charset,
        delimiter=header.exchange.delimiter.decode(),
        columns=mapped_columns(header.match),
    )


def read_all_tracks(file: Readable) -> TrackChunk:
    """Read a whole file into one chunk, for files known to be small such as training data."""
    return joined_chunks(list(read_tracks(file)))
