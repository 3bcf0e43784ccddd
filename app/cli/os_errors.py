"""Errors of the operating system as plain sentences: what, where, and what to do."""

import errno
import os
from pathlib import Path


def describe_os_error(error: OSError) -> str:
    """Return a sentence about an error, without its number."""
    if error.errno is None:  # raised by our own code, with its own message
        return str(error)
    path = _path_of(error)
    where = f" {path}" if path else ""
    match error.errno:
        case errno.ENOENT:
            return _missing(path)
        case errno.EACCES | errno.EPERM:
            return f"No permission to open{where}. Choose another path, or change who may use it."
        case errno.EISDIR:
            return f"{path or 'It'} is a folder. Name a file."
        case errno.ENOTDIR:
            return f"{path or 'It'} is inside something that is not a folder. Choose another path."
        case errno.EEXIST:
            return f"{path or 'It'} already exists. Choose another path."
        case errno.ENOSPC | errno.EDQUOT:
            place = f" for{where}" if where else ""
            return f"No space is left on the disk{place}. Free some, or choose another path."
        case errno.EROFS:
            return f"{path or 'The disk'} cannot be written: it is on a read-only file system."
        case _:
            text = os.strerror(error.errno)
            return f"{text}: {path}." if path else f"{text}."


def _path_of(error: OSError) -> str | None:
    path = error.filename
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    # A file is written under a temporary name first.
    return path.removesuffix(".part") if isinstance(path, str) else None


def _missing(path: str | None) -> str:
    if path is None:
        return "A file is missing."
    folder = Path(path).parent
    if not folder.exists():
        return f"There is no folder {folder}. Make it, or choose another path."
    return f"There is no file {path}."
