"""The spool in a bucket of an object store, for several machines, accessed through fsspec.

Listings are not cached, because other processes change the bucket. At most one block of a file is
in memory.
"""

import contextlib
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from fsspec import AbstractFileSystem

from app.uploads.spool import SUFFIX, Spool, SpoolError, copy_wanted

BLOCK_BYTES = 8 * 1024 * 1024
"""Size of each request; the default of s3fs is 50 MiB. An object has at most 10,000 blocks."""


class BucketSpool(Spool):
    """Objects under a prefix. The bucket must exist: a typo must not create another one."""

    def __init__(self, files: AbstractFileSystem, root: str) -> None:
        self._files = files
        self._root = root
        self._bucket = root.split("/", 1)[0]

    def _path(self, batch_id: uuid.UUID) -> str:
        return f"{self._root}/{batch_id}{SUFFIX}"

    def _find_root(self) -> None:
        try:
            self._files.info(self._bucket)
        except FileNotFoundError as error:
            message = f"The spool cannot be used: there is no bucket {self._bucket}."
            raise SpoolError(message) from error

    def _write(self, path: str, content: BinaryIO, unwanted: threading.Event) -> None:
        copy = self._files.open(path, "wb", block_size=BLOCK_BYTES)
        try:
            copy_wanted(content, copy, unwanted)
            copy.close()  # this creates the object
        except BaseException:
            copy.closed = True  # closing would create an object from the parts sent so far
            with contextlib.suppress(Exception):
                copy.discard()
            self.remove_path(path)  # the object may exist if only the response was lost
            raise

    def _open(self, path: str) -> Any:
        try:
            return self._files.open(path, "rb", block_size=BLOCK_BYTES)
        except FileNotFoundError:
            self._find_root()  # if the bucket is missing, the file is not lost
            raise

    def _move(self, path: str, target: str) -> None:
        self._files.copy(path, target)  # within the store
        self._files.rm_file(path)

    def _list(self) -> Iterator[tuple[str, float]]:
        try:
            entries = self._files.ls(self._root, detail=True)
        except FileNotFoundError:  # no object has this prefix
            self._find_root()
            return
        for entry in entries:
            if "LastModified" in entry:
                age = datetime.now(UTC) - entry["LastModified"]
                yield entry["name"], max(0.0, age.total_seconds())

    def _remove(self, path: str) -> None:
        self._files.rm_file(path)
