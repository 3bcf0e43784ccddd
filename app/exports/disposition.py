"""Name the file of a download, as RFC 6266 says."""

import re
from pathlib import PurePosixPath
from urllib.parse import quote

MAX_STEM_CHARS = 100
_UNSAFE = re.compile(r'[^\w .()+,=@\[\]-]|[\x00-\x1f\x7f"\\]')
_KNOWN_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".gz", ".zst")


def stem_of(file_name: str) -> str:
    """Return a file name without its suffixes: `tracks` for `tracks.csv.gz`."""
    path = PurePosixPath(file_name.replace("\\", "/").rsplit("/", 1)[-1])
    while path.suffix.lower() in _KNOWN_SUFFIXES and path.stem:
        path = path.with_suffix("")
    return path.name


def safe_name(stem: str, suffix: str) -> str:
    """Return a file name without separators, control characters and leading dots."""
    safe = _UNSAFE.sub("_", stem).strip(" .")[:MAX_STEM_CHARS]
    return f"{safe or 'tracks'}.{suffix}"


def attachment(file_name: str) -> str:
    """Return the value of `Content-Disposition`; old clients see an ASCII name."""
    plain = "".join(char if char.isascii() else "_" for char in file_name)
    if plain == file_name:
        return f'attachment; filename="{file_name}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
