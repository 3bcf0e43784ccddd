"""The spool as a bucket of an object store, for several machines; fsspec speaks to the store.

Nothing is listed from a cache, since other processes change the bucket, and no more of a file is
held than a block.
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
"""What is sent or fetched at a time; s3fs by itself takes 50 MiB. An object has 10,000 at most."""


class BucketSpool(Spool):
    """Objects under a prefix; the bucket must be there, for a typing error shall not make one."""

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
            raise SpoolError(f"The spool cannot be used: no bucket {self._bucket}.") from error

    def _write(self, path: str, content: BinaryIO, unwanted: threading.Event) -> None:
        copy = self._files.open(path, "wb", block_size=BLOCK_BYTES)
        try:
            copy_wanted(content, copy, unwanted)
            copy.close()  # only now there is an object
        except BaseException:
            copy.closed = True  # closing would make an object of what was sent so far
            with contextlib.suppress(Exception):
                copy.discard()
            self.remove_path(path)  # the store may have made it and its answer been lost
            raise

    def _open(self, path: str) -> Any:
        try:
            return self._files.open(path, "rb", block_size=BLOCK_BYTES)
        except FileNotFoundError:
            self._find_root()  # a bucket that is not there has not lost the file
            raise

    def _list(self) -> Iterator[tuple[str, float]]:
        try:
            entries = self._files.ls(self._root, detail=True)
        except FileNotFoundError:  # no name begins so
            self._find_root()
            return
        for entry in entries:
            if "LastModified" in entry:
                age = datetime.now(UTC) - entry["LastModified"]
                yield entry["name"], max(0.0, age.total_seconds())

    def _remove(self, path: str) -> None:
        self._files.rm_file(path)
