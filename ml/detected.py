"""What a file of tracks turned out to be; its content tells, never its name."""

from dataclasses import dataclass
from enum import StrEnum


class FileFormat(StrEnum):
    """The kinds of files that are read."""

    CSV = "CSV"
    XLSX = "XLSX"
    PARQUET = "PARQUET"


ACCEPTED = "Send CSV, XLSX or Parquet."
"""Ends the message of an error about a file that is none of these."""


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One of our columns, and what the file calls it."""

    column: str
    header: str


@dataclass(frozen=True, slots=True)
class DetectedFile:
    """How a file was read.

    Attributes
    ----------
    charset : str or None
        `UTF-8`, `UTF-16` or `Windows-1252`; None if the file is not text.
    delimiter : str or None
        The character between two cells; None if the file is not text.
    compression : str or None
        `gzip` or `zstd`.
    """

    format: FileFormat
    charset: str | None = None
    delimiter: str | None = None
    compression: str | None = None
    columns: tuple[MappedColumn, ...] = ()
