"""Keep uploads until a worker has read them: what a folder and a bucket have in common.

One file a batch, named by its id, so that nothing a client sends is ever a path. It is whole when
its name appears.
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
    """A file of ours in the spool."""

    path: str
    batch_id: uuid.UUID
    is_whole: bool
    """False while it is being saved, and for ever if its process died meanwhile."""
    age_s: float


class Spool(ABC):
    """Files of queued batches; every method blocks, so a thread calls it.

    Making one reaches for nothing yet.
    """

    problem: str | None = None
    """Why the spool cannot be used, as `check` found last."""

    def check(self) -> None:
        """See whether the spool can be reached.

        Raises
        ------
        SpoolError
            It cannot.
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
        """Copy a file from its present position, unless it becomes `unwanted` meanwhile.

        Raises
        ------
        SpoolError
            It could not be written; nothing of it stays.
        """
        unwanted = unwanted or threading.Event()
        with translated("cannot be written"):
            self._write(self._path(batch_id), content, unwanted)
        if unwanted.is_set():  # whoever set it may have removed the file before it was there
            self.remove(batch_id)

    def open(self, batch_id: uuid.UUID) -> BinaryIO:
        """Open a file for reading; the caller closes it. Reading raises the same errors.

        Raises
        ------
        FileNotFoundError
            It is not there any more.
        SpoolError
            It may be there, but cannot be read.
        """
        with translated("cannot be read", FileNotFoundError):
            file = self._open(self._path(batch_id))
        return io.BufferedReader(_Translating(file), COPY_BYTES)

    def list_files(self) -> list[SpooledFile]:
        """List our files, also what a killed process left half-written; others are not looked at.

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
        """Remove a file; one that is not there is as good, one that stays is removed later."""
        self.remove_path(self._path(batch_id))

    def remove_path(self, path: str) -> None:
        """Remove a file that `list_files` named."""
        try:
            self._remove(path)
        except FileNotFoundError:
            pass
        except Exception as error:
            logger.warning("A file of the spool could not be removed (%r); trying later.", error)

    @abstractmethod
    def _path(self, batch_id: uuid.UUID) -> str: ...

    @abstractmethod
    def _find_root(self) -> None:
        """Raise whatever happens if the spool cannot be reached."""

    @abstractmethod
    def _write(self, path: str, content: BinaryIO, unwanted: threading.Event) -> None:
        """Write the whole file or, with an error, nothing."""

    @abstractmethod
    def _open(self, path: str) -> Any:
        """Return a binary file that can seek."""

    @abstractmethod
    def _list(self) -> Iterator[tuple[str, float]]:
        """Yield all paths with their age in seconds."""

    @abstractmethod
    def _remove(self, path: str) -> None: ...


class _Translating(io.RawIOBase):
    """A file of the spool whose errors are `SpoolError`."""

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
    """Raise `SpoolError` for whatever a spool that cannot be reached looks like, but for `passed`.

    Errors of botocore and aiohttp have no class in common that could be named without them.
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
    """Copy to the end, or raise `SpoolError` as soon as the file is not wanted any more."""
    while block := content.read(COPY_BYTES):
        if unwanted.is_set():
            raise SpoolError("The file is not wanted any more.")
        copy.write(block)


def _read_name(name: str) -> uuid.UUID | None:
    stem = name.removesuffix(PART_SUFFIX)
    with contextlib.suppress(ValueError):
        return uuid.UUID(stem.removesuffix(SUFFIX)) if stem.endswith(SUFFIX) else None
    return None
