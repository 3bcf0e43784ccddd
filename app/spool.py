"""Keep uploads until a worker has read them: in a folder, or in a bucket for several machines.

One file a batch, named by its id, so that nothing a client sends is ever a path. It is whole when
its name appears.
"""

import contextlib
import logging
import os
import shutil
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import fsspec
from fsspec.implementations.local import LocalFileSystem

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


class Spool:
    """Files of queued batches; every method blocks, so a thread calls it.

    Parameters
    ----------
    url
        A folder, or what fsspec understands: `s3://bucket/prefix` with the extra `s3`.
    """

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.url_to_fs(url)
        self._is_local = isinstance(self._files, LocalFileSystem)

    def save(self, batch_id: uuid.UUID, content: BinaryIO) -> None:
        """Copy a file from its present position.

        Raises
        ------
        SpoolError
            It could not be written; nothing of it stays.
        """
        final = self._path(batch_id)
        part = final + PART_SUFFIX if self._is_local else final  # object stores show whole files
        try:
            self._make_folder()
            with self._files.open(part, "wb") as copy:
                shutil.copyfileobj(content, copy, COPY_BYTES)
                self._make_durable(copy)
            if part != final:
                self._files.mv(part, final)
        except OSError as error:
            self._remove(part)
            raise SpoolError(f"The spool cannot be written: {error}") from error

    def open(self, batch_id: uuid.UUID) -> BinaryIO:
        """Open a file for reading; the caller closes it.

        Raises
        ------
        FileNotFoundError
            It is not there any more.
        """
        file: BinaryIO = self._files.open(self._path(batch_id), "rb")
        return file

    def remove(self, batch_id: uuid.UUID) -> None:
        """Remove a file; one that is not there is as good."""
        self._remove(self._path(batch_id))

    def list_files(self) -> list[SpooledFile]:
        """List our files and no others, also what a killed process left half-written."""
        self._files.invalidate_cache()
        if not self._files.exists(self._root):
            return []
        paths = [str(path) for path in self._files.ls(self._root, detail=False)]
        return [
            SpooledFile(path, batch_id, path.endswith(SUFFIX), self._age_s(path))
            for path in paths
            if (batch_id := _read_name(path.rsplit("/", 1)[-1])) is not None
        ]

    def remove_path(self, path: str) -> None:
        """Remove a file that `list_files` named."""
        self._remove(path)

    def _age_s(self, path: str) -> float:
        try:
            modified = self._files.modified(path)
        except FileNotFoundError:  # removed meanwhile
            return 0.0
        if modified.tzinfo is None:
            modified = modified.replace(tzinfo=UTC)
        return float((datetime.now(UTC) - modified).total_seconds())

    def _path(self, batch_id: uuid.UUID) -> str:
        return f"{self._root}/{batch_id}{SUFFIX}"

    def _make_folder(self) -> None:
        if self._is_local:  # uploads are nobody else's business
            Path(self._root).mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            self._files.makedirs(self._root, exist_ok=True)

    def _make_durable(self, copy: Any) -> None:
        """Have a local file on the disk before the batch is promised."""
        if self._is_local:
            copy.flush()
            os.fsync(copy.fileno())

    def _remove(self, path: str) -> None:
        try:
            self._files.rm_file(path)
        except FileNotFoundError:
            pass
        except OSError:
            logger.warning("A file of the spool could not be removed; trying again later.")


def _read_name(name: str) -> uuid.UUID | None:
    stem = name.removesuffix(PART_SUFFIX)
    with contextlib.suppress(ValueError):
        return uuid.UUID(stem.removesuffix(SUFFIX)) if stem.endswith(SUFFIX) else None
    return None
