"""The name of an uploaded file: shown to people, never used as a path."""

from pathlib import PurePosixPath

from ml.detected import ACCEPTED
from ml.errors import UnsupportedFileTypeError

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", "")
COMPRESSED_SUFFIXES = (".gz", ".zst")
"""Allowed after these. The first bytes, not the name, decide whether content is compressed."""
MAX_NAME_CHARS = 255


def shown_name(name: str | None) -> str:
    r"""Return a file name that is safe to store and show.

    Control characters and characters that Postgres cannot store are escaped: `a\x00b`.
    """
    text = (name or "upload.csv").encode(errors="backslashreplace").decode()
    escaped = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return escaped[-MAX_NAME_CHARS:]


def check_suffix(name: str) -> None:
    """Refuse a file whose name says that it is none of the accepted formats.

    Raises
    ------
    UnsupportedFileTypeError
        The suffix is not one of a file of tracks.
    """
    path = PurePosixPath(name)
    if path.suffix.lower() in COMPRESSED_SUFFIXES:
        path = path.with_suffix("")
    if path.suffix.lower() not in SUFFIXES:
        allowed = ", ".join(filter(None, SUFFIXES))
        compressed = " or ".join(COMPRESSED_SUFFIXES)
        raise UnsupportedFileTypeError(
            f'"{name}" ends with {path.suffix}. {ACCEPTED} Their names end with '
            f"{allowed}, optionally followed by {compressed}."
        )
