"""The spool stores uploads until a worker has read them: the parts common to folder and bucket.

Each batch has one file, named by the batch's id, so nothing a client sends is ever used as a path.
A file appears under its final name only when it is complete.
"""

import contextlib
import io
import logging
import os
import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

SUFFIX = ".csv"
PART_SUFFIX = ".part"
COPY_BYTES = 1024 * 1024
logger = logging.getLogger("genre")


class SpoolError(Exception):
    """The spool cannot be reached or is full; trying again later may help."""


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """One of our files in the spool."""

    path: str
    batch_id: uuid.UUID
    is_whole: bool
    """False while it is being saved, and permanently if the process died during that."""
    age_s: float


class Spool(ABC):
    """Files of queued batches. Every method blocks, so call it in a thread.

    Creating a spool accesses nothing.
    """

    problem: str | None = None
    """Why the spool cannot be used, according to the last `check`."""

    def check(self) -> None:
        """Check that the spool can be reached.

        Raises
        ------
        SpoolError
            The spool cannot be reached.
        """
        try:
            with translated("cannot be used"):
                self._find_root()
        except SpoolError as error:
            self.problem = str(error)
            raise
        self.problem = None

    def save(
        self, batch_id: uuid.UUID, content: BinaryIO, unwanted: threading.Event | None = None
    ) -> None:
        """Copy a file from its current position, unless `unwanted` is set in the meantime.

        Raises
        ------
        SpoolError
            The file could not be written; no part of it is kept.
        """
        unwanted = unwanted or threading.Event()
        with translated("cannot be written"):
            self._write(self._path(batch_id), content, unwanted)
        if unwanted.is_set():  # its setter may have removed the file before it existed
            self.remove(batch_id)

    def open(self, batch_id: uuid.UUID) -> BinaryIO:
        """Open a file for reading; the caller closes it. Reading can raise the same errors.

        Raises
        ------
        FileNotFoundError
            The file no longer exists.
        SpoolError
            The file may exist, but cannot be read.
        """
        with translated("cannot be read", FileNotFoundError):
            file = self._open(self._path(batch_id))
        return io.BufferedReader(_Translating(file), COPY_BYTES)

    def move(self, batch_id: uuid.UUID, other: "Spool") -> None:
        """Move a whole file to another spool of the same kind, in the same folder or bucket.

        Raises
        ------
        FileNotFoundError
            The file no longer exists.
        SpoolError
            The file could not be moved.
        """
        with translated("cannot be written", FileNotFoundError):
            self._move(self._path(batch_id), other._path(batch_id))

    def list_files(self) -> list[SpooledFile]:
        """List our files, including incomplete ones left by a killed process; ignore others.

        Raises
        ------
        SpoolError
            The spool cannot be reached.
        """
        with translated("cannot be listed"):
            return [
                SpooledFile(path, batch_id, path.endswith(SUFFIX), age_s)
                for path, age_s in self._list()
                if (batch_id := _read_name(path.rsplit("/", 1)[-1])) is not None
            ]

    def remove(self, batch_id: uuid.UUID) -> None:
        """Remove a file if it exists; if that fails, it is removed later."""
        self.remove_path(self._path(batch_id))

    def remove_path(self, path: str) -> None:
        """Remove a file returned by `list_files`."""
        try:
            self._remove(path)
        except FileNotFoundError:
            pass
        except Exception as error:
            logger.warning("Could not remove a file from the spool (%r); will retry.", error)

    def is_abandoned(self, path: str) -> bool:
        """Whether the process that was saving an incomplete file is known to have died."""
        return False

    @abstractmethod
    def _path(self, batch_id: uuid.UUID) -> str: ...

    @abstractmethod
    def _find_root(self) -> None:
        """Raise any exception if the spool cannot be reached."""

    @abstractmethod
    def _write(self, path: str, content: BinaryIO, unwanted: threading.Event) -> None:
        """Write the whole file, or raise and write nothing."""

    @abstractmethod
    def _open(self, path: str) -> Any:
        """Return a seekable binary file."""

    @abstractmethod
    def _move(self, path: str, target: str) -> None:
        """Move a whole file, or raise FileNotFoundError if it is missing."""

    @abstractmethod
    def _list(self) -> Iterator[tuple[str, float]]:
        """Yield all paths with their ages in seconds."""

    @abstractmethod
    def _remove(self, path: str) -> None: ...


class _Translating(io.RawIOBase):
    """Wraps a file of the spool to raise `SpoolError`."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with translated("cannot be read", FileNotFoundError):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


@contextlib.contextmanager
def translated(what: str, *passed: type[Exception]) -> Iterator[None]:
    """Turn any exception except `passed` into `SpoolError`.

    botocore and aiohttp have no common exception class, and may not be installed.
    """
    try:
        yield
    except SpoolError:
        raise
    except passed:
        raise
    except Exception as error:
        raise SpoolError(f"The spool {what}: {error or type(error).__name__}") from error


def copy_wanted(content: BinaryIO, copy: Any, unwanted: threading.Event) -> None:
    """Copy to the end, or raise `SpoolError` as soon as the file is no longer wanted."""
    while block := content.read(COPY_BYTES):
        if unwanted.is_set():
            raise SpoolError("The file is no longer wanted.")
        copy.write(block)


def _read_name(name: str) -> uuid.UUID | None:
    stem = name.removesuffix(PART_SUFFIX)
    with contextlib.suppress(ValueError):
        return uuid.UUID(stem.removesuffix(SUFFIX)) if stem.endswith(SUFFIX) else None
    return None
