"""The name of an uploaded file: shown to people, never used as a path."""

from pathlib import PurePosixPath

from ml.errors import UnsupportedFileTypeError

SUFFIXES = (".csv", ".txt", "")
COMPRESSED_SUFFIXES = (".gz", ".zst")
"""May follow; whether content is compressed is told by its first bytes, whatever the name."""
MAX_NAME_CHARS = 255


def shown_name(name: str | None) -> str:
    r"""Return a file name that is safe to store and show.

    Control characters, and what Postgres cannot take, are escaped: `a\x00b`.
    """
    text = (name or "upload.csv").encode(errors="backslashreplace").decode()
    escaped = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return escaped[-MAX_NAME_CHARS:]


def check_suffix(name: str) -> None:
    """Refuse a file whose name says that it is something else.

    Raises
    ------
    UnsupportedFileTypeError
        The name has another ending than those of CSV files.
    """
    path = PurePosixPath(name)
    if path.suffix.lower() in COMPRESSED_SUFFIXES:
        path = path.with_suffix("")
    if path.suffix.lower() not in SUFFIXES:
        allowed = " or ".join(filter(None, SUFFIXES))
        compressed = " or ".join(COMPRESSED_SUFFIXES)
        raise UnsupportedFileTypeError(
            f'"{name}" ends with {path.suffix}; a CSV file is needed, whose name ends with '
            f"{allowed}, optionally followed by {compressed}."
        )
